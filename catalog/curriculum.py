"""Curricula: courses in an order, published, and adopted (採用) by organisations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.permission import Actor, Permission

from courses.course import SLUG
from courses.models import Course, CourseEdition

from catalog.models import Curriculum, CurriculumState, CurriculumStep
from catalog.search import index

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Step:
    """A course in a curriculum, by its address."""

    slug: str
    required: bool


@dataclass(frozen=True)
class WriteCurriculum:
    """What a curriculum says."""

    slug: str
    title: str
    summary: str
    track_id: int | None
    steps: tuple[Step, ...]


def _with_steps(statement: sa.Select[Curriculum]) -> sa.Select[Curriculum]:
    return statement.options(
        joinedload(Curriculum.owner),
        joinedload(Curriculum.track),
        selectinload(Curriculum.steps)
        .joinedload(CurriculumStep.course)
        .joinedload(Course.published)
        .joinedload(CourseEdition.track),
    )


def published_curricula() -> list[Curriculum]:
    """Return all published curricula with their courses."""
    published = Curriculum.state == CurriculumState.PUBLISHED
    return list(db.session.scalars(_with_steps(sa.select(Curriculum)).where(published).order_by(Curriculum.id)))


def published_curriculum(slug: str) -> Curriculum:
    """Return a published curriculum. Raises NotFoundError."""
    row = db.session.scalar(
        _with_steps(sa.select(Curriculum)).where(Curriculum.slug == slug, Curriculum.state == CurriculumState.PUBLISHED)
    )
    if row is None:
        raise NotFoundError
    return row


def own_curricula(actor: Actor) -> sa.Select[Curriculum]:
    """Return the statement of the curricula the actor may change."""
    return (
        _with_steps(sa.select(Curriculum))
        .where(actor.scope(Permission.WRITE_COURSES).where(Curriculum.owner_id))
        .order_by(Curriculum.title, Curriculum.id)
    )


def own_curriculum(actor: Actor, slug: str) -> Curriculum:
    """Return a curriculum the actor may change. Raises NotFoundError."""
    row = db.session.scalar(own_curricula(actor).where(Curriculum.slug == slug))
    if row is None:
        raise NotFoundError
    return row


def begin(actor: Actor, owner_id: int, command: WriteCurriculum) -> Curriculum:
    """Begin a curriculum as a draft. Raises NotFoundError, InvalidError or ConflictError."""
    if owner_id not in actor.scope(Permission.WRITE_COURSES):
        raise NotFoundError
    if not SLUG.fullmatch(command.slug):
        message = "URLの末尾は英小文字・数字・ハイフンで入力してください。例：newcomers"
        raise InvalidError(message, field="slug")
    if db.session.scalar(sa.select(Curriculum.id).where(Curriculum.slug == command.slug)):
        message = "このURLの末尾は使われています。"
        raise ConflictError(message, field="slug")
    curriculum = add(
        Curriculum(
            slug=command.slug, title=command.title, summary=command.summary, track_id=command.track_id,
            owner_id=owner_id, steps=[],
        )
    )  # fmt: skip
    _set_steps(curriculum, command.steps)
    audit.record(actor, Act.CURRICULUM_BEGUN, command.title, organisation_id=owner_id, curriculum=command.slug)
    return curriculum


def write(actor: Actor, curriculum: Curriculum, command: WriteCurriculum) -> None:
    """Change what a curriculum says; its address stays. Raises InvalidError for an unknown course."""
    curriculum.title, curriculum.summary, curriculum.track_id = command.title, command.summary, command.track_id
    _set_steps(curriculum, command.steps)
    index.index_curriculum(curriculum)
    audit.record(actor, Act.CURRICULUM_CHANGED, command.title, organisation_id=curriculum.owner_id)
    db.session.flush()


def _set_steps(curriculum: Curriculum, steps: Sequence[Step]) -> None:
    wanted = {step.slug for step in steps}
    courses = {row.slug: row for row in db.session.scalars(sa.select(Course).where(Course.slug.in_(wanted)))}
    if unknown := wanted - courses.keys():
        message = f"講座「{'、'.join(sorted(unknown))}」が見つかりません。"
        raise InvalidError(message, field="courses")
    if len(wanted) < len(steps):
        message = "同じ講座が二度入っています。"
        raise InvalidError(message, field="courses")
    curriculum.steps = []
    db.session.flush()
    curriculum.steps = [
        CurriculumStep(course_id=courses[step.slug].id, position=place, required=step.required)
        for place, step in enumerate(steps, 1)
    ]
    db.session.flush()


def publish(actor: Actor, curriculum: Curriculum) -> None:
    """Publish a curriculum. Raises InvalidError where it has no course, or one that is not published."""
    steps = db.session.execute(
        sa.select(Course.slug, Course.published_id)
        .join(CurriculumStep, CurriculumStep.course_id == Course.id)
        .where(CurriculumStep.curriculum_id == curriculum.id)
    ).all()
    if not steps:
        message = "講座を一つ以上入れてください。"
        raise InvalidError(message)
    if waiting := [slug for slug, published_id in steps if published_id is None]:
        message = f"公開されていない講座があります（{'、'.join(waiting)}）。先に公開するか、外してください。"
        raise InvalidError(message)
    curriculum.state = CurriculumState.PUBLISHED
    index.index_curriculum(curriculum)
    audit.record(actor, Act.CURRICULUM_PUBLISHED, curriculum.title, organisation_id=curriculum.owner_id)
    db.session.flush()
