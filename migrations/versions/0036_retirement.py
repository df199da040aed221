"""A course that is taken out of the catalogue says why, and what comes after it."""

import sqlalchemy as sa
from alembic import op

revision = '0036_retirement'
down_revision = '0035_feedback'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'retirement',
        sa.Column('course_id', sa.Integer(), nullable=False),
        sa.Column('because', sa.Text(), nullable=False),
        sa.Column('successor_id', sa.Integer(), nullable=True),
        sa.Column('retired_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_retirement_course_id_course')),
        sa.ForeignKeyConstraint(['successor_id'], ['course.id'], name=op.f('fk_retirement_successor_id_course')),
        sa.PrimaryKeyConstraint('course_id', name=op.f('pk_retirement')),
    )
    op.execute(
        "INSERT INTO retirement (course_id, because, successor_id, retired_at) "
        "SELECT course.id, '理由は記録されていません。', NULL, max(course_edition.changed_at) "
        "FROM course JOIN course_edition ON course_edition.course_id = course.id AND course_edition.state = 'retired' "
        "WHERE course.published_id IS NULL GROUP BY course.id"
    )


def downgrade() -> None:
    op.drop_table('retirement')
