"""Somebody who lacks a course that comes first takes part in a session for a reason, which is kept."""

import sqlalchemy as sa
from alembic import op

revision = '0047_prerequisite_exception'
down_revision = '0046_course_keeping'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'prerequisite_exception',
        sa.Column('session_id', sa.Integer(), nullable=False),
        sa.Column('staff_id', sa.Integer(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('given_by_id', sa.Integer(), nullable=True),
        sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('length(trim(reason)) > 0', name=op.f('ck_prerequisite_exception_reason_not_blank')),
        sa.ForeignKeyConstraint(['given_by_id'], ['staff.id'], name=op.f('fk_prerequisite_exception_given_by_id_staff')),
        sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_prerequisite_exception_session_id_training_session')),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_prerequisite_exception_staff_id_staff')),
        sa.PrimaryKeyConstraint('session_id', 'staff_id', name=op.f('pk_prerequisite_exception')),
    )
    op.create_index(op.f('ix_prerequisite_exception_staff_id'), 'prerequisite_exception', ['staff_id'])


def downgrade() -> None:
    op.drop_table('prerequisite_exception')
