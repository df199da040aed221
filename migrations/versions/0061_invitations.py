"""Several invitation links at once: for whom, for which addresses, into which section."""

import sqlalchemy as sa
from alembic import op

revision = '0061_invitations'
down_revision = '0060_provisioning'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('invitation') as table:
        table.add_column(sa.Column('name', sa.Text(), nullable=False, server_default=''))
        table.add_column(sa.Column('ending', sa.Text(), nullable=False, server_default=''))
        table.add_column(sa.Column('section_id', sa.Integer(), nullable=True))
        table.create_foreign_key(op.f('fk_invitation_section_id_section'), 'section', ['section_id'], ['id'])
        table.create_index(op.f('ix_invitation_section_id'), ['section_id'])


def downgrade() -> None:
    with op.batch_alter_table('invitation') as table:
        table.drop_index(op.f('ix_invitation_section_id'))
        table.drop_constraint(op.f('fk_invitation_section_id_section'), type_='foreignkey')
        for column in ('section_id', 'ending', 'name'):
            table.drop_column(column)
