"""Reorganisations: sections renamed, merged and split by one act on a day."""

import sqlalchemy as sa
from alembic import op

revision = '0062_reform'
down_revision = '0061_invitations'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'reform',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=32), nullable=False),
        sa.Column('trouble', sa.Text(), nullable=False),
        sa.Column('before', sa.JSON(), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=True),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['made_by_id'], ['staff.id'], name=op.f('fk_reform_made_by_id_staff')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_reform_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_reform')),
    )
    op.create_index(op.f('ix_reform_organisation_id'), 'reform', ['organisation_id'])
    op.create_index(op.f('ix_reform_state'), 'reform', ['state'])


def downgrade() -> None:
    op.drop_table('reform')
