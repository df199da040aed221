"""A notice may lead to a page that is neither of a session nor of a course."""

import sqlalchemy as sa
from alembic import op

revision = '0041_notice_path'
down_revision = '0040_curriculum_editions'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('notice', sa.Column('path', sa.Text(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE path IS NOT NULL")
    with op.batch_alter_table('notice') as batch_op:
        batch_op.drop_column('path')
