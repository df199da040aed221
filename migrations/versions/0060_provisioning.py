"""Keys of organisations' systems, and the people whom they feed."""

import sqlalchemy as sa
from alembic import op

revision = '0060_provisioning'
down_revision = '0059_federation'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'scim_token',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('token_digest', sa.String(length=64), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['made_by_id'], ['staff.id'], name=op.f('fk_scim_token_made_by_id_staff')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_scim_token_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_scim_token')),
        sa.UniqueConstraint('token_digest', name=op.f('uq_scim_token_token_digest')),
    )
    op.create_index(op.f('ix_scim_token_organisation_id'), 'scim_token', ['organisation_id'])
    op.create_table(
        'provisioned_user',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('membership_id', sa.Integer(), nullable=False),
        sa.Column('user_name', sa.Text(), nullable=False),
        sa.Column('name_key', sa.Text(), nullable=False),
        sa.Column('external_id', sa.Text(), nullable=True),
        sa.Column('resource', sa.JSON(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_provisioned_user_membership_id_membership')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_provisioned_user_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_provisioned_user')),
        sa.UniqueConstraint('organisation_id', 'name_key', name=op.f('uq_provisioned_user_organisation_id_name_key')),
    )
    op.create_index(op.f('ix_provisioned_user_membership_id'), 'provisioned_user', ['membership_id'])
    op.create_index('ix_provisioned_user_external_id', 'provisioned_user', ['organisation_id', 'external_id'])


def downgrade() -> None:
    op.drop_table('provisioned_user')
    op.drop_table('scim_token')
