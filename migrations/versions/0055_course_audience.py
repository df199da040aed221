"""A course may be for everybody, for chosen organisations, or for the one that has it."""

import sqlalchemy as sa
from alembic import op

revision = '0055_course_audience'
down_revision = '0054_article_import'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('course', sa.Column('is_for_all', sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column('course_edition', sa.Column('only_for', sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        'course_audience',
        sa.Column('course_id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_audience_course_id_course')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_course_audience_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('course_id', 'organisation_id', name=op.f('pk_course_audience')),
    )
    op.create_index(op.f('ix_course_audience_organisation_id'), 'course_audience', ['organisation_id'])


def downgrade() -> None:
    op.drop_table('course_audience')
    op.drop_column('course_edition', 'only_for')
    op.drop_column('course', 'is_for_all')
