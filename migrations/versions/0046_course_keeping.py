"""Somebody looks after a course, and reads it again on a day."""

import sqlalchemy as sa
from alembic import op

revision = '0046_course_keeping'
down_revision = '0045_figures_year'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'course_keeping',
        sa.Column('course_id', sa.Integer(), nullable=False),
        sa.Column('kept_by_id', sa.Integer(), nullable=True),
        sa.Column('review_on', sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_keeping_course_id_course')),
        sa.ForeignKeyConstraint(['kept_by_id'], ['staff.id'], name=op.f('fk_course_keeping_kept_by_id_staff')),
        sa.PrimaryKeyConstraint('course_id', name=op.f('pk_course_keeping')),
    )
    op.create_index(op.f('ix_course_keeping_review_on'), 'course_keeping', ['review_on'])


def downgrade() -> None:
    op.drop_table('course_keeping')
