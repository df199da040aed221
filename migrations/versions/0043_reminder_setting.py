"""An organisation may set how it reminds its people."""

import sqlalchemy as sa
from alembic import op

revision = '0043_reminder_setting'
down_revision = '0042_target'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'reminder_setting',
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('days_before', sa.JSON(), nullable=False),
        sa.Column('weeks_after', sa.Integer(), nullable=False),
        sa.Column('to_heads', sa.Boolean(), nullable=False),
        sa.Column('to_coordinators', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_reminder_setting_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_reminder_setting')),
    )


def downgrade() -> None:
    op.drop_table('reminder_setting')
