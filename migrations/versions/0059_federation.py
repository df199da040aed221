"""Identity providers of organisations, and whom they know."""

import sqlalchemy as sa
from alembic import op

revision = '0059_federation'
down_revision = '0058_personal_data'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'identity_provider',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('issuer', sa.Text(), nullable=False),
        sa.Column('client_id', sa.Text(), nullable=False),
        sa.Column('secret_sealed', sa.Text(), nullable=False),
        sa.Column('number_claim', sa.Text(), nullable=False),
        sa.Column('endings', sa.JSON(), nullable=False),
        sa.Column('proves_twice', sa.Boolean(), nullable=False),
        sa.Column('is_on', sa.Boolean(), nullable=False),
        sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('made_by_id', sa.Integer(), nullable=True),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['made_by_id'], ['staff.id'], name=op.f('fk_identity_provider_made_by_id_staff')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_identity_provider_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_provider')),
    )
    op.create_index(op.f('ix_identity_provider_organisation_id'), 'identity_provider', ['organisation_id'])
    op.create_table(
        'provider_subject',
        sa.Column('provider_id', sa.Integer(), nullable=False),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('staff_id', sa.Integer(), nullable=False),
        sa.Column('linked_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['provider_id'], ['identity_provider.id'], name=op.f('fk_provider_subject_provider_id_identity_provider')),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_provider_subject_staff_id_staff')),
        sa.PrimaryKeyConstraint('provider_id', 'subject', name=op.f('pk_provider_subject')),
    )
    op.create_index(op.f('ix_provider_subject_staff_id'), 'provider_subject', ['staff_id'])
    with op.batch_alter_table('open_sign_in') as table:
        table.add_column(sa.Column('only_for_id', sa.Integer(), nullable=True))
        table.create_foreign_key(op.f('fk_open_sign_in_only_for_id_organisation'), 'organisation', ['only_for_id'], ['id'])
        table.create_index(op.f('ix_open_sign_in_only_for_id'), ['only_for_id'])
    with op.batch_alter_table('applicant') as table:
        table.add_column(sa.Column('staff_number', sa.String(length=32), nullable=True))
        table.add_column(sa.Column('provider_id', sa.Integer(), nullable=True))
        table.add_column(sa.Column('subject', sa.Text(), nullable=True))
        table.create_foreign_key(op.f('fk_applicant_provider_id_identity_provider'), 'identity_provider', ['provider_id'], ['id'])
        table.create_index(op.f('ix_applicant_provider_id'), ['provider_id'])


def downgrade() -> None:
    op.execute('DELETE FROM applicant WHERE provider_id IS NOT NULL')
    with op.batch_alter_table('applicant') as table:
        table.drop_index(op.f('ix_applicant_provider_id'))
        table.drop_constraint(op.f('fk_applicant_provider_id_identity_provider'), type_='foreignkey')
        for column in ('subject', 'provider_id', 'staff_number'):
            table.drop_column(column)
    op.execute('DELETE FROM open_sign_in WHERE only_for_id IS NOT NULL')
    with op.batch_alter_table('open_sign_in') as table:
        table.drop_index(op.f('ix_open_sign_in_only_for_id'))
        table.drop_constraint(op.f('fk_open_sign_in_only_for_id_organisation'), type_='foreignkey')
        table.drop_column('only_for_id')
    op.drop_table('provider_subject')
    op.drop_table('identity_provider')
