"""Attempts at a quiz can be granted beyond its limit."""

import sqlalchemy as sa
from alembic import op

revision = '0018_more_attempts'
down_revision = '0017_rollup_of_packages'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('progress') as table:
        table.add_column(sa.Column('more_attempts', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('progress') as table:
        table.alter_column('more_attempts', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('progress') as table:
        table.drop_column('more_attempts')
