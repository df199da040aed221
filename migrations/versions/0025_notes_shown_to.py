"""A note of practice says to which office it was shown when it was written."""

import sqlalchemy as sa
from alembic import op

revision = '0025_notes_shown_to'
down_revision = '0024_earlier_remarks'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('progress', schema=None) as batch_op:
        batch_op.add_column(sa.Column('shown_to_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_progress_shown_to_id_organisation'), 'organisation', ['shown_to_id'], ['id'])
    op.execute(
        'UPDATE progress SET shown_to_id = (SELECT organisation_id FROM enrolment WHERE enrolment.id = progress.enrolment_id)'
        ' WHERE shared'
    )


def downgrade() -> None:
    with op.batch_alter_table('progress', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_progress_shown_to_id_organisation'), type_='foreignkey')
        batch_op.drop_column('shown_to_id')
