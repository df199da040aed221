"""Who wants it is told once a month how far training reaches the own office."""

import sqlalchemy as sa
from alembic import op

revision = '0050_report_wish'
down_revision = '0049_month_count'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'report_wish',
        sa.Column('staff_id', sa.Integer(), nullable=False),
        sa.Column('since', sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_report_wish_staff_id_staff')),
        sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_report_wish')),
    )


def downgrade() -> None:
    op.drop_table('report_wish')
