"""The audit log says from where, is sealed, and cannot be changed; what is younger than a year cannot be removed."""

import sqlalchemy as sa
from alembic import op

revision = '0028_audit_chain'
down_revision = '0027_second_factors'
branch_labels = None
depends_on = None

KEPT = {'audit_entry': 'OLD.at', 'audit_seal': '(SELECT at FROM audit_entry WHERE id = OLD.entry_id)'}
REFUSED = 'the audit log is not changed'


def upgrade() -> None:
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('address', sa.Text(), server_default='', nullable=False))
        batch_op.create_index('ix_audit_entry_actor_id_at', ['actor_id', 'at'], unique=False)
    op.create_table('audit_seal',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['audit_entry.id'], name=op.f('fk_audit_seal_entry_id_audit_entry')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_seal')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_audit_seal_entry_id'))
    )
    op.create_table('audit_told',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_audit_told_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_told'))
    )
    if op.get_bind().dialect.name == 'sqlite':
        for table, at in KEPT.items():
            op.execute(f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END")
            op.execute(
                f"CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table} WHEN {at} > datetime('now', '-1 year')"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_to_change_the_audit_log() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
    )
    op.execute(
        "CREATE FUNCTION refuse_to_remove_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF OLD.at > now() - interval '1 year' THEN RAISE EXCEPTION '{REFUSED}'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE FUNCTION refuse_to_remove_audit_seals() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF (SELECT at FROM audit_entry WHERE id = OLD.entry_id) > now() - interval '1 year'"
        f" THEN RAISE EXCEPTION '{REFUSED}'; END IF; RETURN OLD; END $$"
    )
    for table, removes in (('audit_entry', 'entries'), ('audit_seal', 'seals')):
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_to_change_the_audit_log()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_to_remove_audit_{removes}()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_to_change_the_audit_log()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for name in ('stays', 'is_kept'):
            op.execute(f'DROP TRIGGER audit_entry_{name}')
    else:
        for name in ('stays', 'is_kept', 'is_not_emptied'):
            op.execute(f'DROP TRIGGER audit_entry_{name} ON audit_entry')
    op.drop_table('audit_told')
    op.drop_table('audit_seal')
    if op.get_bind().dialect.name != 'sqlite':
        for name in ('refuse_to_change_the_audit_log', 'refuse_to_remove_audit_entries', 'refuse_to_remove_audit_seals'):
            op.execute(f'DROP FUNCTION {name}()')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_actor_id_at')
        batch_op.drop_column('address')
