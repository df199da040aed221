"""Feedback after a course; a visitor, too, may ask for a course."""

import sqlalchemy as sa
from alembic import op

revision = '0035_feedback'
down_revision = '0034_remarks_that_ask'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'feedback',
        sa.Column('enrolment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('course_id', sa.Integer(), nullable=False),
        sa.Column('usefulness', sa.String(length=32), nullable=False),
        sa.Column('words', sa.Text(), nullable=False),
        sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_feedback_course_id_course')),
        sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_feedback_enrolment_id_enrolment')),
        sa.PrimaryKeyConstraint('enrolment_id', name=op.f('pk_feedback')),
    )
    op.create_index(op.f('ix_feedback_course_id'), 'feedback', ['course_id'])
    with op.batch_alter_table('course_request', schema=None) as batch_op:
        batch_op.alter_column('staff_id', existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM course_request WHERE staff_id IS NULL")
    with op.batch_alter_table('course_request', schema=None) as batch_op:
        batch_op.alter_column('staff_id', existing_type=sa.Integer(), nullable=False)
    op.drop_table('feedback')
