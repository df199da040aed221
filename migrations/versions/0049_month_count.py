"""What is shown of other organisations is counted once a month."""

import sqlalchemy as sa
from alembic import op

revision = '0049_month_count'
down_revision = '0048_session_material'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'month_count',
        sa.Column('taken_on', sa.Date(), nullable=False),
        sa.Column('fiscal_year', sa.Integer(), nullable=False),
        sa.Column('level', sa.String(length=8), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('enrolled', sa.Integer(), nullable=False),
        sa.Column('in_progress', sa.Integer(), nullable=False),
        sa.Column('completed', sa.Integer(), nullable=False),
        sa.Column('people', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_month_count_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('taken_on', 'fiscal_year', 'level', 'organisation_id', name=op.f('pk_month_count')),
    )


def downgrade() -> None:
    op.drop_table('month_count')
