"""Notices about courses."""

import sqlalchemy as sa
from alembic import op

revision = '0010_due_again'
down_revision = '0009_packages'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.add_column(sa.Column('course_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_notice_course_id'), ['course_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_notice_course_id_course'), 'course', ['course_id'], ['id'])



def downgrade() -> None:
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_notice_course_id_course'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_notice_course_id'))
        batch_op.drop_column('course_id')

