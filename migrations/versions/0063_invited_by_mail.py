"""Links that an office has sent by mail: who asked for them."""

import sqlalchemy as sa
from alembic import op

revision = '0063_invited_by_mail'
down_revision = '0062_reform'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('reset_request') as table:
        table.add_column(sa.Column('asked_by_id', sa.Integer(), nullable=True))
        table.create_foreign_key(op.f('fk_reset_request_asked_by_id_staff'), 'staff', ['asked_by_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('reset_request') as table:
        table.drop_constraint(op.f('fk_reset_request_asked_by_id_staff'), type_='foreignkey')
        table.drop_column('asked_by_id')
