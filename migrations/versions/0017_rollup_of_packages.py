"""A package keeps what its manifest says of when the whole is finished; packages of before say nothing, as until now."""

import sqlalchemy as sa
from alembic import op

revision = '0017_rollup_of_packages'
down_revision = '0016_not_held'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('package') as table:
        table.add_column(sa.Column('rollup', sa.JSON(), nullable=False, server_default='{}'))
    with op.batch_alter_table('package') as table:
        table.alter_column('rollup', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('package') as table:
        table.drop_column('rollup')
