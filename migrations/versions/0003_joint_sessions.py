"""Joint sessions: meetings, nominations, allocations."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = '0003_joint_sessions'
down_revision = '0002_transfers'
branch_labels = None
depends_on = None

# Columns are added one by one: SQLite could else only copy the table, which enrolments point to.
TEXTS = [
    ('joining_notes', sa.Text(), ''), ('lecturers', sa.JSON(), '[]'), ('giving', sa.String(length=32), 'first come'),
    ('seed', sa.String(length=64), ''), ('audience_prefectures', sa.Text(), ''), ('audience_sizes', sa.Text(), ''),
]
NUMBERS = {
    'minimum': 'INTEGER NOT NULL DEFAULT 1 CONSTRAINT ck_training_session_minimum_within_capacity CHECK (minimum >= 0 AND minimum <= capacity)',
    'offer_days': 'INTEGER NOT NULL DEFAULT 3 CONSTRAINT ck_training_session_offer_days_positive CHECK (offer_days > 0)',
    'sequence': 'INTEGER NOT NULL DEFAULT 0',
}
TIMES = ['decided_at', 'called_off_at', 'closed_at']


def upgrade() -> None:
    op.create_table('allocation',
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('call', sa.JSON(), nullable=False),
    sa.Column('result', sa.JSON(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by_id'], ['staff.id'], name=op.f('fk_allocation_decided_by_id_staff')),
    sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_allocation_session_id_training_session')),
    sa.PrimaryKeyConstraint('session_id', name=op.f('pk_allocation'))
    )
    op.create_table('meeting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('meeting_link', sa.Text(), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_because', sa.Text(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_meeting_ends_after_start')),
    sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_meeting_session_id_training_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting'))
    )
    with op.batch_alter_table('meeting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meeting_session_id'), ['session_id'], unique=False)

    op.create_table('nomination',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=True),
    sa.Column('step', sa.String(length=32), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('was_placed', sa.Boolean(), nullable=False),
    sa.Column('answer_by', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'offered') = (answer_by IS NOT NULL)", name=op.f('ck_nomination_offered_has_a_date')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_nomination_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_nomination_session_id_training_session')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_nomination_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_nomination')),
    sa.UniqueConstraint('session_id', 'staff_id', name=op.f('uq_nomination_session_id_staff_id'))
    )
    with op.batch_alter_table('nomination', schema=None) as batch_op:
        batch_op.create_index('ix_nomination_organisation_id', ['organisation_id', 'state'], unique=False)
        batch_op.create_index('ix_nomination_session_id_organisation_id', ['session_id', 'organisation_id', 'position'], unique=False)
        batch_op.create_index(batch_op.f('ix_nomination_staff_id'), ['staff_id'], unique=False)

    op.create_table('nomination_list',
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('on_behalf', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_id'], ['staff.id'], name=op.f('fk_nomination_list_changed_by_id_staff')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_nomination_list_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_nomination_list_session_id_training_session')),
    sa.PrimaryKeyConstraint('session_id', 'organisation_id', name=op.f('pk_nomination_list'))
    )
    with op.batch_alter_table('nomination_list', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_nomination_list_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('session_organisation',
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_session_organisation_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_session_organisation_session_id_training_session')),
    sa.PrimaryKeyConstraint('session_id', 'organisation_id', name=op.f('pk_session_organisation'))
    )
    with op.batch_alter_table('session_organisation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_session_organisation_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('wish',
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('wished_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_wish_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_wish_session_id_training_session')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_wish_staff_id_staff')),
    sa.PrimaryKeyConstraint('session_id', 'staff_id', name=op.f('pk_wish'))
    )
    with op.batch_alter_table('wish', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wish_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_wish_staff_id'), ['staff_id'], unique=False)

    op.create_table('override',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('given_to_id', sa.Integer(), nullable=False),
    sa.Column('instead_of_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('length(trim(reason)) > 0', name=op.f('ck_override_reason_not_blank')),
    sa.ForeignKeyConstraint(['given_to_id'], ['nomination.id'], name=op.f('fk_override_given_to_id_nomination')),
    sa.ForeignKeyConstraint(['instead_of_id'], ['nomination.id'], name=op.f('fk_override_instead_of_id_nomination')),
    sa.ForeignKeyConstraint(['made_by_id'], ['staff.id'], name=op.f('fk_override_made_by_id_staff')),
    sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_override_session_id_training_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_override'))
    )
    with op.batch_alter_table('override', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_override_session_id'), ['session_id'], unique=False)

    for name, kind, default in TEXTS:
        op.add_column('training_session', sa.Column(name, kind, nullable=False, server_default=default))
    sessions = sa.table('training_session', sa.column('id'), sa.column('seed'))
    for session_id in op.get_bind().scalars(sa.select(sessions.c.id)).all():
        op.execute(sessions.update().where(sessions.c.id == session_id).values(seed=secrets.token_hex(16)))
    for name, check in NUMBERS.items():
        op.execute(f"ALTER TABLE training_session ADD COLUMN {name} {check}")
    for name in TIMES:
        op.add_column('training_session', sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("INSERT INTO meeting (session_id, starts_at, ends_at, place, meeting_link, cancelled_because, sequence)"
               " SELECT id, starts_at, ends_at, '', '', '', 0 FROM training_session")


def downgrade() -> None:
    for name in (*TIMES, *NUMBERS, *(name for name, _kind, _default in TEXTS)):
        op.drop_column('training_session', name)

    with op.batch_alter_table('override', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_override_session_id'))

    op.drop_table('override')
    with op.batch_alter_table('wish', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_wish_staff_id'))
        batch_op.drop_index(batch_op.f('ix_wish_organisation_id'))

    op.drop_table('wish')
    with op.batch_alter_table('session_organisation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_session_organisation_organisation_id'))

    op.drop_table('session_organisation')
    with op.batch_alter_table('nomination_list', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_nomination_list_organisation_id'))

    op.drop_table('nomination_list')
    with op.batch_alter_table('nomination', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_nomination_staff_id'))
        batch_op.drop_index('ix_nomination_session_id_organisation_id')
        batch_op.drop_index('ix_nomination_organisation_id')

    op.drop_table('nomination')
    with op.batch_alter_table('meeting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meeting_session_id'))

    op.drop_table('meeting')
    op.drop_table('allocation')
