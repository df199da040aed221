"""Sign-ins that go on are kept, each by itself; private addresses of calendars and transfer codes end with them.

Links say who made them, because they end with that right. Whoever has signed in signs in once more. Calendars that are subscribed stay.
"""

import sqlalchemy as sa
from alembic import op

revision = '0023_open_sign_ins'
down_revision = '0022_worker_looks'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('open_sign_in',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('device', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_open_sign_in_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_open_sign_in')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_open_sign_in_token_digest'))
    )
    with op.batch_alter_table('open_sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_open_sign_in_staff_id'), ['staff_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_open_sign_in_seen_at'), ['seen_at'], unique=False)
    for table in ('calendar_feed', 'transfer_code'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('sign_in_epoch', sa.Integer(), nullable=True))
        op.execute(
            f'UPDATE {table} SET sign_in_epoch = (SELECT sign_in_epoch FROM staff WHERE staff.id = {table}.staff_id)'
        )
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column('sign_in_epoch', existing_type=sa.Integer(), nullable=False)
    for table, column in (('invitation', 'made_by_id'), ('password_link', 'issued_by_id')):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch_op.create_foreign_key(batch_op.f(f'fk_{table}_{column}_staff'), 'staff', [column], ['id'])


def downgrade() -> None:
    for table, column in (('invitation', 'made_by_id'), ('password_link', 'issued_by_id')):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f'fk_{table}_{column}_staff'), type_='foreignkey')
            batch_op.drop_column(column)
    for table in ('calendar_feed', 'transfer_code'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('sign_in_epoch')
    op.drop_table('open_sign_in')
