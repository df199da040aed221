"""An office may let one of its staff off a required course, or give them more time."""

import sqlalchemy as sa
from alembic import op

revision = '0039_exemption'
down_revision = '0038_adopted_for'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'exemption',
        sa.Column('membership_id', sa.Integer(), nullable=False),
        sa.Column('course_id', sa.Integer(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('until', sa.Date(), nullable=True),
        sa.Column('given_by_id', sa.Integer(), nullable=True),
        sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f('ck_exemption_reason_not_blank')),
        sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_exemption_course_id_course')),
        sa.ForeignKeyConstraint(['given_by_id'], ['staff.id'], name=op.f('fk_exemption_given_by_id_staff')),
        sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_exemption_membership_id_membership')),
        sa.PrimaryKeyConstraint('membership_id', 'course_id', name=op.f('pk_exemption')),
    )


def downgrade() -> None:
    op.drop_table('exemption')
