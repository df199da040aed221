"""An organisation heads its letters by its own rules."""

import sqlalchemy as sa
from alembic import op

revision = '0053_letterhead'
down_revision = '0052_lecturer'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'letterhead_setting',
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.Text(), nullable=False),
        sa.Column('sender', sa.Text(), nullable=False),
        sa.Column('stamps', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_letterhead_setting_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_letterhead_setting')),
    )


def downgrade() -> None:
    op.drop_table('letterhead_setting')
