"""People and audit entries get the form they are searched by; staff numbers the form in which spellings of one meet."""

import sqlalchemy as sa
from alembic import op

from kernel.spelling import folded, folded_number

revision = '0014_search_keys'
down_revision = '0013_room_for_more_people'
branch_labels = None
depends_on = None

staff = sa.table('staff', sa.column('id'), sa.column('name'), sa.column('reading'), sa.column('email'), sa.column('search_key'))
membership = sa.table('membership', sa.column('id'), sa.column('organisation_id'), sa.column('staff_number'), sa.column('left_on'), sa.column('number_key'))
audit_entry = sa.table('audit_entry', sa.column('id'), sa.column('subject'), sa.column('search_key'))
PART = 5000


def _fill(table: sa.TableClause, column: str, rows: list[tuple[int, str | None]]) -> None:
    statement = sa.update(table).where(table.c.id == sa.bindparam('row_id')).values({column: sa.bindparam('new')})
    for begin in range(0, len(rows), PART):
        op.get_bind().execute(statement, [{'row_id': row_id, 'new': new} for row_id, new in rows[begin : begin + PART]])


def _numbers() -> list[tuple[int, str | None]]:
    """Two who had numbers that now are one keep what was typed, but for the one whose number is the form itself."""
    taken: set[tuple[int, str]] = set()
    keys = []
    rows = op.get_bind().execute(
        sa.select(membership.c.id, membership.c.organisation_id, membership.c.staff_number, membership.c.left_on).where(membership.c.staff_number.is_not(None))
    )
    for row_id, organisation_id, number, left_on in sorted(rows, key=lambda row: (folded_number(row[2]) != row[2], row[0])):
        key = folded_number(number)[:32]
        if left_on is None:
            key = number if (organisation_id, key) in taken else key
            taken.add((organisation_id, key))
        keys.append((row_id, key))
    return keys


def upgrade() -> None:
    for table in ('staff', 'audit_entry'):
        op.add_column(table, sa.Column('search_key', sa.Text(), nullable=True))
    op.add_column('membership', sa.Column('number_key', sa.String(length=32), nullable=True))
    bind = op.get_bind()
    people = bind.execute(sa.select(staff.c.id, staff.c.name, staff.c.reading, staff.c.email)).all()
    _fill(staff, 'search_key', [(row_id, '\n'.join(folded(part or '') for part in parts)) for row_id, *parts in people])
    entries = bind.execute(sa.select(audit_entry.c.id, audit_entry.c.subject)).all()
    _fill(audit_entry, 'search_key', [(row_id, folded(subject)) for row_id, subject in entries])
    _fill(membership, 'number_key', _numbers())
    for table in ('staff', 'audit_entry'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column('search_key', existing_type=sa.Text(), nullable=False)
    op.drop_index('uq_membership_current_staff_number', 'membership')
    op.create_index(
        'uq_membership_current_number_key', 'membership', ['organisation_id', 'number_key'], unique=True,
        sqlite_where=sa.text('left_on IS NULL'), postgresql_where=sa.text('left_on IS NULL'),
    )


def downgrade() -> None:
    op.drop_index('uq_membership_current_number_key', 'membership')
    op.create_index(
        'uq_membership_current_staff_number', 'membership', ['organisation_id', 'staff_number'], unique=True,
        sqlite_where=sa.text('left_on IS NULL'), postgresql_where=sa.text('left_on IS NULL'),
    )
    for table, column in (('membership', 'number_key'), ('audit_entry', 'search_key'), ('staff', 'search_key')):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
