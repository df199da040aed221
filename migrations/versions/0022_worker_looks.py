"""What the worker last did, task by task."""

import sqlalchemy as sa
from alembic import op

revision = '0022_worker_looks'
down_revision = '0021_sign_in_places'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('worker_look',
    sa.Column('task', sa.String(length=32), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('went_well_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('task', name=op.f('pk_worker_look'))
    )


def downgrade() -> None:
    op.drop_table('worker_look')
