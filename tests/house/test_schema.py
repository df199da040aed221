"""The schema: one head, models equal migrations, up and down and up again, and no relationship that loads itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from factories import enrols, joins, offered, session_of
from flask_migrate import downgrade, upgrade
from lessons import taught

from kernel import clock
from kernel.database import Base, db

from courses import edition as editions
from courses.edition import LessonText, ModuleText
from courses.models import Course, CourseEdition, Lesson, Module
from courses.sessions.models import TrainingSession

from participation import enrolment_count
from participation.models import Enrolment, EnrolmentCount, EnrolmentState


def test_there_is_one_head(app):
    scripts = ScriptDirectory("migrations")
    assert len(scripts.get_heads()) == 1


def test_models_equal_migrations(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_go_down_to_base_and_up_again(app):
    db.session.remove()
    downgrade(revision="base")
    with db.engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    upgrade()
    with db.engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_lessons_of_a_database_without_keys_are_known_again_in_the_next_edition(app, secretariat):
    """As in a first version's database: a copy has the key of what it is a copy of, also of two that are called alike."""
    alike = (LessonText("まとめ", "その一"), LessonText("まとめ", "その二"))
    modules = (ModuleText("一", alike), ModuleText("二", alike))
    course = taught(secretariat.coordinator, "alike", modules=modules)
    editions.next_draft(course, None)
    db.session.commit()
    db.session.remove()
    downgrade(revision="0011_closed_acts")
    upgrade()
    numbers = sa.select(CourseEdition.number, Module.title, Lesson.position, Lesson.key)
    rows = db.session.execute(
        numbers.join(Module, Module.id == Lesson.module_id)
        .join(CourseEdition, CourseEdition.id == Module.edition_id)
        .join(Course, Course.id == CourseEdition.course_id)
        .where(Course.slug == "alike")
    ).all()
    first, second = ({tuple(row[1:3]): row.key for row in rows if row.number == number} for number in (1, 2))
    assert first == second
    assert len(set(first.values())) == len(first) == 4


def test_no_relationship_loads_itself():
    ways = {f"{m.class_.__name__}.{r.key}": r.lazy for m in Base.registry.mappers for r in m.relationships}
    assert ways
    assert set(ways.values()) <= {"raise_on_sql", "write_only"}, ways


def test_every_constraint_has_a_name():
    nameless = [
        (table.name, constraint)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert nameless == []


def test_enrolments_of_sessions_that_earlier_versions_cancelled_end_and_leave_the_count(app, mizuho):
    session = session_of("guideline-localize", mizuho)
    session_id = session.id
    joins(mizuho.staff, session)
    enrols(mizuho.staff, offered("ai-first"))
    db.session.execute(
        sa.update(TrainingSession).where(TrainingSession.id == session_id).values(cancelled_at=clock.now())
    )
    db.session.commit()
    db.session.remove()
    downgrade(revision="0015_standing_of_links")
    upgrade()
    states = dict(db.session.execute(sa.select(Enrolment.session_id, Enrolment.state)).all())
    assert states == {session_id: EnrolmentState.NOT_HELD, None: EnrolmentState.ENROLLED}
    assert db.session.scalar(sa.select(TrainingSession.taken).where(TrainingSession.id == session_id)) == 0
    counted = db.session.execute(sa.select(EnrolmentCount).order_by(EnrolmentCount.level)).scalars().all()
    before = [(row.level, row.enrolled, row.people) for row in counted if row.enrolled]
    enrolment_count.recount()
    again = db.session.execute(sa.select(EnrolmentCount).order_by(EnrolmentCount.level)).scalars().all()
    assert before == [(row.level, row.enrolled, row.people) for row in again if row.enrolled]
    assert sum(enrolled for _level, enrolled, _people in before) == 2
