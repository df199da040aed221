"""People whose signing in was stopped."""

import sqlalchemy as sa
from alembic import op

revision = '0031_blocked'
down_revision = '0030_applicants'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('blocked_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_column('blocked_at')
