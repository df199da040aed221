"""Names go out of the audit log when somebody is erased; requests for disclosure, agreed to by a second person."""

import sqlalchemy as sa
from alembic import op

revision = '0058_personal_data'
down_revision = '0057_moves'
branch_labels = None
depends_on = None

REFUSED = 'the audit log is not changed'
SAME = ('id', 'at', 'actor_id', 'organisation_id', 'act', 'address')
NOBODY = '（消去された人）'


def upgrade() -> None:
    op.create_table(
        'disclosure',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('staff_id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('received_on', sa.Date(), nullable=False),
        sa.Column('asked_by_id', sa.Integer(), nullable=True),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('agreed_by_id', sa.Integer(), nullable=True),
        sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('agreed_by_id IS NULL OR agreed_by_id <> asked_by_id', name=op.f('ck_disclosure_second_person')),
        sa.ForeignKeyConstraint(['agreed_by_id'], ['staff.id'], name=op.f('fk_disclosure_agreed_by_id_staff')),
        sa.ForeignKeyConstraint(['asked_by_id'], ['staff.id'], name=op.f('fk_disclosure_asked_by_id_staff')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_disclosure_organisation_id_organisation')),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_disclosure_staff_id_staff')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_disclosure')),
    )
    op.create_index('ix_disclosure_organisation_id', 'disclosure', ['organisation_id', 'staff_id'])
    op.create_index(op.f('ix_disclosure_staff_id'), 'disclosure', ['staff_id'])
    op.add_column('audit_entry', sa.Column('redacted_at', sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == 'sqlite':
        same = ' AND '.join(f'NEW.{column} IS OLD.{column}' for column in SAME)
        op.execute('DROP TRIGGER audit_entry_stays')
        op.execute(
            f"CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry"
            f" WHEN NOT (OLD.redacted_at IS NULL AND NEW.redacted_at IS NOT NULL AND NEW.subject = '{NOBODY}' AND {same})"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )
        return
    same = ' AND '.join(f'NEW.{column} IS NOT DISTINCT FROM OLD.{column}' for column in SAME)
    op.execute(
        "CREATE FUNCTION refuse_to_change_an_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NOT (OLD.redacted_at IS NULL AND NEW.redacted_at IS NOT NULL AND NEW.subject = '{NOBODY}' AND {same})"
        f" THEN RAISE EXCEPTION '{REFUSED}'; END IF; RETURN NEW; END $$"
    )
    op.execute('DROP TRIGGER audit_entry_stays ON audit_entry')
    op.execute(
        'CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_to_change_an_audit_entry()'
    )


def downgrade() -> None:
    op.drop_table('disclosure')
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TRIGGER audit_entry_stays')
        op.drop_column('audit_entry', 'redacted_at')
        op.execute(f"CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END")
        return
    op.execute('DROP TRIGGER audit_entry_stays ON audit_entry')
    op.execute('DROP FUNCTION refuse_to_change_an_audit_entry()')
    op.drop_column('audit_entry', 'redacted_at')
    op.execute(
        'CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_to_change_the_audit_log()'
    )
