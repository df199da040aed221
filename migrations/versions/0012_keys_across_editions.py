"""Modules and lessons get a key that stays the same from edition to edition.

What is there already is known by its title (and a lesson by its module and kind) in the edition before: the next
edition was made as a copy of it.
"""

import collections
import itertools
import secrets

import sqlalchemy as sa
from alembic import op

revision = '0012_keys_across_editions'
down_revision = '0011_closed_acts'
branch_labels = None
depends_on = None

module = sa.table('module', sa.column('id'), sa.column('edition_id'), sa.column('title'), sa.column('position'), sa.column('key'))
lesson = sa.table('lesson', sa.column('id'), sa.column('module_id'), sa.column('title'), sa.column('kind'), sa.column('position'), sa.column('key'))
edition = sa.table('course_edition', sa.column('id'), sa.column('course_id'), sa.column('number'))


def _give_keys(table, rows) -> None:
    """Give rows of (id, edition, course, module, kind, title) their keys.

    A row is known by its module, kind and title, and by which one it is of those alike; where only one can be meant,
    by kind and title.
    """
    known: dict[int, dict[tuple, str]] = {}
    keys = []
    for (_edition, course_id), group in itertools.groupby(rows, lambda row: (row[1], row[2])):
        before, alike, names = known.setdefault(course_id, {}), collections.Counter(), {}
        for row_id, _edition_id, _course_id, *name in group:
            alike[tuple(name)] += 1
            names[(*name, alike[tuple(name)])] = row_id
        left = [name[1:3] for name in before if name not in names]
        sought = [name[1:3] for name in names if name not in before]
        for name, row_id in names.items():
            moved = [key for other, key in before.items() if other not in names and other[1:3] == name[1:3]]
            only_one = left.count(name[1:3]) == sought.count(name[1:3]) == 1
            key = before.get(name) or (moved[0] if only_one else secrets.token_hex(8))
            keys.append({'row_id': row_id, 'new_key': key})
            names[name] = key
        known[course_id] = names
    if keys:
        op.get_bind().execute(
            sa.update(table).where(table.c.id == sa.bindparam('row_id')).values(key=sa.bindparam('new_key')), keys
        )


def upgrade() -> None:
    for name in ('module', 'lesson'):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column('key', sa.String(length=16), nullable=True))
    bind = op.get_bind()
    of_module = sa.select(module.c.id, edition.c.id, edition.c.course_id, sa.literal(''), sa.literal('module'), module.c.title).join(
        edition, edition.c.id == module.c.edition_id
    )
    _give_keys(module, bind.execute(of_module.order_by(edition.c.course_id, edition.c.number, module.c.position)).all())
    of_lesson = (
        sa.select(lesson.c.id, edition.c.id, edition.c.course_id, module.c.title, lesson.c.kind, lesson.c.title)
        .join(module, module.c.id == lesson.c.module_id)
        .join(edition, edition.c.id == module.c.edition_id)
    )
    _give_keys(lesson, bind.execute(of_lesson.order_by(edition.c.course_id, edition.c.number, module.c.position, lesson.c.position)).all())
    with op.batch_alter_table('module', schema=None) as batch_op:
        batch_op.alter_column('key', existing_type=sa.String(length=16), nullable=False)
        batch_op.create_unique_constraint(batch_op.f('uq_module_edition_id_key'), ['edition_id', 'key'])
    with op.batch_alter_table('lesson', schema=None) as batch_op:
        batch_op.alter_column('key', existing_type=sa.String(length=16), nullable=False)
        batch_op.create_index(batch_op.f('ix_lesson_key'), ['key'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('lesson', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lesson_key'))
        batch_op.drop_column('key')
    with op.batch_alter_table('module', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_module_edition_id_key'), type_='unique')
        batch_op.drop_column('key')
