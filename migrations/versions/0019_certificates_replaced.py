"""A certificate can be replaced by another one where the completion was corrected."""

import sqlalchemy as sa
from alembic import op

revision = '0019_certificates_replaced'
down_revision = '0018_more_attempts'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('certificate') as table:
        table.add_column(sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column('replaces_id', sa.Integer(), nullable=True))
        table.create_foreign_key(op.f('fk_certificate_replaces_id_certificate'), 'certificate', ['replaces_id'], ['id'])
        table.create_unique_constraint(op.f('uq_certificate_replaces_id'), ['replaces_id'])
        table.drop_constraint('uq_certificate_enrolment_id', type_='unique')
        table.create_index(op.f('ix_certificate_enrolment_id'), ['enrolment_id'])
        table.create_index(
            'uq_certificate_present', ['enrolment_id'], unique=True,
            sqlite_where=sa.text('replaced_at IS NULL'), postgresql_where=sa.text('replaced_at IS NULL'),
        )


def downgrade() -> None:
    op.execute('UPDATE certificate SET replaces_id = NULL')
    op.execute('DELETE FROM certificate WHERE replaced_at IS NOT NULL')
    with op.batch_alter_table('certificate') as table:
        table.drop_index('uq_certificate_present')
        table.drop_index(op.f('ix_certificate_enrolment_id'))
        table.create_unique_constraint('uq_certificate_enrolment_id', ['enrolment_id'])
        table.drop_constraint(op.f('uq_certificate_replaces_id'), type_='unique')
        table.drop_constraint(op.f('fk_certificate_replaces_id_certificate'), type_='foreignkey')
        table.drop_column('replaces_id')
        table.drop_column('replaced_at')
