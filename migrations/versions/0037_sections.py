"""Sections and posts are things: what was written in memberships becomes the sections and posts of each organisation.

An enrolment keeps the section of that time; of earlier ones it is the one that the person is in today in the same organisation,
for nothing else is known.
"""

import sqlalchemy as sa
from alembic import op

revision = '0037_sections'
down_revision = '0036_retirement'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'section',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('parent_id', sa.Integer(), nullable=True),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('path', sa.Text(), nullable=False),
        sa.Column('begins_on', sa.Date(), nullable=True),
        sa.Column('ends_on', sa.Date(), nullable=True),
        sa.CheckConstraint('begins_on IS NULL OR ends_on IS NULL OR ends_on >= begins_on', name=op.f('ck_section_dates')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_section_organisation_id_organisation')),
        sa.ForeignKeyConstraint(['parent_id'], ['section.id'], name=op.f('fk_section_parent_id_section')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_section')),
    )
    op.create_index(op.f('ix_section_organisation_id'), 'section', ['organisation_id'])
    op.create_index(op.f('ix_section_parent_id'), 'section', ['parent_id'])
    op.create_table(
        'post',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_post_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_post')),
        sa.UniqueConstraint('organisation_id', 'name', name=op.f('uq_post_organisation_id_name')),
    )
    op.create_table(
        'posting',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('membership_id', sa.Integer(), nullable=False),
        sa.Column('section_id', sa.Integer(), nullable=True),
        sa.Column('post_id', sa.Integer(), nullable=True),
        sa.Column('since', sa.Date(), nullable=False),
        sa.Column('until', sa.Date(), nullable=False),
        sa.CheckConstraint('until >= since', name=op.f('ck_posting_until_after_since')),
        sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_posting_membership_id_membership')),
        sa.ForeignKeyConstraint(['section_id'], ['section.id'], name=op.f('fk_posting_section_id_section')),
        sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_posting_post_id_post')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_posting')),
    )
    for name in ('membership_id', 'section_id', 'post_id'):
        op.create_index(op.f(f'ix_posting_{name}'), 'posting', [name])
    with op.batch_alter_table('membership') as batch_op:
        batch_op.add_column(sa.Column('section_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('post_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('posted_on', sa.Date(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_membership_section_id_section'), 'section', ['section_id'], ['id'])
        batch_op.create_foreign_key(op.f('fk_membership_post_id_post'), 'post', ['post_id'], ['id'])
        batch_op.create_index(op.f('ix_membership_section_id'), ['section_id'])
        batch_op.create_index(op.f('ix_membership_post_id'), ['post_id'])
    with op.batch_alter_table('enrolment') as batch_op:
        batch_op.add_column(sa.Column('section_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_enrolment_section_id_section'), 'section', ['section_id'], ['id'])
    op.execute(
        "INSERT INTO section (organisation_id, name, title, path) SELECT DISTINCT organisation_id, trim(department), trim(department), '' "
        "FROM membership WHERE trim(department) <> '' ORDER BY 1, 2"
    )
    op.execute("UPDATE section SET path = CAST(id AS TEXT) || '/'")
    op.execute(
        "INSERT INTO post (organisation_id, name) SELECT DISTINCT organisation_id, trim(post) FROM membership WHERE trim(post) <> '' ORDER BY 1, 2"
    )
    for table, column in (('section', 'department'), ('post', 'post')):
        op.execute(
            f"UPDATE membership SET {table}_id = (SELECT t.id FROM {table} t WHERE t.organisation_id = membership.organisation_id "
            f"AND t.name = trim(membership.{column})) WHERE trim({column}) <> ''"
        )
    op.execute(
        "UPDATE enrolment SET section_id = (SELECT m.section_id FROM membership m WHERE m.staff_id = enrolment.staff_id "
        "AND m.organisation_id = enrolment.organisation_id ORDER BY m.id DESC LIMIT 1)"
    )
    with op.batch_alter_table('membership') as batch_op:
        batch_op.drop_column('department')
        batch_op.drop_column('post')


def downgrade() -> None:
    with op.batch_alter_table('membership') as batch_op:
        batch_op.add_column(sa.Column('department', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('post', sa.Text(), nullable=False, server_default=''))
    op.execute("UPDATE membership SET department = COALESCE((SELECT s.title FROM section s WHERE s.id = membership.section_id), '')")
    op.execute("UPDATE membership SET post = COALESCE((SELECT p.name FROM post p WHERE p.id = membership.post_id), '')")
    with op.batch_alter_table('enrolment') as batch_op:
        batch_op.drop_constraint(op.f('fk_enrolment_section_id_section'), type_='foreignkey')
        batch_op.drop_column('section_id')
    with op.batch_alter_table('membership') as batch_op:
        batch_op.alter_column('department', server_default=None)
        batch_op.alter_column('post', server_default=None)
        batch_op.drop_index(op.f('ix_membership_post_id'))
        batch_op.drop_index(op.f('ix_membership_section_id'))
        batch_op.drop_constraint(op.f('fk_membership_post_id_post'), type_='foreignkey')
        batch_op.drop_constraint(op.f('fk_membership_section_id_section'), type_='foreignkey')
        for name in ('posted_on', 'post_id', 'section_id'):
            batch_op.drop_column(name)
    op.drop_table('posting')
    op.drop_table('post')
    op.drop_table('section')
