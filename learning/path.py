"""The path (学習の道のり) of an enrolment: the lessons of its edition in order, how far one got, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel.database import db
from kernel.errors import NotFoundError

from courses.lessons import outline
from courses.models import CourseEdition, Lesson, Module

from participation.models import Enrolment, EnrolmentState

from learning.models import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from people.permission import Actor


@dataclass(frozen=True)
class Path:
    """An enrolment with the lessons of its edition, and the progress in each by lesson id."""

    enrolment: Enrolment
    edition: CourseEdition
    progress: Mapping[int, Progress]

    @property
    def lessons(self) -> list[Lesson]:
        """Return the lessons in the order in which they are taken."""
        return outline.lessons_of(self.edition)

    @property
    def required(self) -> list[Lesson]:
        """Return the lessons that completion asks for."""
        return [lesson for lesson in self.lessons if lesson.required]

    def is_finished(self, lesson: Lesson) -> bool:
        """Tell whether a lesson is finished."""
        mine = self.progress.get(lesson.id)
        return bool(mine and mine.finished_at)

    @property
    def left(self) -> list[Lesson]:
        """Return the required lessons that are not finished."""
        return [lesson for lesson in self.required if not self.is_finished(lesson)]

    @property
    def minutes_left(self) -> int:
        """Return how long the lessons that are left take, in minutes."""
        return sum(lesson.minutes for lesson in self.left)

    @property
    def next_up(self) -> Lesson | None:
        """Return where to go on: the lesson seen last if it is not finished, else the first that is left."""
        begun = [row for row in self.progress.values() if not row.finished_at]
        last = max(begun, key=lambda row: row.seen_at, default=None)
        by_id = {lesson.id: lesson for lesson in self.lessons}
        if last and last.lesson_id in by_id:
            return by_id[last.lesson_id]
        return next(iter(self.left), None) or next(iter(self.lessons), None)

    def lesson(self, lesson_id: int) -> Lesson:
        """Return a lesson of the path. Raises NotFoundError."""
        found = next((lesson for lesson in self.lessons if lesson.id == lesson_id), None)
        if found is None:
            raise NotFoundError
        return found

    def beside(self, lesson: Lesson) -> tuple[Lesson | None, Lesson | None]:
        """Return the lessons before and after one."""
        return outline.beside(self.edition, lesson)


@dataclass(frozen=True)
class Way:
    """How far somebody is: the required lessons, how many of them are finished, how long the others take in minutes; and in how many lessons something was written."""

    lessons: int
    finished: int
    minutes_left: int
    written: int

    @property
    def is_finished(self) -> bool:
        """Tell whether there are required lessons, and all of them are finished."""
        return 0 < self.lessons == self.finished


NO_WAY = Way(0, 0, 0, 0)


IS_LEFT = sa.and_(Lesson.required, Progress.finished_at.is_(None))
WAYS = (
    sa.select(
        Enrolment.id,
        sa.func.count().filter(Lesson.required),
        sa.func.count(Progress.finished_at).filter(Lesson.required),
        sa.func.coalesce(sa.func.sum(Lesson.minutes).filter(IS_LEFT), 0),
        sa.func.count().filter(Progress.note != ""),
    )
    .join(Module, Module.edition_id == Enrolment.edition_id)
    .join(Lesson, Lesson.module_id == Module.id)
    .outerjoin(Progress, sa.and_(Progress.lesson_id == Lesson.id, Progress.enrolment_id == Enrolment.id))
    .where(Enrolment.id.in_(sa.bindparam("enrolment_ids", expanding=True)))
    .group_by(Enrolment.id)
)


def ways_of(enrolment_ids: Sequence[int]) -> dict[int, Way]:
    """Return how far the enrolments are, in one query."""
    if not enrolment_ids:
        return {}
    rows = db.session.execute(WAYS, {"enrolment_ids": list(enrolment_ids)})
    return {enrolment_id: Way(*numbers) for enrolment_id, *numbers in rows}


def path_of(actor: Actor, enrolment_id: int) -> Path:
    """Return the path of an own enrolment, open or finished, in the edition that one is enrolled in.

    Raises NotFoundError for anybody else's, and for one that was withdrawn.
    """
    enrolment = db.session.scalar(
        sa.select(Enrolment)
        .options(joinedload(Enrolment.course))
        .where(
            Enrolment.id == enrolment_id,
            Enrolment.staff_id == actor.staff_id,
            Enrolment.state != EnrolmentState.WITHDRAWN,
        )
    )
    if enrolment is None:
        raise NotFoundError
    rows = db.session.scalars(sa.select(Progress).where(Progress.enrolment_id == enrolment_id))
    edition = db.session.scalars(
        sa.select(CourseEdition)
        .options(selectinload(CourseEdition.modules).joinedload(Module.lessons))
        .where(CourseEdition.id == enrolment.edition_id)
    ).one()
    return Path(enrolment, edition, {row.lesson_id: row for row in rows})


def progress_by_key(staff_id: int, course_id: int) -> dict[str, Progress]:
    """Return how far somebody got in the lessons of a course by their keys, whatever edition they were taken in.

    Where a lesson was taken in several editions, the one that was finished counts, else the one seen last.
    """
    rows = db.session.execute(
        sa.select(Lesson.key, Progress)
        .join(Progress, Progress.lesson_id == Lesson.id)
        .join(Enrolment, Enrolment.id == Progress.enrolment_id)
        .where(
            Enrolment.staff_id == staff_id,
            Enrolment.course_id == course_id,
            Enrolment.state != EnrolmentState.WITHDRAWN,
        )
        .order_by(Progress.finished_at.is_not(None), Progress.seen_at)
    )
    return {key: progress for key, progress in rows}  # noqa: C416 - pairs of a row, not of a mapping
