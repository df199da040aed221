"""A second person says that they read an edition that waits."""

import sqlalchemy as sa
from alembic import op

revision = '0051_who_reads'
down_revision = '0050_report_wish'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('course_edition', 'curriculum_edition'):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column('reviewer_id', sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f'fk_{table}_reviewer_id_staff'), 'staff', ['reviewer_id'], ['id'])


def downgrade() -> None:
    for table in ('curriculum_edition', 'course_edition'):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f'fk_{table}_reviewer_id_staff'), type_='foreignkey')
            batch.drop_column('reviewer_id')
