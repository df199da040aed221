"""Curricula have editions, and some are for the own organisation only."""

import sqlalchemy as sa
from alembic import op

revision = '0040_curriculum_editions'
down_revision = '0039_exemption'
branch_labels = None
depends_on = None

IS_OPEN = "state IN ('draft', 'in review', 'ahead')"


def upgrade() -> None:
    op.add_column('curriculum', sa.Column('is_for_all', sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table('curriculum') as batch_op:
        batch_op.alter_column('is_for_all', server_default=None)
    table = op.create_table(
        'curriculum_edition',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('curriculum_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('summary', sa.Text(), nullable=False),
        sa.Column('track_id', sa.Integer(), nullable=True),
        sa.Column('is_for_all', sa.Boolean(), nullable=False),
        sa.Column('steps', sa.JSON(), nullable=False),
        sa.Column('because', sa.Text(), nullable=False),
        sa.Column('review_note', sa.Text(), nullable=False),
        sa.Column('author_id', sa.Integer(), nullable=True),
        sa.Column('handed_in_by_id', sa.Integer(), nullable=True),
        sa.Column('approved_by_id', sa.Integer(), nullable=True),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('effective_on', sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(['curriculum_id'], ['curriculum.id'], name=op.f('fk_curriculum_edition_curriculum_id_curriculum')),
        sa.ForeignKeyConstraint(['track_id'], ['track.id'], name=op.f('fk_curriculum_edition_track_id_track')),
        sa.ForeignKeyConstraint(['author_id'], ['staff.id'], name=op.f('fk_curriculum_edition_author_id_staff')),
        sa.ForeignKeyConstraint(['handed_in_by_id'], ['staff.id'], name=op.f('fk_curriculum_edition_handed_in_by_id_staff')),
        sa.ForeignKeyConstraint(['approved_by_id'], ['staff.id'], name=op.f('fk_curriculum_edition_approved_by_id_staff')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_curriculum_edition')),
        sa.UniqueConstraint('curriculum_id', 'number', name=op.f('uq_curriculum_edition_curriculum_id_number')),
    )
    op.create_index(op.f('ix_curriculum_edition_state'), 'curriculum_edition', ['state'])
    op.create_index(
        'uq_curriculum_edition_open', 'curriculum_edition', ['curriculum_id'], unique=True,
        sqlite_where=sa.text(IS_OPEN), postgresql_where=sa.text(IS_OPEN),
    )
    connection = op.get_bind()
    steps: dict[int, list[list[object]]] = {}
    for curriculum_id, course_id, required in connection.execute(
        sa.text("SELECT curriculum_id, course_id, required FROM curriculum_step ORDER BY curriculum_id, position")
    ):
        steps.setdefault(curriculum_id, []).append([course_id, bool(required)])
    for id_, state, title, summary, track_id in connection.execute(
        sa.text("SELECT id, state, title, summary, track_id FROM curriculum ORDER BY id")
    ).all():
        op.execute(
            table.insert().values(
                curriculum_id=id_, number=1, state='draft' if state == 'draft' else 'in force', title=title, summary=summary,
                track_id=track_id, is_for_all=True, steps=steps.get(id_, []), because='', review_note='', changed_at=sa.func.now(),
            )
        )


def downgrade() -> None:
    op.drop_table('curriculum_edition')
    with op.batch_alter_table('curriculum') as batch_op:
        batch_op.drop_column('is_for_all')
