"""Modules and lessons get a key that stays the same from edition to edition.

What is there already is known by its title (and a lesson by its kind) among the editions of its course: the next
edition was made as a copy of the one before.
"""

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
    """Give rows of (id, edition, course, *what they are known by) their keys; no two of one edition the same."""
    known: dict[tuple, str] = {}
    used: set[tuple] = set()
    keys = []
    for row_id, edition_id, *known_by in rows:
        key = known.setdefault(tuple(known_by), secrets.token_hex(8))
        if (edition_id, key) in used:
            key = secrets.token_hex(8)
        used.add((edition_id, key))
        keys.append({'row_id': row_id, 'new_key': key})
    if keys:
        op.get_bind().execute(
            sa.update(table).where(table.c.id == sa.bindparam('row_id')).values(key=sa.bindparam('new_key')), keys
        )


def upgrade() -> None:
    for name in ('module', 'lesson'):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column('key', sa.String(length=16), nullable=True))
    bind = op.get_bind()
    of_module = sa.select(module.c.id, edition.c.id, edition.c.course_id, module.c.title).join(
        edition, edition.c.id == module.c.edition_id
    )
    _give_keys(module, bind.execute(of_module.order_by(edition.c.number, module.c.position)).all())
    of_lesson = (
        sa.select(lesson.c.id, edition.c.id, edition.c.course_id, lesson.c.kind, lesson.c.title)
        .join(module, module.c.id == lesson.c.module_id)
        .join(edition, edition.c.id == module.c.edition_id)
    )
    _give_keys(lesson, bind.execute(of_lesson.order_by(edition.c.number, module.c.position, lesson.c.position)).all())
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
