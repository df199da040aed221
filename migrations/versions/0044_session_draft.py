"""A training session may be a draft, which its host alone sees."""

import sqlalchemy as sa
from alembic import op

revision = '0044_session_draft'
down_revision = '0043_reminder_setting'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('training_session', sa.Column('is_draft', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.execute("DELETE FROM meeting WHERE session_id IN (SELECT id FROM training_session WHERE is_draft)")
    op.execute("DELETE FROM session_organisation WHERE session_id IN (SELECT id FROM training_session WHERE is_draft)")
    op.execute("DELETE FROM training_session WHERE is_draft")
    op.drop_column('training_session', 'is_draft')
