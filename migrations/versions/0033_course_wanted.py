"""A request may be for a course that is there and cannot be taken yet; who asked is told when it can."""

import sqlalchemy as sa
from alembic import op

revision = '0033_course_wanted'
down_revision = '0032_certificate_issuer'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('course_request', schema=None) as batch_op:
        batch_op.add_column(sa.Column('course_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_course_request_course_id_course'), 'course', ['course_id'], ['id'])
        batch_op.create_index('uq_course_request_course_id_staff_id', ['course_id', 'staff_id'], unique=True)


def downgrade() -> None:
    with op.batch_alter_table('course_request', schema=None) as batch_op:
        batch_op.drop_index('uq_course_request_course_id_staff_id')
        batch_op.drop_constraint(batch_op.f('fk_course_request_course_id_course'), type_='foreignkey')
        batch_op.drop_column('course_id')
