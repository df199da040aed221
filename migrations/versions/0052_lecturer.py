"""Organisations know lecturers, who teach in sessions."""

import sqlalchemy as sa
from alembic import op

revision = '0052_lecturer'
down_revision = '0051_who_reads'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'lecturer',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('affiliation', sa.Text(), nullable=False),
        sa.Column('fields', sa.Text(), nullable=False),
        sa.Column('availability', sa.Text(), nullable=False),
        sa.Column('contact', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_lecturer_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_lecturer')),
        sa.UniqueConstraint('organisation_id', 'name', 'affiliation', name=op.f('uq_lecturer_organisation_id_name_affiliation')),
    )
    op.create_table(
        'session_lecturer',
        sa.Column('session_id', sa.Integer(), nullable=False),
        sa.Column('lecturer_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['lecturer_id'], ['lecturer.id'], name=op.f('fk_session_lecturer_lecturer_id_lecturer')),
        sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_session_lecturer_session_id_training_session')),
        sa.PrimaryKeyConstraint('session_id', 'lecturer_id', name=op.f('pk_session_lecturer')),
    )
    op.create_index(op.f('ix_session_lecturer_lecturer_id'), 'session_lecturer', ['lecturer_id'])


def downgrade() -> None:
    op.drop_table('session_lecturer')
    op.drop_table('lecturer')
