"""Attendance at each meeting."""

import sqlalchemy as sa
from alembic import op

revision = '0005_attendance'
down_revision = '0004_notices'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('attendance',
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('enrolment_id', sa.Integer(), nullable=False),
    sa.Column('presence', sa.String(length=32), nullable=False),
    sa.Column('entered_by', sa.String(length=32), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_attendance_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_attendance_meeting_id_meeting')),
    sa.PrimaryKeyConstraint('meeting_id', 'enrolment_id', name=op.f('pk_attendance'))
    )
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendance_enrolment_id'), ['enrolment_id'], unique=False)

    op.create_table('attendance_code',
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_attendance_code_meeting_id_meeting')),
    sa.PrimaryKeyConstraint('meeting_id', name=op.f('pk_attendance_code')),
    sa.UniqueConstraint('code', name=op.f('uq_attendance_code_code'))
    )
    op.execute("ALTER TABLE course_edition ADD COLUMN attendance_percent INTEGER NOT NULL DEFAULT 100"
               " CONSTRAINT ck_course_edition_attendance_percent_is_a_share CHECK (attendance_percent BETWEEN 1 AND 100)")
    # what was entered for a whole session holds for each of its meetings
    op.execute("INSERT INTO attendance (meeting_id, enrolment_id, presence, entered_by, entered_at)"
               " SELECT meeting.id, enrolment.id,"
               " CASE enrolment.state WHEN 'completed' THEN 'attended' ELSE 'absent' END, 'list',"
               " COALESCE(enrolment.completed_at, meeting.ends_at)"
               " FROM enrolment JOIN meeting ON meeting.session_id = enrolment.session_id"
               " WHERE enrolment.state IN ('completed', 'absent') AND meeting.cancelled_at IS NULL")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # the check stands in the column's own definition, so the table is made anew without both
        with op.batch_alter_table('course_edition', schema=None) as batch_op:
            batch_op.drop_constraint(op.f('ck_course_edition_attendance_percent_is_a_share'), type_='check')
            batch_op.drop_column('attendance_percent')
    else:
        op.drop_column('course_edition', 'attendance_percent')

    op.drop_table('attendance_code')
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attendance_enrolment_id'))

    op.drop_table('attendance')
