"""A session has files: for those who take part, or for its host alone."""

import sqlalchemy as sa
from alembic import op

revision = '0048_session_material'
down_revision = '0047_prerequisite_exception'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'session_material',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('session_id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('size', sa.BigInteger(), nullable=False),
        sa.Column('is_for_host', sa.Boolean(), nullable=False),
        sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_session_material_organisation_id_organisation')),
        sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_session_material_session_id_training_session')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_session_material')),
        sa.UniqueConstraint('session_id', 'name', name=op.f('uq_session_material_session_id_name')),
    )
    op.create_index(op.f('ix_session_material_organisation_id'), 'session_material', ['organisation_id'])
    op.create_index(op.f('ix_session_material_digest'), 'session_material', ['digest'])


def downgrade() -> None:
    op.drop_table('session_material')
