"""Packages."""

import sqlalchemy as sa
from alembic import op

revision = '0009_packages'
down_revision = '0008_outside_learning'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('package',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('standard', sa.String(length=32), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('outline', sa.JSON(), nullable=False),
    sa.Column('remarks', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_package'))
    )
    op.create_table('package_file',
    sa.Column('package_digest', sa.String(length=64), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['package_digest'], ['package.digest'], name=op.f('fk_package_file_package_digest_package')),
    sa.PrimaryKeyConstraint('package_digest', 'path', name=op.f('pk_package_file'))
    )
    op.create_table('package_run',
    sa.Column('enrolment_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=False),
    sa.Column('part', sa.Text(), nullable=False),
    sa.Column('session', sa.BigInteger(), nullable=False),
    sa.Column('completion', sa.String(length=32), nullable=False),
    sa.Column('success', sa.String(length=32), nullable=False),
    sa.Column('score', sa.Double(), nullable=True),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.Column('location', sa.Text(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('seconds >= 0', name=op.f('ck_package_run_seconds_not_negative')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_package_run_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['lesson_id'], ['lesson.id'], name=op.f('fk_package_run_lesson_id_lesson')),
    sa.PrimaryKeyConstraint('enrolment_id', 'lesson_id', 'part', name=op.f('pk_package_run'))
    )
    with op.batch_alter_table('package_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_package_run_lesson_id'), ['lesson_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('package_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_package_run_lesson_id'))

    op.drop_table('package_run')
    op.drop_table('package_file')
    op.drop_table('package')
