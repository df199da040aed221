"""Invitations by which people are staff without anybody's approval."""

import sqlalchemy as sa
from alembic import op

revision = '0067_invitation_without_approval'
down_revision = '0066_concurrent_posts'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('invitation', sa.Column('needs_approval', sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    with op.batch_alter_table('invitation') as table:
        table.drop_column('needs_approval')
