"""Certificates say of which office the holder was, how long the course takes and who gives them out."""

import sqlalchemy as sa
from alembic import op

revision = '0032_certificate_issuer'
down_revision = '0031_blocked'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('signed_by', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.add_column(sa.Column('affiliation', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('minutes', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('issuer', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('signed_by', sa.Text(), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        for name in ('signed_by', 'issuer', 'minutes', 'affiliation'):
            batch_op.drop_column(name)
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.drop_column('signed_by')
