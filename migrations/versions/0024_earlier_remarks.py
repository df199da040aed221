"""What a remark said before stays; addresses of articles are of the web."""

import sqlalchemy as sa
from alembic import op

revision = '0024_earlier_remarks'
down_revision = '0023_open_sign_ins'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('earlier_remark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('remark_id', sa.Integer(), nullable=False),
    sa.Column('speaker', sa.Text(), nullable=False),
    sa.Column('heading', sa.Text(), nullable=True),
    sa.Column('subheading', sa.Text(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('replaced_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['remark_id'], ['remark.id'], name=op.f('fk_earlier_remark_remark_id_remark')),
    sa.ForeignKeyConstraint(['replaced_by_id'], ['staff.id'], name=op.f('fk_earlier_remark_replaced_by_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_remark'))
    )
    with op.batch_alter_table('earlier_remark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_earlier_remark_remark_id'), ['remark_id'], unique=False)
    op.execute("UPDATE article SET url = NULL WHERE url NOT LIKE 'https://%' AND url NOT LIKE 'http://%'")


def downgrade() -> None:
    op.drop_table('earlier_remark')
