"""The addresses from which people have signed in lately."""

import sqlalchemy as sa
from alembic import op

revision = '0021_sign_in_places'
down_revision = '0020_calendar_uids'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sign_in_place',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_sign_in_place_staff_id_staff')),
    sa.PrimaryKeyConstraint('staff_id', 'address', name=op.f('pk_sign_in_place'))
    )
    op.create_index(op.f('ix_sign_in_place_address'), 'sign_in_place', ['address'])
    op.create_index(op.f('ix_sign_in_place_at'), 'sign_in_place', ['at'])


def downgrade() -> None:
    op.drop_table('sign_in_place')
