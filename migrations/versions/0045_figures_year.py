"""Figures of an organisation say of which year they are."""

import sqlalchemy as sa
from alembic import op

revision = '0045_figures_year'
down_revision = '0044_session_draft'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('organisation', sa.Column('figures_year', sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('organisation') as batch_op:
        batch_op.drop_column('figures_year')
