"""Editions (版): drafted, handed in, published and frozen, retired; what differs between two of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError

from people.permission import Actor, Permission

from courses import offer
from courses.models import (
    Asset,
    Course,
    CourseEdition,
    EditionState,
    Format,
    Lesson,
    LessonKind,
    Level,
    Module,
    Skill,
)
from courses.part_key import keys_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement

EDITABLE = EditionState.DRAFT


@dataclass(frozen=True)
class LessonText:
    """A lesson as it is written: title, Markdown, and what its kind needs beyond it.

    Without a key it is known by its module, kind and title among the lessons that it takes the place of.
    """

    title: str
    body: str = ""
    kind: LessonKind = LessonKind.TEXT
    minutes: int = 0
    required: bool = True
    content: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True)
class AssetText:
    """A file of an edition, as it is kept."""

    name: str
    media_type: str
    digest: str
    size: int


@dataclass(frozen=True)
class ModuleText:
    """A module as it is written. Without a key it is known by its title."""

    title: str
    lessons: tuple[LessonText, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class EditionText:
    """What an edition says: everything that is frozen when it is published."""

    title: str
    summary: str
    level: Level
    format: Format
    minutes: int | None
    target_staff: str
    objectives: tuple[str, ...]
    track_id: int
    skill_ids: tuple[int, ...]
    attendance_percent: int = 100
    yearly: bool = False
    only_for: tuple[int, ...] | None = None


COPIED = (
    "title", "summary", "level", "format", "minutes", "target_staff", "objectives", "track_id", "attendance_percent",
    "yearly", "only_for",
)  # fmt: skip


def lock(edition: CourseEdition) -> None:
    """Read an edition's state and last change anew and hold the row, so that two acts on one edition follow each other."""
    db.session.flush()
    if edition.id is not None:
        db.session.refresh(edition, ["state", "changed_at"], with_for_update=True)


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that an edition (of a course) may be read: that is or was published by whom it was for, a draft where it is written."""
    return sa.or_(
        sa.and_(
            CourseEdition.state.in_((EditionState.PUBLISHED, EditionState.RETIRED)), offer.was_published_for(actor)
        ),
        actor.scope(Permission.WRITE_COURSES).where(Course.owner_id),
    )


def check_editable(edition: CourseEdition) -> None:
    """Raise ConflictError unless the edition is a draft: what is published never changes under a learner."""
    lock(edition)
    if edition.state is not EDITABLE:
        message = f"この版は「{edition.state.label}」なので変更できません。新しい版の下書きをつくってください。"
        raise ConflictError(message)


def note_change(edition: CourseEdition) -> None:
    """Note that a draft was worked on now."""
    edition.changed_at = clock.now()
    db.session.flush()


def draft(course: Course, text: EditionText, author_id: int | None, number: int = 1) -> CourseEdition:
    """Start a draft edition of a course."""
    edition = CourseEdition(
        course_id=course.id, number=number, state=EDITABLE, title="", level=text.level, format=text.format,
        track_id=text.track_id, author_id=author_id, skills=[], modules=[], assets=[],
    )  # fmt: skip
    write(edition, text)
    return add(edition)


def write(edition: CourseEdition, text: EditionText) -> None:
    """Replace what a draft says. Raises ConflictError where the edition is no draft."""
    check_editable(edition)
    for name in COPIED:
        value = getattr(text, name)
        setattr(edition, name, list(value) if isinstance(value, tuple) else value)
    edition.skills = list(db.session.scalars(sa.select(Skill).where(Skill.id.in_(text.skill_ids))))
    db.session.flush()


def write_modules(edition: CourseEdition, modules: Sequence[ModuleText]) -> None:
    """Replace the modules and lessons of a draft (which must be loaded). Raises ConflictError where the edition is no draft.

    What was there before keeps its key, so that progress and adaptations know it again.
    """
    check_editable(edition)
    keys = iter(keys_for(modules, edition.modules))
    edition.modules = []
    note_change(edition)
    edition.modules = [
        Module(
            position=place,
            key=next(keys),
            title=module.title,
            lessons=[
                Lesson(
                    position=number,
                    key=next(keys),
                    title=lesson.title,
                    body=lesson.body,
                    kind=lesson.kind,
                    minutes=lesson.minutes,
                    required=lesson.required,
                    content=dict(lesson.content),
                )
                for number, lesson in enumerate(module.lessons, 1)
            ],
        )
        for place, module in enumerate(modules, 1)
    ]
    db.session.flush()


def modules_of(edition: CourseEdition) -> tuple[ModuleText, ...]:
    """Return the modules of an edition as they are written (its modules must be loaded)."""
    return tuple(
        ModuleText(
            module.title,
            tuple(
                LessonText(one.title, one.body, one.kind, one.minutes, one.required, one.content, one.key)
                for one in module.lessons
            ),
            module.key,
        )
        for module in edition.modules
    )


def write_assets(edition: CourseEdition, assets: Sequence[AssetText]) -> None:
    """Replace the files of a draft (which must be loaded). Raises ConflictError where the edition is no draft."""
    check_editable(edition)
    edition.assets = []
    db.session.flush()
    edition.assets = [Asset(**vars(asset)) for asset in assets]
    db.session.flush()


def assets_of(edition: CourseEdition) -> tuple[AssetText, ...]:
    """Return the files of an edition as they are kept (its files must be loaded)."""
    return tuple(AssetText(one.name, one.media_type, one.digest, one.size) for one in edition.assets)


def next_draft(course: Course, author_id: int | None) -> CourseEdition:
    """Start the next edition of a course from its latest one, which must not be open itself.

    Raises ConflictError where a draft or an edition in review exists already.
    """
    newest = sa.select(CourseEdition.id).where(CourseEdition.course_id == course.id)
    latest = whole(db.session.scalars(newest.order_by(CourseEdition.number.desc()).limit(1)).one())
    if latest.state in {EditionState.DRAFT, EditionState.IN_REVIEW}:
        message = f"第{latest.number}版が「{latest.state.label}」です。先にその版を仕上げてください。"
        raise ConflictError(message)
    values = {name: getattr(latest, name) for name in COPIED}
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    text = EditionText(**values, skill_ids=tuple(skill.id for skill in latest.skills))
    edition = draft(course, text, author_id, latest.number + 1)
    write_modules(edition, modules_of(latest))
    write_assets(edition, assets_of(latest))
    return edition


def whole(edition_id: int) -> CourseEdition:
    """Return an edition with everything it says: track, skills, modules, lessons. Raises NoResultFound."""
    return db.session.scalars(
        sa.select(CourseEdition)
        .options(
            joinedload(CourseEdition.track),
            joinedload(CourseEdition.author),
            selectinload(CourseEdition.skills),
            selectinload(CourseEdition.modules).selectinload(Module.lessons),
            selectinload(CourseEdition.assets),
        )
        .where(CourseEdition.id == edition_id)
    ).one()


def publish(edition: CourseEdition, course: Course) -> None:
    """Freeze an edition and put it in the place of the one published before.

    Whether it may be published is for `catalog.publication` to decide: a course needs a motivation.
    """
    lock(edition)
    if edition.state is not EditionState.IN_REVIEW:
        message = f"確認中の版だけを公開できます（いまは「{edition.state.label}」）。"
        raise ConflictError(message)
    if course.published_id:
        db.session.get_one(CourseEdition, course.published_id).state = EditionState.RETIRED
    edition.state, edition.published_at = EditionState.PUBLISHED, clock.now()
    db.session.flush()
    course.published_id = edition.id
    offer.follow(course, edition)


def retire(course: Course) -> None:
    """Take a course out of the catalogue; enrolments and completions stay. Raises ConflictError if it is not in it."""
    if course.published_id is None:
        message = "公開中の版がありません。"
        raise ConflictError(message)
    db.session.get_one(CourseEdition, course.published_id).state = EditionState.RETIRED
    course.published_id = None
    db.session.flush()
