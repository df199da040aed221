"""Identity providers that speak SAML: where they are asked, and their certificates."""

import sqlalchemy as sa
from alembic import op

revision = '0065_saml'
down_revision = '0064_mail_tried'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('identity_provider') as table:
        table.add_column(sa.Column('protocol', sa.String(length=32), server_default='openid connect', nullable=False))
        table.add_column(sa.Column('sso_address', sa.Text(), server_default='', nullable=False))
        table.add_column(sa.Column('certificates', sa.JSON(), server_default='[]', nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM provider_subject WHERE provider_id IN (SELECT id FROM identity_provider WHERE protocol = 'saml')")
    op.execute("DELETE FROM applicant WHERE provider_id IN (SELECT id FROM identity_provider WHERE protocol = 'saml')")
    op.execute("DELETE FROM identity_provider WHERE protocol = 'saml'")
    with op.batch_alter_table('identity_provider') as table:
        table.drop_column('certificates')
        table.drop_column('sso_address')
        table.drop_column('protocol')
