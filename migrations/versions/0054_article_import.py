"""An import of an article can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = '0054_article_import'
down_revision = '0053_letterhead'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'article_import',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('article_id', sa.Integer(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=True),
        sa.Column('before', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_article_import_article_id_article'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['made_by_id'], ['staff.id'], name=op.f('fk_article_import_made_by_id_staff')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_article_import')),
    )
    op.create_index(op.f('ix_article_import_article_id'), 'article_import', ['article_id'])


def downgrade() -> None:
    op.drop_table('article_import')
