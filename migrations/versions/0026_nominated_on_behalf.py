"""A nomination says whether the host made it on behalf of the organisation."""

import sqlalchemy as sa
from alembic import op

revision = '0026_nominated_on_behalf'
down_revision = '0025_notes_shown_to'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('nomination', schema=None) as batch_op:
        batch_op.add_column(sa.Column('on_behalf', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table('nomination', schema=None) as batch_op:
        batch_op.drop_column('on_behalf')
