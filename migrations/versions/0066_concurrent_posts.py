"""Posts that are held beside the own one."""

import sqlalchemy as sa
from alembic import op

revision = '0066_concurrent_posts'
down_revision = '0065_saml'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'concurrent_post',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('membership_id', sa.Integer(), nullable=False),
        sa.Column('section_id', sa.Integer(), nullable=False),
        sa.Column('post_id', sa.Integer(), nullable=True),
        sa.Column('begins_on', sa.Date(), nullable=False),
        sa.Column('ends_on', sa.Date(), nullable=True),
        sa.CheckConstraint('ends_on IS NULL OR ends_on > begins_on', name=op.f('ck_concurrent_post_dates')),
        sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_concurrent_post_membership_id_membership')),
        sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_concurrent_post_post_id_post')),
        sa.ForeignKeyConstraint(['section_id'], ['section.id'], name=op.f('fk_concurrent_post_section_id_section')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_concurrent_post')),
    )
    for column in ('membership_id', 'section_id', 'post_id'):
        op.create_index(op.f(f'ix_concurrent_post_{column}'), 'concurrent_post', [column])


def downgrade() -> None:
    op.drop_table('concurrent_post')
