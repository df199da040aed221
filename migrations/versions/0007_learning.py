"""Lessons of several kinds, learning, certificates."""

import sqlalchemy as sa
from alembic import op

revision = '0007_learning'
down_revision = '0006_invitation'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('asset',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['edition_id'], ['course_edition.id'], name=op.f('fk_asset_edition_id_course_edition')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset')),
    sa.UniqueConstraint('edition_id', 'name', name=op.f('uq_asset_edition_id_name'))
    )
    op.create_table('attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enrolment_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('seed', sa.String(length=32), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(submitted_at IS NULL) = (score IS NULL)', name=op.f('ck_attempt_submitted_has_a_score')),
    sa.CheckConstraint('score BETWEEN 0 AND 100', name=op.f('ck_attempt_score_is_a_share')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_attempt_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['lesson_id'], ['lesson.id'], name=op.f('fk_attempt_lesson_id_lesson')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt')),
    sa.UniqueConstraint('enrolment_id', 'lesson_id', 'number', name=op.f('uq_attempt_enrolment_id_lesson_id_number'))
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_lesson_id'), ['lesson_id'], unique=False)
        batch_op.create_index('uq_attempt_open', ['enrolment_id', 'lesson_id'], unique=True, sqlite_where=sa.text('submitted_at IS NULL'), postgresql_where=sa.text('submitted_at IS NULL'))

    op.create_table('certificate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enrolment_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('holder', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('edition_number', sa.Integer(), nullable=False),
    sa.Column('completed_on', sa.Date(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_because', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_certificate_enrolment_id_enrolment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate')),
    sa.UniqueConstraint('enrolment_id', name=op.f('uq_certificate_enrolment_id')),
    sa.UniqueConstraint('number', name=op.f('uq_certificate_number'))
    )
    op.create_table('progress',
    sa.Column('enrolment_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('commented_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('position >= 0', name=op.f('ck_progress_position_not_negative')),
    sa.ForeignKeyConstraint(['commented_by_id'], ['staff.id'], name=op.f('fk_progress_commented_by_id_staff')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_progress_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['lesson_id'], ['lesson.id'], name=op.f('fk_progress_lesson_id_lesson')),
    sa.PrimaryKeyConstraint('enrolment_id', 'lesson_id', name=op.f('pk_progress'))
    )
    with op.batch_alter_table('progress', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_progress_lesson_id'), ['lesson_id'], unique=False)

    op.add_column('course_edition', sa.Column('yearly', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('enrolment', sa.Column('lessons_finished_at', sa.DateTime(timezone=True), nullable=True))
    # what was completed before there were lessons to finish stays completed
    op.execute("UPDATE enrolment SET lessons_finished_at = completed_at WHERE state = 'completed'")
    op.add_column('lesson', sa.Column('kind', sa.String(length=32), nullable=False, server_default='text'))
    op.add_column('lesson', sa.Column('required', sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column('lesson', sa.Column('content', sa.JSON(), nullable=False, server_default='{}'))
    op.execute("ALTER TABLE lesson ADD COLUMN minutes INTEGER NOT NULL DEFAULT 0"
               " CONSTRAINT ck_lesson_minutes_not_negative CHECK (minutes >= 0)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # the check stands in the column's own definition, so the table is made anew without both
        with op.batch_alter_table('lesson', schema=None) as batch_op:
            batch_op.drop_constraint(op.f('ck_lesson_minutes_not_negative'), type_='check')
            batch_op.drop_column('minutes')
    else:
        op.drop_column('lesson', 'minutes')
    for name in ('content', 'required', 'kind'):
        op.drop_column('lesson', name)
    op.drop_column('enrolment', 'lessons_finished_at')
    op.drop_column('course_edition', 'yearly')
    with op.batch_alter_table('progress', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_progress_lesson_id'))

    op.drop_table('progress')
    op.drop_table('certificate')
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_index('uq_attempt_open', sqlite_where=sa.text('submitted_at IS NULL'), postgresql_where=sa.text('submitted_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_attempt_lesson_id'))

    op.drop_table('attempt')
    op.drop_table('asset')
