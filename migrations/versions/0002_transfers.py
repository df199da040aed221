"""Transfers."""

import sqlalchemy as sa
from alembic import op

revision = '0002_transfers'
down_revision = '0001_the_common_catalogue'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('transfer_code',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('code_digest', sa.String(length=64), nullable=False),
    sa.Column('ends_present', sa.Boolean(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_transfer_code_staff_id_staff')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_transfer_code')),
    sa.UniqueConstraint('code_digest', name=op.f('uq_transfer_code_code_digest'))
    )


def downgrade() -> None:
    op.drop_table('transfer_code')
