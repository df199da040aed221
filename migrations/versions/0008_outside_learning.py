"""Learning done elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = '0008_outside_learning'
down_revision = '0007_learning'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('outside_learning',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('learned_on', sa.Date(), nullable=False),
    sa.Column('provenance', sa.String(length=32), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(provenance = 'confirmed') = (confirmed_at IS NOT NULL)", name=op.f('ck_outside_learning_confirmed_has_a_time')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['staff.id'], name=op.f('fk_outside_learning_confirmed_by_id_staff')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_outside_learning_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_outside_learning_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outside_learning'))
    )
    with op.batch_alter_table('outside_learning', schema=None) as batch_op:
        batch_op.create_index('ix_outside_learning_organisation_id', ['organisation_id', 'provenance'], unique=False)
        batch_op.create_index(batch_op.f('ix_outside_learning_staff_id'), ['staff_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('outside_learning', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outside_learning_staff_id'))
        batch_op.drop_index('ix_outside_learning_organisation_id')

    op.drop_table('outside_learning')
