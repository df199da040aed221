"""Each meeting keeps the UID that calendars know it by; those of before keep the one that was given out at PUBLIC_URL."""

import os

import sqlalchemy as sa
from alembic import op

revision = '0020_calendar_uids'
down_revision = '0019_certificates_replaced'
branch_labels = None
depends_on = None


def upgrade() -> None:
    host = os.environ.get('PUBLIC_URL', 'http://127.0.0.1:8000').split('://', 1)[-1].rstrip('/')
    with op.batch_alter_table('meeting') as table:
        table.add_column(sa.Column('uid', sa.String(120), nullable=True))
        table.add_column(sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
    long_ago = sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False, server_default='2026-01-01 00:00:00')
    op.add_column('training_session', long_ago)
    op.get_bind().execute(
        sa.text("UPDATE meeting SET uid = 'meeting-' || CAST(id AS VARCHAR(20)) || '@' || :host, changed_at = CURRENT_TIMESTAMP"),
        {'host': host[:80]},
    )
    op.execute('UPDATE training_session SET changed_at = CURRENT_TIMESTAMP')
    with op.batch_alter_table('meeting') as table:
        table.alter_column('uid', existing_type=sa.String(120), nullable=False)
        table.alter_column('changed_at', existing_type=sa.DateTime(timezone=True), nullable=False)
        table.create_unique_constraint(op.f('uq_meeting_uid'), ['uid'])


def downgrade() -> None:
    op.drop_column('training_session', 'changed_at')
    with op.batch_alter_table('meeting') as table:
        table.drop_constraint(op.f('uq_meeting_uid'), type_='unique')
        table.drop_column('changed_at')
        table.drop_column('uid')
