"""Moves on a day to come: inside an organisation and between two; deputies; who takes over; what becomes of places."""

import sqlalchemy as sa
from alembic import op

revision = '0057_moves'
down_revision = '0056_personnel_file'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'planned_move',
        sa.Column('membership_id', sa.Integer(), nullable=False),
        sa.Column('section_id', sa.Integer(), nullable=True),
        sa.Column('post_id', sa.Integer(), nullable=True),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('ends', sa.JSON(), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=True),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['made_by_id'], ['staff.id'], name=op.f('fk_planned_move_made_by_id_staff')),
        sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_planned_move_membership_id_membership')),
        sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_planned_move_post_id_post')),
        sa.ForeignKeyConstraint(['section_id'], ['section.id'], name=op.f('fk_planned_move_section_id_section')),
        sa.PrimaryKeyConstraint('membership_id', name=op.f('pk_planned_move')),
    )
    for column in ('day', 'post_id', 'section_id'):
        op.create_index(op.f(f'ix_planned_move_{column}'), 'planned_move', [column])
    op.create_table(
        'successor',
        sa.Column('membership_id', sa.Integer(), nullable=False),
        sa.Column('successor_id', sa.Integer(), nullable=False),
        sa.Column('named_by_id', sa.Integer(), nullable=True),
        sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_successor_membership_id_membership')),
        sa.ForeignKeyConstraint(['named_by_id'], ['staff.id'], name=op.f('fk_successor_named_by_id_staff')),
        sa.ForeignKeyConstraint(['successor_id'], ['staff.id'], name=op.f('fk_successor_successor_id_staff')),
        sa.PrimaryKeyConstraint('membership_id', name=op.f('pk_successor')),
    )
    op.create_index(op.f('ix_successor_successor_id'), 'successor', ['successor_id'])
    op.create_table(
        'transfer_offer',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('membership_id', sa.Integer(), nullable=False),
        sa.Column('from_id', sa.Integer(), nullable=False),
        sa.Column('to_id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('ends_present', sa.Boolean(), nullable=False),
        sa.Column('state', sa.String(length=32), nullable=False),
        sa.Column('offered_by_id', sa.Integer(), nullable=True),
        sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('answered_by_id', sa.Integer(), nullable=True),
        sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('because', sa.Text(), nullable=False),
        sa.Column('taken_id', sa.Integer(), nullable=True),
        sa.Column('left_before', sa.Date(), nullable=True),
        sa.CheckConstraint('from_id <> to_id', name=op.f('ck_transfer_offer_elsewhere')),
        sa.ForeignKeyConstraint(['answered_by_id'], ['staff.id'], name=op.f('fk_transfer_offer_answered_by_id_staff')),
        sa.ForeignKeyConstraint(['from_id'], ['organisation.id'], name=op.f('fk_transfer_offer_from_id_organisation')),
        sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_transfer_offer_membership_id_membership')),
        sa.ForeignKeyConstraint(['offered_by_id'], ['staff.id'], name=op.f('fk_transfer_offer_offered_by_id_staff')),
        sa.ForeignKeyConstraint(['taken_id'], ['membership.id'], name=op.f('fk_transfer_offer_taken_id_membership')),
        sa.ForeignKeyConstraint(['to_id'], ['organisation.id'], name=op.f('fk_transfer_offer_to_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer_offer')),
    )
    standing = sa.text("state IN ('offered', 'taken')")
    op.create_index('uq_transfer_offer_standing', 'transfer_offer', ['membership_id'], unique=True, sqlite_where=standing, postgresql_where=standing)
    op.create_index('ix_transfer_offer_from_id', 'transfer_offer', ['from_id', 'day', 'state'])
    op.create_index('ix_transfer_offer_to_id', 'transfer_offer', ['to_id', 'day', 'state'])
    op.create_index(op.f('ix_transfer_offer_taken_id'), 'transfer_offer', ['taken_id'])
    op.create_table(
        'parting_choice',
        sa.Column('membership_id', sa.Integer(), nullable=False),
        sa.Column('session_id', sa.Integer(), nullable=False),
        sa.Column('parting', sa.String(length=32), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=True),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['made_by_id'], ['staff.id'], name=op.f('fk_parting_choice_made_by_id_staff')),
        sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_parting_choice_membership_id_membership')),
        sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_parting_choice_session_id_training_session')),
        sa.PrimaryKeyConstraint('membership_id', 'session_id', name=op.f('pk_parting_choice')),
    )
    op.create_table(
        'parting_rule',
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('leaves', sa.String(length=32), nullable=False),
        sa.Column('moves', sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_parting_rule_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_parting_rule')),
    )
    with op.batch_alter_table('role_grant') as table:
        table.add_column(sa.Column('begins_on', sa.Date(), nullable=True))
        table.add_column(sa.Column('ends_on', sa.Date(), nullable=True))
        table.add_column(sa.Column('acts_for_id', sa.Integer(), nullable=True))
        table.create_foreign_key(op.f('fk_role_grant_acts_for_id_staff'), 'staff', ['acts_for_id'], ['id'])
        table.create_check_constraint(op.f('ck_role_grant_dates'), 'begins_on IS NULL OR ends_on IS NULL OR ends_on > begins_on')


def downgrade() -> None:
    with op.batch_alter_table('role_grant') as table:
        table.drop_constraint(op.f('ck_role_grant_dates'), type_='check')
        table.drop_constraint(op.f('fk_role_grant_acts_for_id_staff'), type_='foreignkey')
        for column in ('acts_for_id', 'ends_on', 'begins_on'):
            table.drop_column(column)
    for name in ('parting_rule', 'parting_choice', 'transfer_offer', 'successor', 'planned_move'):
        op.drop_table(name)
