"""A password link remembers how the person stood when it was made; links from before end."""

import sqlalchemy as sa
from alembic import op

revision = '0015_standing_of_links'
down_revision = '0014_search_keys'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('password_link', sa.Column('standing', sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('password_link', schema=None) as batch_op:
        batch_op.drop_column('standing')
