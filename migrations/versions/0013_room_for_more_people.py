"""Ids of the tables that grow with people get 64 bits; SQLite's integers have them already."""

import sqlalchemy as sa
from alembic import op

revision = '0013_room_for_more_people'
down_revision = '0012_keys_across_editions'
branch_labels = None
depends_on = None

IDS = ('enrolment', 'attempt', 'notice', 'audit_entry')
ENROLMENT_IDS = ('attendance', 'certificate', 'progress', 'attempt', 'package_run')


def _change(old: sa.types.TypeEngine, new: sa.types.TypeEngine) -> None:
    if op.get_bind().dialect.name == 'sqlite':
        return
    for table, column in (*((table, 'id') for table in IDS), *((table, 'enrolment_id') for table in ENROLMENT_IDS)):
        op.alter_column(table, column, existing_type=old, type_=new, existing_nullable=False)
    for table in IDS:
        kind = 'bigint' if isinstance(new, sa.BigInteger) else 'integer'
        op.execute(f'ALTER SEQUENCE {table}_id_seq AS {kind}')


def upgrade() -> None:
    _change(sa.Integer(), sa.BigInteger())


def downgrade() -> None:
    _change(sa.BigInteger(), sa.Integer())
