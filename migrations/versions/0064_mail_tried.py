"""Links by mail that were not taken: how often, and when they are tried again."""

import sqlalchemy as sa
from alembic import op

import kernel.database

revision = '0064_mail_tried'
down_revision = '0063_invited_by_mail'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('reset_request') as table:
        table.add_column(sa.Column('attempts', sa.Integer(), server_default='0', nullable=False))
        table.add_column(sa.Column('try_at', kernel.database.UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('reset_request') as table:
        table.drop_column('try_at')
        table.drop_column('attempts')
