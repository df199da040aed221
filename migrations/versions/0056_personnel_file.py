"""Personnel files: sent, compared, applied as one act, and taken back."""

import sqlalchemy as sa
from alembic import op

revision = '0056_personnel_file'
down_revision = '0055_course_audience'
branch_labels = None
depends_on = None
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'personnel_file',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=True),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('state', sa.String(length=32), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('is_complete', sa.Boolean(), nullable=False),
        sa.Column('off', sa.JSON(), nullable=False),
        sa.Column('same', sa.Integer(), nullable=False),
        sa.Column('present', sa.Integer(), nullable=False),
        sa.Column('left_out', sa.JSON(), nullable=False),
        sa.Column('trouble', sa.Text(), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['made_by_id'], ['staff.id'], name=op.f('fk_personnel_file_made_by_id_staff')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_personnel_file_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_personnel_file')),
    )
    op.create_index(op.f('ix_personnel_file_organisation_id'), 'personnel_file', ['organisation_id'])
    op.create_index(op.f('ix_personnel_file_state'), 'personnel_file', ['state'])
    op.create_table(
        'personnel_change',
        sa.Column('id', BIG_ID, nullable=False),
        sa.Column('file_id', sa.Integer(), nullable=False),
        sa.Column('line', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('membership_id', sa.Integer(), nullable=True),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('words', sa.Text(), nullable=False),
        sa.Column('said', sa.JSON(), nullable=False),
        sa.Column('before', sa.JSON(), nullable=False),
        sa.Column('state', sa.String(length=32), nullable=False),
        sa.Column('told', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['file_id'], ['personnel_file.id'], name=op.f('fk_personnel_change_file_id_personnel_file')),
        sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_personnel_change_membership_id_membership')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_personnel_change')),
    )
    op.create_index('ix_personnel_change_file_id', 'personnel_change', ['file_id', 'kind', 'state', 'id'])
    op.create_index(op.f('ix_personnel_change_membership_id'), 'personnel_change', ['membership_id'])
    op.create_table(
        'personnel_headings',
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('said', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_personnel_headings_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_personnel_headings')),
    )


def downgrade() -> None:
    op.drop_table('personnel_headings')
    op.drop_table('personnel_change')
    op.drop_table('personnel_file')
