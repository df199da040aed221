"""A curriculum is adopted for a section, a post, newcomers or people by name; its date may count from when it came upon somebody."""

import sqlalchemy as sa
from alembic import op

revision = '0038_adopted_for'
down_revision = '0037_sections'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO section (organisation_id, name, title, path) SELECT DISTINCT organisation_id, trim(department), trim(department), '' "
        "FROM adoption WHERE trim(department) <> '' AND NOT EXISTS (SELECT 1 FROM section s "
        "WHERE s.organisation_id = adoption.organisation_id AND s.name = trim(adoption.department)) ORDER BY 1, 2"
    )
    op.execute("UPDATE section SET path = CAST(id AS TEXT) || '/' WHERE path = ''")
    with op.batch_alter_table('adoption') as batch_op:
        batch_op.add_column(sa.Column('section_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('post_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('new_since', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('is_listed', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('due_days', sa.Integer(), nullable=True))
        batch_op.drop_constraint(op.f('uq_adoption_organisation_id_curriculum_id_department'), type_='unique')
        batch_op.create_foreign_key(op.f('fk_adoption_section_id_section'), 'section', ['section_id'], ['id'])
        batch_op.create_foreign_key(op.f('fk_adoption_post_id_post'), 'post', ['post_id'], ['id'])
        batch_op.create_check_constraint(op.f('ck_adoption_one_due_date'), 'due_on IS NULL OR due_days IS NULL')
        batch_op.create_check_constraint(op.f('ck_adoption_due_days'), 'due_days BETWEEN 1 AND 1000')
        batch_op.create_index(op.f('ix_adoption_section_id'), ['section_id'])
        batch_op.create_index(op.f('ix_adoption_post_id'), ['post_id'])
        batch_op.create_index('ix_adoption_organisation_id_curriculum_id', ['organisation_id', 'curriculum_id'])
    op.execute(
        "UPDATE adoption SET section_id = (SELECT min(s.id) FROM section s WHERE s.organisation_id = adoption.organisation_id "
        "AND s.name = trim(adoption.department)) WHERE trim(department) <> ''"
    )
    with op.batch_alter_table('adoption') as batch_op:
        batch_op.alter_column('is_listed', server_default=None)
        batch_op.drop_column('department')
    op.create_table(
        'adoption_member',
        sa.Column('adoption_id', sa.Integer(), nullable=False),
        sa.Column('membership_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['adoption_id'], ['adoption.id'], name=op.f('fk_adoption_member_adoption_id_adoption'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_adoption_member_membership_id_membership')),
        sa.PrimaryKeyConstraint('adoption_id', 'membership_id', name=op.f('pk_adoption_member')),
    )
    op.create_index(op.f('ix_adoption_member_membership_id'), 'adoption_member', ['membership_id'])


def downgrade() -> None:
    op.execute("DELETE FROM adoption_member")
    op.execute("DELETE FROM adoption WHERE is_listed OR post_id IS NOT NULL OR new_since IS NOT NULL")
    op.drop_table('adoption_member')
    with op.batch_alter_table('adoption') as batch_op:
        batch_op.add_column(sa.Column('department', sa.Text(), nullable=False, server_default=''))
    op.execute("UPDATE adoption SET department = COALESCE((SELECT s.title FROM section s WHERE s.id = adoption.section_id), '')")
    op.execute(
        "DELETE FROM adoption WHERE EXISTS (SELECT 1 FROM adoption a WHERE a.organisation_id = adoption.organisation_id "
        "AND a.curriculum_id = adoption.curriculum_id AND a.department = adoption.department AND a.id < adoption.id)"
    )
    with op.batch_alter_table('adoption') as batch_op:
        batch_op.drop_index('ix_adoption_organisation_id_curriculum_id')
        batch_op.drop_index(op.f('ix_adoption_post_id'))
        batch_op.drop_index(op.f('ix_adoption_section_id'))
        batch_op.drop_constraint(op.f('ck_adoption_due_days'), type_='check')
        batch_op.drop_constraint(op.f('ck_adoption_one_due_date'), type_='check')
        batch_op.drop_constraint(op.f('fk_adoption_post_id_post'), type_='foreignkey')
        batch_op.drop_constraint(op.f('fk_adoption_section_id_section'), type_='foreignkey')
        batch_op.alter_column('department', server_default=None)
        for name in ('due_days', 'is_listed', 'new_since', 'post_id', 'section_id'):
            batch_op.drop_column(name)
        batch_op.create_unique_constraint(op.f('uq_adoption_organisation_id_curriculum_id_department'), ['organisation_id', 'curriculum_id', 'department'])
