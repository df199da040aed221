"""The common catalogue: people, courses, remarks, enrolments."""

import sqlalchemy as sa
from alembic import op

revision = '0001_the_common_catalogue'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('catalogue_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_catalogue_version_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_version'))
    )
    op.create_table('failed_sign_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_failed_sign_in'))
    )
    with op.batch_alter_table('failed_sign_in', schema=None) as batch_op:
        batch_op.create_index('ix_failed_sign_in_account_at', ['account', 'at'], unique=False)
        batch_op.create_index('ix_failed_sign_in_address_at', ['address', 'at'], unique=False)

    op.create_table('organisation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=6), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('reading', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('prefecture', sa.String(length=4), nullable=True),
    sa.Column('staff_count', sa.Integer(), nullable=True),
    sa.Column('population', sa.Integer(), nullable=True),
    sa.Column('size_class', sa.String(length=32), nullable=False),
    sa.CheckConstraint('population >= 0', name=op.f('ck_organisation_population_not_negative')),
    sa.CheckConstraint('staff_count >= 0', name=op.f('ck_organisation_staff_count_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation')),
    sa.UniqueConstraint('code', name=op.f('uq_organisation_code')),
    sa.UniqueConstraint('prefecture', 'kind', 'name', name=op.f('uq_organisation_prefecture_kind_name'))
    )
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organisation_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_organisation_prefecture'), ['prefecture'], unique=False)

    op.create_table('roundtable',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('agenda', sa.JSON(), nullable=False),
    sa.Column('municipalities', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roundtable')),
    sa.UniqueConstraint('key', name=op.f('uq_roundtable_key'))
    )
    with op.batch_alter_table('roundtable', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_roundtable_number'), ['number'], unique=False)

    op.create_table('search_document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_document')),
    sa.UniqueConstraint('kind', 'subject_id', name=op.f('uq_search_document_kind_subject_id'))
    )
    op.create_table('skill',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skill')),
    sa.UniqueConstraint('category', 'name', name=op.f('uq_skill_category_name'))
    )
    op.create_table('staff',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('reading', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('sign_in_epoch', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('email', name=op.f('uq_staff_email'))
    )
    op.create_table('topic',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=64), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_topic')),
    sa.UniqueConstraint('slug', name=op.f('uq_topic_slug'))
    )
    op.create_table('track',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=64), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_track')),
    sa.UniqueConstraint('slug', name=op.f('uq_track_slug'))
    )
    op.create_table('article',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('roundtable_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('note_key', sa.String(length=40), nullable=True),
    sa.Column('part', sa.Integer(), nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=True),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['roundtable_id'], ['roundtable.id'], name=op.f('fk_article_roundtable_id_roundtable')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_article')),
    sa.UniqueConstraint('key', name=op.f('uq_article_key')),
    sa.UniqueConstraint('note_key', name=op.f('uq_article_note_key'))
    )
    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_article_roundtable_id'), ['roundtable_id'], unique=False)

    op.create_table('audit_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['staff.id'], name=op.f('fk_audit_entry_actor_id_staff')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_audit_entry_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index('ix_audit_entry_organisation_id_id', ['organisation_id', 'id'], unique=False)

    op.create_table('course',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('published_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['owner_id'], ['organisation.id'], name=op.f('fk_course_owner_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course')),
    sa.UniqueConstraint('published_id', name=op.f('uq_course_published_id')),
    sa.UniqueConstraint('slug', name=op.f('uq_course_slug'))
    )
    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_owner_id'), ['owner_id'], unique=False)

    op.create_table('course_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('wish', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_course_request_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_course_request_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_request'))
    )
    with op.batch_alter_table('course_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_request_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('curriculum',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('track_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['organisation.id'], name=op.f('fk_curriculum_owner_id_organisation')),
    sa.ForeignKeyConstraint(['track_id'], ['track.id'], name=op.f('fk_curriculum_track_id_track')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_curriculum')),
    sa.UniqueConstraint('slug', name=op.f('uq_curriculum_slug'))
    )
    with op.batch_alter_table('curriculum', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_curriculum_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_curriculum_state'), ['state'], unique=False)

    op.create_table('membership',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('staff_number', sa.String(length=32), nullable=True),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('post', sa.Text(), nullable=False),
    sa.Column('joined_on', sa.Date(), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.CheckConstraint('left_on IS NULL OR left_on >= joined_on', name=op.f('ck_membership_left_after_joined')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_membership_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_membership_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership'))
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index('ix_membership_organisation_id_left_on', ['organisation_id', 'left_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_membership_staff_id'), ['staff_id'], unique=False)
        batch_op.create_index('uq_membership_current_staff_number', ['organisation_id', 'staff_number'], unique=True, sqlite_where=sa.text('left_on IS NULL'), postgresql_where=sa.text('left_on IS NULL'))

    op.create_table('participant',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('roundtable_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('affiliation', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=True),
    sa.Column('side', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['roundtable_id'], ['roundtable.id'], name=op.f('fk_participant_roundtable_id_roundtable')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participant')),
    sa.UniqueConstraint('roundtable_id', 'name', name=op.f('uq_participant_roundtable_id_name'))
    )
    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_participant_name'), ['name'], unique=False)

    op.create_table('password_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=32), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_password_link_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_password_link')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_password_link_token_digest'))
    )
    with op.batch_alter_table('password_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_password_link_staff_id'), ['staff_id'], unique=False)

    op.create_table('reset_request',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_reset_request_staff_id_staff')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_reset_request'))
    )
    op.create_table('search_posting',
    sa.Column('token', sa.Text(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['search_document.id'], name=op.f('fk_search_posting_document_id_search_document'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token', 'document_id', name=op.f('pk_search_posting'))
    )
    with op.batch_alter_table('search_posting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_posting_document_id'), ['document_id'], unique=False)

    op.create_table('uptake',
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('level', sa.String(length=8), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('enrolled', sa.Integer(), nullable=False),
    sa.Column('in_progress', sa.Integer(), nullable=False),
    sa.Column('completed', sa.Integer(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.CheckConstraint('enrolled >= in_progress + completed', name=op.f('ck_uptake_parts_within_whole')),
    sa.CheckConstraint('people >= 0 AND people <= enrolled', name=op.f('ck_uptake_people_within_enrolled')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_uptake_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('fiscal_year', 'level', 'organisation_id', name=op.f('pk_uptake'))
    )
    op.create_table('adoption',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('curriculum_id', sa.Integer(), nullable=False),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('adopted_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['curriculum_id'], ['curriculum.id'], name=op.f('fk_adoption_curriculum_id_curriculum')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_adoption_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_adoption')),
    sa.UniqueConstraint('organisation_id', 'curriculum_id', 'department', name=op.f('uq_adoption_organisation_id_curriculum_id_department'))
    )
    with op.batch_alter_table('adoption', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_adoption_curriculum_id'), ['curriculum_id'], unique=False)

    op.create_table('course_edition',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('level', sa.String(length=32), nullable=False),
    sa.Column('format', sa.String(length=32), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('target_staff', sa.Text(), nullable=False),
    sa.Column('objectives', sa.JSON(), nullable=False),
    sa.Column('track_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('handed_in_by_id', sa.Integer(), nullable=True),
    sa.Column('approved_by_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('review_note', sa.Text(), nullable=False),
    sa.CheckConstraint('minutes > 0', name=op.f('ck_course_edition_minutes_positive')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['staff.id'], name=op.f('fk_course_edition_approved_by_id_staff')),
    sa.ForeignKeyConstraint(['author_id'], ['staff.id'], name=op.f('fk_course_edition_author_id_staff')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_edition_course_id_course')),
    sa.ForeignKeyConstraint(['handed_in_by_id'], ['staff.id'], name=op.f('fk_course_edition_handed_in_by_id_staff')),
    sa.ForeignKeyConstraint(['track_id'], ['track.id'], name=op.f('fk_course_edition_track_id_track')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_edition')),
    sa.UniqueConstraint('course_id', 'number', name=op.f('uq_course_edition_course_id_number'))
    )
    with op.batch_alter_table('course_edition', schema=None) as batch_op:
        batch_op.create_index('ix_course_edition_state_changed_at', ['state', 'changed_at'], unique=False)

    op.create_table('course_host',
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_host_course_id_course')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_course_host_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('course_id', 'organisation_id', name=op.f('pk_course_host'))
    )
    op.create_table('curriculum_step',
    sa.Column('curriculum_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_curriculum_step_course_id_course')),
    sa.ForeignKeyConstraint(['curriculum_id'], ['curriculum.id'], name=op.f('fk_curriculum_step_curriculum_id_curriculum')),
    sa.PrimaryKeyConstraint('curriculum_id', 'course_id', name=op.f('pk_curriculum_step'))
    )
    with op.batch_alter_table('curriculum_step', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_curriculum_step_course_id'), ['course_id'], unique=False)

    op.create_table('prerequisite',
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('requires_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('course_id <> requires_id', name=op.f('ck_prerequisite_not_itself')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_prerequisite_course_id_course')),
    sa.ForeignKeyConstraint(['requires_id'], ['course.id'], name=op.f('fk_prerequisite_requires_id_course')),
    sa.PrimaryKeyConstraint('course_id', 'requires_id', name=op.f('pk_prerequisite'))
    )
    with op.batch_alter_table('prerequisite', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_prerequisite_requires_id'), ['requires_id'], unique=False)

    op.create_table('remark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('speaker', sa.Text(), nullable=False),
    sa.Column('heading', sa.Text(), nullable=True),
    sa.Column('subheading', sa.Text(), nullable=True),
    sa.Column('summary', sa.Text(), nullable=True),
    sa.Column('summary_sha256', sa.String(length=64), nullable=True),
    sa.Column('asks', sa.Boolean(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_remark_article_id_article')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_remark')),
    sa.UniqueConstraint('article_id', 'position', name=op.f('uq_remark_article_id_position'))
    )
    with op.batch_alter_table('remark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_remark_speaker'), ['speaker'], unique=False)

    op.create_table('role_grant',
    sa.Column('membership_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=32), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('granted_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['granted_by_id'], ['staff.id'], name=op.f('fk_role_grant_granted_by_id_staff')),
    sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_role_grant_membership_id_membership')),
    sa.PrimaryKeyConstraint('membership_id', 'role', name=op.f('pk_role_grant'))
    )
    op.create_table('edition_skill',
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('skill_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['edition_id'], ['course_edition.id'], name=op.f('fk_edition_skill_edition_id_course_edition')),
    sa.ForeignKeyConstraint(['skill_id'], ['skill.id'], name=op.f('fk_edition_skill_skill_id_skill')),
    sa.PrimaryKeyConstraint('edition_id', 'skill_id', name=op.f('pk_edition_skill'))
    )
    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.create_foreign_key('fk_course_published_id_course_edition', 'course_edition', ['published_id'], ['id'])

    op.create_table('module',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['edition_id'], ['course_edition.id'], name=op.f('fk_module_edition_id_course_edition')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_module')),
    sa.UniqueConstraint('edition_id', 'position', name=op.f('uq_module_edition_id_position'))
    )
    op.create_table('motivation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('remark_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('rationale', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('written_on', sa.Date(), nullable=False),
    sa.CheckConstraint('length(trim(rationale)) > 0', name=op.f('ck_motivation_rationale_not_blank')),
    sa.ForeignKeyConstraint(['author_id'], ['staff.id'], name=op.f('fk_motivation_author_id_staff')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_motivation_course_id_course')),
    sa.ForeignKeyConstraint(['remark_id'], ['remark.id'], name=op.f('fk_motivation_remark_id_remark')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_motivation')),
    sa.UniqueConstraint('remark_id', 'course_id', name=op.f('uq_motivation_remark_id_course_id'))
    )
    with op.batch_alter_table('motivation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_motivation_course_id'), ['course_id'], unique=False)

    op.create_table('remark_topic',
    sa.Column('remark_id', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['remark_id'], ['remark.id'], name=op.f('fk_remark_topic_remark_id_remark')),
    sa.ForeignKeyConstraint(['topic_id'], ['topic.id'], name=op.f('fk_remark_topic_topic_id_topic')),
    sa.PrimaryKeyConstraint('remark_id', 'topic_id', name=op.f('pk_remark_topic'))
    )
    with op.batch_alter_table('remark_topic', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_remark_topic_topic_id'), ['topic_id'], unique=False)

    op.create_table('training_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('host_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('meeting_link', sa.Text(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('audience', sa.String(length=32), nullable=False),
    sa.Column('applications_open_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applications_close_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_because', sa.Text(), nullable=False),
    sa.CheckConstraint('applications_close_at > applications_open_at', name=op.f('ck_training_session_applications_close_after_open')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_training_session_ends_after_start')),
    sa.CheckConstraint('taken >= 0 AND taken <= capacity', name=op.f('ck_training_session_taken_within_capacity')),
    sa.ForeignKeyConstraint(['edition_id'], ['course_edition.id'], name=op.f('fk_training_session_edition_id_course_edition')),
    sa.ForeignKeyConstraint(['host_id'], ['organisation.id'], name=op.f('fk_training_session_host_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_training_session'))
    )
    with op.batch_alter_table('training_session', schema=None) as batch_op:
        batch_op.create_index('ix_training_session_edition_id_starts_at', ['edition_id', 'starts_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_session_host_id'), ['host_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_session_starts_at'), ['starts_at'], unique=False)

    op.create_table('enrolment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('size_class', sa.String(length=32), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('level', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('enrolled_by_id', sa.Integer(), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'completed') = (completed_at IS NOT NULL)", name=op.f('ck_enrolment_completed_has_a_time')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_enrolment_course_id_course')),
    sa.ForeignKeyConstraint(['edition_id'], ['course_edition.id'], name=op.f('fk_enrolment_edition_id_course_edition')),
    sa.ForeignKeyConstraint(['enrolled_by_id'], ['staff.id'], name=op.f('fk_enrolment_enrolled_by_id_staff')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_enrolment_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['session_id'], ['training_session.id'], name=op.f('fk_enrolment_session_id_training_session')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_enrolment_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolment'))
    )
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.create_index('ix_enrolment_course', ['course_id', 'organisation_id', 'fiscal_year', 'state'], unique=False)
        batch_op.create_index('ix_enrolment_organisation', ['organisation_id', 'fiscal_year', 'course_id', 'state'], unique=False)
        batch_op.create_index('ix_enrolment_session_id', ['session_id'], unique=False)
        batch_op.create_index('ix_enrolment_staff_id_fiscal_year', ['staff_id', 'fiscal_year'], unique=False)
        batch_op.create_index('uq_enrolment_open', ['staff_id', 'course_id'], unique=True, sqlite_where=sa.text("state IN ('enrolled', 'in progress')"), postgresql_where=sa.text("state IN ('enrolled', 'in progress')"))

    op.create_table('lesson',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('module_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['module_id'], ['module.id'], name=op.f('fk_lesson_module_id_module')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson')),
    sa.UniqueConstraint('module_id', 'position', name=op.f('uq_lesson_module_id_position'))
    )


def downgrade() -> None:
    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.drop_constraint('fk_course_published_id_course_edition', type_='foreignkey')

    op.drop_table('lesson')
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.drop_index('uq_enrolment_open', sqlite_where=sa.text("state IN ('enrolled', 'in progress')"), postgresql_where=sa.text("state IN ('enrolled', 'in progress')"))
        batch_op.drop_index('ix_enrolment_staff_id_fiscal_year')
        batch_op.drop_index('ix_enrolment_session_id')
        batch_op.drop_index('ix_enrolment_organisation')
        batch_op.drop_index('ix_enrolment_course')

    op.drop_table('enrolment')
    with op.batch_alter_table('training_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_training_session_starts_at'))
        batch_op.drop_index(batch_op.f('ix_training_session_host_id'))
        batch_op.drop_index('ix_training_session_edition_id_starts_at')

    op.drop_table('training_session')
    with op.batch_alter_table('remark_topic', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_remark_topic_topic_id'))

    op.drop_table('remark_topic')
    with op.batch_alter_table('motivation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_motivation_course_id'))

    op.drop_table('motivation')
    op.drop_table('module')
    op.drop_table('edition_skill')
    op.drop_table('role_grant')
    with op.batch_alter_table('remark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_remark_speaker'))

    op.drop_table('remark')
    with op.batch_alter_table('prerequisite', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_prerequisite_requires_id'))

    op.drop_table('prerequisite')
    with op.batch_alter_table('curriculum_step', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_curriculum_step_course_id'))

    op.drop_table('curriculum_step')
    op.drop_table('course_host')
    with op.batch_alter_table('course_edition', schema=None) as batch_op:
        batch_op.drop_index('ix_course_edition_state_changed_at')

    op.drop_table('course_edition')
    with op.batch_alter_table('adoption', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_adoption_curriculum_id'))

    op.drop_table('adoption')
    op.drop_table('uptake')
    with op.batch_alter_table('search_posting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_posting_document_id'))

    op.drop_table('search_posting')
    op.drop_table('reset_request')
    with op.batch_alter_table('password_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_password_link_staff_id'))

    op.drop_table('password_link')
    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_participant_name'))

    op.drop_table('participant')
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index('uq_membership_current_staff_number', sqlite_where=sa.text('left_on IS NULL'), postgresql_where=sa.text('left_on IS NULL'))
        batch_op.drop_index(batch_op.f('ix_membership_staff_id'))
        batch_op.drop_index('ix_membership_organisation_id_left_on')

    op.drop_table('membership')
    with op.batch_alter_table('curriculum', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_curriculum_state'))
        batch_op.drop_index(batch_op.f('ix_curriculum_owner_id'))

    op.drop_table('curriculum')
    with op.batch_alter_table('course_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_course_request_organisation_id'))

    op.drop_table('course_request')
    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_course_owner_id'))

    op.drop_table('course')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_organisation_id_id')

    op.drop_table('audit_entry')
    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_article_roundtable_id'))

    op.drop_table('article')
    op.drop_table('track')
    op.drop_table('topic')
    op.drop_table('staff')
    op.drop_table('skill')
    op.drop_table('search_document')
    with op.batch_alter_table('roundtable', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_roundtable_number'))

    op.drop_table('roundtable')
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organisation_prefecture'))
        batch_op.drop_index(batch_op.f('ix_organisation_name'))

    op.drop_table('organisation')
    with op.batch_alter_table('failed_sign_in', schema=None) as batch_op:
        batch_op.drop_index('ix_failed_sign_in_address_at')
        batch_op.drop_index('ix_failed_sign_in_account_at')

    op.drop_table('failed_sign_in')
    op.drop_table('catalogue_version')
