"""Editions of a curriculum: what is published is never changed in place, the next edition says what it changes and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.permission import Actor, Permission

from courses import course as courses
from courses.models import Course, CourseEdition

from catalog.curricula.models import CurriculumEdition, CurriculumEditionState
from catalog.models import Curriculum, CurriculumState, CurriculumStep

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence


@dataclass(frozen=True)
class Step:
    """A course in a curriculum, by its title or address."""

    course: str
    required: bool


@dataclass(frozen=True)
class WriteCurriculum:
    """What a curriculum is to say, why it changes, and from when: `effective_on` None means as soon as may be."""

    title: str
    summary: str
    track_id: int | None
    steps: tuple[Step, ...]
    is_for_all: bool = True
    because: str = ""
    effective_on: dt.date | None = None
    slug: str = ""


def begin(actor: Actor, owner_id: int, command: WriteCurriculum) -> Curriculum:
    """Begin a curriculum with a first draft; without an address of its own it is given one.

    Raises NotFoundError, InvalidError or ConflictError.
    """
    if owner_id not in actor.scope(Permission.WRITE_COURSES):
        raise NotFoundError
    slug = command.slug or courses.free_slug("curriculum", Curriculum.slug)
    if not courses.SLUG.fullmatch(slug):
        message = "アドレスの末尾は英小文字・数字・ハイフンで入力してください。例：newcomers"
        raise InvalidError(message, field="slug")
    if db.session.scalar(sa.select(Curriculum.id).where(Curriculum.slug == slug)):
        message = "このアドレスは使われています。"
        raise ConflictError(message, field="slug")
    curriculum = add(Curriculum(slug=slug, title=command.title, summary=command.summary, owner_id=owner_id, steps=[]))
    _write(actor, CurriculumEdition(curriculum=curriculum, number=1), command)
    audit.record(actor, Act.CURRICULUM_BEGUN, command.title, organisation_id=owner_id, curriculum=slug)
    return curriculum


def write(actor: Actor, curriculum: Curriculum, command: WriteCurriculum) -> CurriculumEdition:
    """Write the draft of a curriculum; where there is none, the next edition begins.

    Raises ConflictError while one is in review or ahead, InvalidError for an unknown course.
    """
    rows = held(curriculum)
    edition = next((row for row in rows if row.state.is_open), None)
    if edition and not edition.state.is_draft:
        message = f"次の版が「{edition.state.label}」です。差し戻されるか、公開されるまで変えられません。"
        raise ConflictError(message)
    if edition is None:
        edition = CurriculumEdition(curriculum=curriculum, number=rows[-1].number + 1)
    if curriculum.state is CurriculumState.PUBLISHED and not command.because:
        message = "何をなぜ変えるのかを書いてください。採用した団体に知らせます。"
        raise InvalidError(message, field="because")
    _write(actor, edition, command)
    audit.record(actor, Act.CURRICULUM_CHANGED, command.title, organisation_id=curriculum.owner_id)
    return edition


def ahead_of(curriculum: Curriculum) -> tuple[CurriculumEdition, Change] | None:
    """Return the edition that a curriculum changes to, and what that changes, where one is approved; `curriculum` is whole."""
    row = db.session.scalar(
        sa.select(CurriculumEdition).where(
            CurriculumEdition.curriculum_id == curriculum.id, CurriculumEdition.state == CurriculumEditionState.AHEAD
        )
    )
    return (row, change_of(row, curriculum.steps)) if row else None


def first_edition(curriculum: Curriculum) -> CurriculumEdition:
    """Return the first edition of a curriculum that was published when the product was installed: by nobody."""
    return CurriculumEdition(
        curriculum=curriculum, number=1, state=CurriculumEditionState.IN_FORCE, title=curriculum.title,
        summary=curriculum.summary, track_id=curriculum.track_id, is_for_all=True,
        steps=[[step.course_id, step.required] for step in curriculum.steps],
    )  # fmt: skip


def editions_of(curriculum_ids: Collection[int]) -> dict[int, list[CurriculumEdition]]:
    """Return the editions of some curricula, the first of each first: one query."""
    found: dict[int, list[CurriculumEdition]] = {}
    for row in db.session.scalars(
        sa.select(CurriculumEdition)
        .options(joinedload(CurriculumEdition.curriculum))
        .where(CurriculumEdition.curriculum_id.in_(curriculum_ids))
        .order_by(CurriculumEdition.curriculum_id, CurriculumEdition.number)
    ):
        found.setdefault(row.curriculum_id, []).append(row)
    return found


def held(curriculum: Curriculum) -> list[CurriculumEdition]:
    """Hold a curriculum, so that two acts on it follow each other, and return its editions as they are now."""
    db.session.flush()
    db.session.execute(sa.select(Curriculum.id).where(Curriculum.id == curriculum.id).with_for_update())
    return list(
        db.session.scalars(
            sa.select(CurriculumEdition)
            .options(joinedload(CurriculumEdition.curriculum))
            .where(CurriculumEdition.curriculum_id == curriculum.id)
            .order_by(CurriculumEdition.number)
            .execution_options(populate_existing=True)
        )
    )


def _write(actor: Actor, edition: CurriculumEdition, command: WriteCurriculum) -> None:
    edition.title, edition.summary, edition.track_id = command.title, command.summary, command.track_id
    edition.is_for_all, edition.because, edition.effective_on = (
        command.is_for_all, command.because, command.effective_on,
    )  # fmt: skip
    if edition.curriculum.state is CurriculumState.DRAFT:
        edition.because, edition.effective_on = "", None  # nothing is changed by what was never published
    edition.steps = _steps(command.steps, edition.curriculum.owner_id)
    edition.author_id, edition.changed_at = actor.staff_id, clock.now()
    db.session.add(edition)
    db.session.flush()


def _steps(steps: Sequence[Step], owner_id: int) -> list[tuple[int, bool]]:
    ids = courses.named([step.course for step in steps], owner_id, field="")
    found = [(ids[step.course], step.required) for step in steps]
    if len({course_id for course_id, _required in found}) < len(found):
        message = "同じ講座が二度入っています。"
        raise InvalidError(message)
    return found


@dataclass(frozen=True)
class Line:
    """A course in an edition: its title, and whether it is required and in the catalogue."""

    course_id: int
    slug: str
    title: str
    required: bool
    is_published: bool
    is_for_all: bool = True


def lines_of(edition: CurriculumEdition) -> list[Line]:
    """Return the courses of an edition, in their order: one query."""
    ids = [course_id for course_id, _required in edition.steps]
    rows: dict[int, Any] = {
        course_id: said
        for course_id, *said in db.session.execute(
            sa.select(Course.id, Course.slug, CourseEdition.title, Course.published_id.is_not(None), Course.is_for_all)
            .join(CourseEdition, CourseEdition.id == courses.shown_edition())
            .where(Course.id.in_(ids))
        )
    }
    return [
        Line(course_id, rows[course_id][0], rows[course_id][1], required, *rows[course_id][2:])
        for course_id, required in edition.steps
        if course_id in rows
    ]


@dataclass(frozen=True)
class Change:
    """What an edition changes in the curriculum that is in force: what is added, taken out, and made required or elective."""

    added: Sequence[Line]
    removed: Sequence[Line]
    now_required: Sequence[Line]
    now_elective: Sequence[Line]

    @property
    def in_words(self) -> str:
        """Return it in a sentence without its end."""
        said = (
            ("必修に{}が加わります", [row for row in self.added if row.required]),
            ("選択に{}が加わります", [row for row in self.added if not row.required]),
            ("{}が必修になります", self.now_required),
            ("{}が選択になります", self.now_elective),
            ("{}がなくなります", self.removed),
        )
        parts = [what.format("".join(f"「{row.title}」" for row in rows)) for what, rows in said if rows]
        return "。".join(parts) or "講座は変わりません"


def change_of(edition: CurriculumEdition, steps: Sequence[CurriculumStep]) -> Change:
    """Return what an edition changes in the courses that stand in force, which must be loaded with their published editions."""
    new = lines_of(edition)
    old = {
        step.course_id: Line(
            step.course_id, step.course.slug, step.course.published.title if step.course.published else step.course.slug,
            step.required, step.course.published is not None,
        )
        for step in steps
    }  # fmt: skip
    there = {row.course_id for row in new}
    kept = [row for row in new if row.course_id in old and old[row.course_id].required != row.required]
    return Change(
        added=[row for row in new if row.course_id not in old],
        removed=[row for row in old.values() if row.course_id not in there],
        now_required=[row for row in kept if row.required],
        now_elective=[row for row in kept if not row.required],
    )
