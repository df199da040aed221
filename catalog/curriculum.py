"""Curricula: courses in an order, published, and adopted (採用) by organisations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.models import Membership, Organisation
from people.permission import Actor, Permission

from courses.course import SLUG
from courses.models import Course, CourseEdition

from catalog.models import Adoption, Curriculum, CurriculumState, CurriculumStep
from catalog.search import index

if TYPE_CHECKING:
    import datetime as dt
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


@dataclass(frozen=True)
class Adopt:
    """An adoption: for all staff (no department) or one department, due on a day or not."""

    department: str
    due_on: dt.date | None


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


def adopt(actor: Actor, organisation_id: int, curriculum: Curriculum, command: Adopt) -> Adoption:
    """Adopt a published curriculum for an organisation of the actor; adopting again changes the due date."""
    if organisation_id not in actor.scope(Permission.ADOPT_CURRICULA):
        raise NotFoundError
    if command.due_on and command.due_on < clock.today():
        message = "期限は今日から後の日にしてください。"
        raise InvalidError(message, field="due_on")
    adoption = db.session.scalar(
        sa.select(Adoption).where(
            Adoption.organisation_id == organisation_id,
            Adoption.curriculum_id == curriculum.id,
            Adoption.department == command.department,
        )
    )
    if adoption is None:
        adoption = add(
            Adoption(organisation_id=organisation_id, curriculum_id=curriculum.id, department=command.department)
        )
    adoption.due_on = command.due_on
    audit.record(actor, Act.CURRICULUM_ADOPTED, curriculum.title, organisation_id=organisation_id)
    db.session.flush()
    return adoption


def end_adoption(actor: Actor, adoption_id: int) -> Adoption:
    """End an adoption of the own organisation. Raises NotFoundError."""
    adoption = db.session.scalar(
        sa.select(Adoption)
        .options(joinedload(Adoption.curriculum))
        .where(Adoption.id == adoption_id, actor.scope(Permission.ADOPT_CURRICULA).where(Adoption.organisation_id))
    )
    if adoption is None:
        raise NotFoundError
    db.session.delete(adoption)
    audit.record(actor, Act.ADOPTION_ENDED, adoption.curriculum.title, organisation_id=adoption.organisation_id)
    db.session.flush()
    return adoption


def adoptions_of(organisation_ids: Sequence[int]) -> list[Adoption]:
    """Return the adoptions of some organisations with their curricula."""
    return list(
        db.session.scalars(
            sa.select(Adoption)
            .options(joinedload(Adoption.curriculum))
            .where(Adoption.organisation_id.in_(organisation_ids))
            .order_by(Adoption.due_on.nulls_last(), Adoption.id)
        )
    )


def concerns() -> sa.ColumnElement[bool]:
    """Return the condition that an adoption concerns a membership: of the organisation, and of the department where one is named."""
    return sa.and_(
        Adoption.organisation_id == Membership.organisation_id,
        sa.or_(Adoption.department == "", Adoption.department == Membership.department),
    )


def adopters(curriculum_id: int, most: int = 10) -> tuple[list[str], int]:
    """Return the names of some organisations that adopted a curriculum, earliest first, and how many there are."""
    names = (
        sa.select(Organisation.id, Organisation.name, sa.func.min(Adoption.id).label("first"))
        .join(Adoption, Adoption.organisation_id == Organisation.id)
        .where(Adoption.curriculum_id == curriculum_id)
        .group_by(Organisation.id, Organisation.name)
    )
    rows = db.session.execute(
        names.add_columns(sa.func.count().over().label("all")).order_by(sa.literal_column("first")).limit(most)
    ).all()
    return [row.name for row in rows], rows[0].all if rows else 0
