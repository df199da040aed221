"""An organisation may say how many of its people are to finish a course in a fiscal year."""

import sqlalchemy as sa
from alembic import op

revision = '0042_target'
down_revision = '0041_notice_path'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'target',
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('fiscal_year', sa.Integer(), nullable=False),
        sa.Column('people', sa.Integer(), nullable=False),
        sa.CheckConstraint('people > 0', name=op.f('ck_target_people_positive')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_target_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('organisation_id', 'fiscal_year', name=op.f('pk_target')),
    )


def downgrade() -> None:
    op.drop_table('target')
