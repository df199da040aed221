"""Facilitators' kits of courses."""

import sqlalchemy as sa
from alembic import op

revision = '0069_kits'
down_revision = '0068_take_home'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'kit_part',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('course_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_kit_part_course_id_course')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_kit_part')),
        sa.UniqueConstraint('course_id', 'kind', 'number', name=op.f('uq_kit_part_course_id_kind_number')),
    )


def downgrade() -> None:
    op.drop_table('kit_part')
