"""Courses (講座): begun by an organisation, with hosts and prerequisites; who may see and change one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from kernel.database import add, db, reading
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.text import LARGEST_ID, number_in

from people import audit
from people.act import Act
from people.models import Organisation
from people.permission import Actor, Permission

from courses import catalogue_version
from courses import edition as editions
from courses.models import Course, CourseEdition, Format, Lesson, Module, prerequisite
from courses.offer import is_meant_for, is_offered_to, is_offered_to_all

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from courses.edition import EditionText

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class BeginCourse:
    """A new course: its address, owner and first draft."""

    slug: str
    owner_id: int
    text: EditionText


def begin(actor: Actor, command: BeginCourse) -> Course:
    """Begin a course with a first draft; without an address of its own it is given one.

    Raises NotFoundError for another organisation, InvalidError for an unusable address, ConflictError for a taken one.
    """
    if command.owner_id not in actor.scope(Permission.WRITE_COURSES):
        raise NotFoundError
    course = make(command.slug or free_slug("course", Course.slug), command.owner_id)
    editions.draft(course, command.text, actor.staff_id)
    audit.record(actor, Act.COURSE_BEGUN, command.text.title, organisation_id=command.owner_id, course=course.slug)
    return course


def make(slug: str, owner_id: int) -> Course:
    """Make a course that says nothing yet. Raises InvalidError for an unusable address, ConflictError for a taken one."""
    if not SLUG.fullmatch(slug) or len(slug) > 80:  # noqa: PLR2004
        message = "アドレスの末尾は英小文字・数字・ハイフンで入力してください。例：paperless-basics"
        raise InvalidError(message, field="slug")
    if db.session.scalar(sa.select(Course.id).where(Course.slug == slug)):
        message = "このアドレスは使われています。ほかのものにしてください。"
        raise ConflictError(message, field="slug")
    return add(Course(slug=slug, owner_id=owner_id, hosts=[], prerequisites=[]))


def free_slug(word: str, slugs: Any) -> str:
    """Return an address that nothing bears yet: a word and the next number. `slugs` is the column of those there are."""
    taken = db.session.scalars(sa.select(slugs).where(slugs.like(f"{word}-%")))
    numbers = [number_in(slug.removeprefix(f"{word}-"), LARGEST_ID) or 0 for slug in taken]
    return f"{word}-{max(numbers, default=0) + 1}"


def shown_edition() -> Any:
    """Return the id of the edition by which a course is called: the published one, else the newest."""
    newest = aliased(CourseEdition)
    last = sa.select(sa.func.max(newest.id)).where(newest.course_id == Course.id).correlate(Course).scalar_subquery()
    return sa.func.coalesce(Course.published_id, last)


def named(names: Sequence[str], owner_id: int | None = None, *, field: str) -> dict[str, int]:
    """Return the courses that people mean by a title, the address of a page or its end: those offered to an owner, and its own.

    Raises InvalidError where one is not found, or several bear its title.
    """
    ends = {name: name.split("?", maxsplit=1)[0].rstrip("/").rsplit("/", 1)[-1] for name in names}
    rows = db.session.execute(
        sa.select(Course.id, Course.slug, CourseEdition.title)
        .join(CourseEdition, CourseEdition.id == shown_edition())
        .where(
            sa.or_(Course.slug.in_(ends.values()), CourseEdition.title.in_(names)),
            sa.or_(is_offered_to([owner_id] if owner_id else []), Course.owner_id == owner_id),
        )
    ).all()
    found: dict[str, int] = {}
    for name, end in ends.items():
        meant = [id_ for id_, slug, _title in rows if slug == end] or [
            id_ for id_, _slug, title in rows if title == name
        ]
        if not meant:
            message = f"講座「{name}」が見つかりません。講座名を講座のページのとおりに、またはページのアドレスを入力してください。"
            raise InvalidError(message, field=field)
        if len(meant) > 1:
            message = f"「{name}」という講座が二つ以上あります。講座のページのアドレスを入力してください。"
            raise InvalidError(message, field=field)
        found[name] = meant[0]
    return found


def titles(owner_ids: Sequence[int] = (), most: int = 500) -> list[str]:
    """Return the titles of the courses that are offered to some owners, and of their own, to be picked from."""
    rows = db.session.scalars(
        sa.select(CourseEdition.title)
        .join(Course, CourseEdition.id == shown_edition())
        .where(sa.or_(is_offered_to(owner_ids), Course.owner_id.in_(owner_ids)))
        .order_by(CourseEdition.title)
        .limit(most)
    )
    return [title for title in rows if title]


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
OFFERED_COURSE = PUBLISHED_COURSE.where(is_meant_for(sa.bindparam("own", expanding=True)))


def published_course(slug: str, own: Collection[int] = ()) -> tuple[Course, CourseEdition]:
    """Return a course that is for everybody, or for some organisations, and its published edition with track and skills.

    Raises NotFoundError.
    """
    return _published(db.session.scalars(OFFERED_COURSE, {"slug": slug, "own": list(own)}).unique().one_or_none())


def any_published_course(slug: str) -> tuple[Course, CourseEdition]:
    """Return a course and its published edition, whoever it is for: whether the reader may see it is asked elsewhere. Raises NotFoundError."""
    return _published(db.session.scalars(PUBLISHED_COURSE, {"slug": slug}).unique().one_or_none())


def _published(course: Course | None) -> tuple[Course, CourseEdition]:
    if course is None or course.published is None:
        raise NotFoundError
    return course, course.published


def published_courses(slugs: Sequence[str]) -> list[Course]:
    """Return the courses of some addresses that are in the catalogue, in their order, with the edition's title."""
    rows = db.session.scalars(
        sa.select(Course)
        .options(
            joinedload(Course.published).load_only(CourseEdition.title, CourseEdition.minutes, CourseEdition.level)
        )
        .where(Course.slug.in_(slugs), is_offered_to_all())
    )
    return sorted(rows, key=lambda row: slugs.index(row.slug))


def own_pace_courses(own: Collection[int], most: int = 500) -> list[tuple[str, str]]:
    """Return address and title of the courses that are offered to some organisations and taken at the own pace, by title."""
    rows = db.session.execute(
        sa.select(Course.slug, CourseEdition.title)
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .where(CourseEdition.format.in_([one for one in Format if one.is_own_pace]), is_offered_to(own))
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


def titles_before(course_id: int) -> list[str]:
    """Return the titles of the courses that come before a course; of one that is not published, its name in addresses."""
    rows = db.session.execute(
        sa.select(Course.slug, CourseEdition.title)
        .join(prerequisite, prerequisite.c.requires_id == Course.id)
        .outerjoin(CourseEdition, CourseEdition.id == Course.published_id)
        .where(prerequisite.c.course_id == course_id)
        .order_by(Course.slug)
    )
    return [title or slug for slug, title in rows]


def set_prerequisites(course: Course, names: list[str]) -> None:
    """Say which courses come first, by title or address. Raises InvalidError for an unknown course or a circle."""
    there = {name: row.id for row in course.prerequisites for name in (row.slug, row.published and row.published.title)}
    new = [name for name in names if name not in there]
    ids = {there[name] for name in names if name in there} | set(
        named(new, course.owner_id, field="prerequisites").values()
    )
    required = list(db.session.scalars(sa.select(Course).where(Course.id.in_(ids))))
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
        message = "先に受ける講座が、たがいに先になってしまいます。この講座のあとに受ける講座は選べません。"
        raise InvalidError(message, field="prerequisites")
