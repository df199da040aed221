"""Courses as files for one enrolment, and the key that signs their return codes."""

import sqlalchemy as sa
from alembic import op

revision = '0068_take_home'
down_revision = '0067_invitation_without_approval'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'take_home',
        sa.Column('enrolment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('refused', sa.Integer(), nullable=False),
        sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('score', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_take_home_enrolment_id_enrolment')),
        sa.PrimaryKeyConstraint('enrolment_id', name=op.f('pk_take_home')),
    )


def downgrade() -> None:
    op.drop_table('take_home')
