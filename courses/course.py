"""Courses (講座): begun by an organisation, with hosts and prerequisites; who may see and change one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel.database import add, db, reading
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.models import Organisation
from people.permission import Actor, Permission

from courses import catalogue_version
from courses import edition as editions
from courses.models import Course, CourseEdition, Format, Lesson, Module, prerequisite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courses.edition import EditionText

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class BeginCourse:
    """A new course: its address, owner and first draft."""

    slug: str
    owner_id: int
    text: EditionText


def begin(actor: Actor, command: BeginCourse) -> Course:
    """Begin a course with a first draft.

    Raises NotFoundError for another organisation, InvalidError for an unusable address, ConflictError for a taken one.
    """
    if command.owner_id not in actor.scope(Permission.WRITE_COURSES):
        raise NotFoundError
    course = make(command.slug, command.owner_id)
    editions.draft(course, command.text, actor.staff_id)
    audit.record(actor, Act.COURSE_BEGUN, command.text.title, organisation_id=command.owner_id, course=course.slug)
    return course


def make(slug: str, owner_id: int) -> Course:
    """Make a course that says nothing yet. Raises InvalidError for an unusable address, ConflictError for a taken one."""
    if not SLUG.fullmatch(slug) or len(slug) > 80:  # noqa: PLR2004
        message = "URLの末尾は英小文字・数字・ハイフンで入力してください。例：paperless-basics"
        raise InvalidError(message, field="slug")
    if db.session.scalar(sa.select(Course.id).where(Course.slug == slug)):
        message = "このURLの末尾は使われています。ほかのものにしてください。"
        raise ConflictError(message, field="slug")
    return add(Course(slug=slug, owner_id=owner_id, hosts=[], prerequisites=[]))


PUBLISHED_COURSE = (
    sa.select(Course)
    .options(
        joinedload(Course.owner),
        selectinload(Course.hosts),
        joinedload(Course.published).joinedload(CourseEdition.track),
        joinedload(Course.published).selectinload(CourseEdition.skills),
        joinedload(Course.published)
        .selectinload(CourseEdition.modules)
        .joinedload(Module.lessons)
        .load_only(Lesson.title, Lesson.kind, Lesson.minutes, Lesson.position, Lesson.required),
        selectinload(Course.prerequisites).joinedload(Course.published),
    )
    .where(Course.slug == sa.bindparam("slug"))
)


def published_course(slug: str) -> tuple[Course, CourseEdition]:
    """Return a course and its published edition with track and skills. Raises NotFoundError."""
    course = db.session.scalars(PUBLISHED_COURSE, {"slug": slug}).unique().one_or_none()
    if course is None or course.published is None:
        raise NotFoundError
    return course, course.published


def published_courses(slugs: Sequence[str]) -> list[Course]:
    """Return the courses of some addresses that are published, in their order, with the edition's title."""
    rows = db.session.scalars(
        sa.select(Course)
        .options(
            joinedload(Course.published).load_only(CourseEdition.title, CourseEdition.minutes, CourseEdition.level)
        )
        .where(Course.slug.in_(slugs), Course.published_id.is_not(None))
    )
    return sorted(rows, key=lambda row: slugs.index(row.slug))


def own_pace_courses(most: int = 500) -> list[tuple[str, str]]:
    """Return address and title of the published courses that are taken at the own pace, by title."""
    rows = db.session.execute(
        sa.select(Course.slug, CourseEdition.title)
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .where(CourseEdition.format.in_([one for one in Format if one.is_own_pace]))
        .order_by(CourseEdition.title)
        .limit(most)
    )
    return [(slug, title) for slug, title in rows]


def latest_edition(slug: str) -> tuple[CourseEdition, tuple[str, ...]]:
    """Return the latest edition of a course, whole, and the addresses of the courses that come first.

    Raises NotFoundError.
    """
    course = db.session.scalar(
        sa.select(Course)
        .options(selectinload(Course.prerequisites), selectinload(Course.editions).load_only(CourseEdition.number))
        .where(Course.slug == slug)
    )
    if course is None:
        raise NotFoundError
    return editions.whole(course.editions[-1].id), tuple(row.slug for row in course.prerequisites)


def own_course(actor: Actor, slug: str) -> Course:
    """Return a course the actor may change, with its editions. Raises NotFoundError."""
    course = db.session.scalar(
        sa.select(Course)
        .options(
            joinedload(Course.owner),
            selectinload(Course.hosts),
            selectinload(Course.editions),
            selectinload(Course.prerequisites).joinedload(Course.published),
        )
        .where(Course.slug == slug, actor.scope(Permission.WRITE_COURSES).where(Course.owner_id))
    )
    if course is None:
        raise NotFoundError
    return course


def own_draft(actor: Actor, slug: str) -> tuple[Course, CourseEdition]:
    """Return a course the actor may change and its latest edition, whole. Raises NotFoundError.

    Whoever may write holds the edition before reading it: what is read and written back is nobody else's meanwhile.
    """
    course = own_course(actor, slug)
    latest = course.editions[-1].id
    if not reading.get():
        db.session.execute(sa.select(CourseEdition.id).where(CourseEdition.id == latest).with_for_update())
    return course, editions.whole(latest)


def record_work(actor: Actor, act: Act, course: Course) -> None:
    """Note in the audit log that a course was worked on."""
    audit.record(actor, act, course.slug, organisation_id=course.owner_id)
    db.session.flush()


def own_courses(actor: Actor) -> sa.Select[CourseEdition]:
    """Return the statement of the latest edition of each course the actor may change, last changed first."""
    latest = (
        sa.select(sa.func.max(CourseEdition.number))
        .where(CourseEdition.course_id == Course.id)
        .correlate(Course)
        .scalar_subquery()
    )
    return (
        sa.select(CourseEdition)
        .join(CourseEdition.course)
        .options(joinedload(CourseEdition.course).joinedload(Course.owner), joinedload(CourseEdition.track))
        .where(actor.scope(Permission.WRITE_COURSES).where(Course.owner_id), CourseEdition.number == latest)
        .order_by(CourseEdition.changed_at.desc(), CourseEdition.id.desc())
    )


def set_hosts(course: Course, organisation_ids: set[int]) -> None:
    """Say which organisations hold the course."""
    course.hosts = list(db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(organisation_ids))))
    db.session.flush()
    catalogue_version.changed()


def set_prerequisites(course: Course, slugs: list[str]) -> None:
    """Say which courses come first. Raises InvalidError for an unknown course or a circle."""
    required = list(db.session.scalars(sa.select(Course).where(Course.slug.in_(slugs))))
    if unknown := set(slugs) - {row.slug for row in required}:
        message = f"前提の講座「{'、'.join(sorted(unknown))}」が見つかりません。"
        raise InvalidError(message, field="prerequisites")
    check_no_circle(course, required)
    course.prerequisites = required
    db.session.flush()


def check_no_circle(course: Course, required: list[Course]) -> None:
    """Raise InvalidError where one of the required courses needs this course first."""
    needed = (
        sa.select(prerequisite.c.requires_id)
        .where(prerequisite.c.course_id.in_([row.id for row in required]))
        .cte("needed", recursive=True)
    )
    needed = needed.union(
        sa.select(prerequisite.c.requires_id).join(needed, prerequisite.c.course_id == needed.c.requires_id)
    )
    reached = set(db.session.scalars(sa.select(needed.c.requires_id))) | {row.id for row in required}
    if course.id in reached:
        message = "前提の講座が輪になります。この講座を前提とする講座は選べません。"
        raise InvalidError(message, field="prerequisites")
