"""What is at stake where somebody gives up a course: how far the person got, what was written, whether it is required."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db

from courses.models import Course, Lesson, Module

from learning.models import Progress

from front import due

if TYPE_CHECKING:
    from participation.models import Enrolment


@dataclass(frozen=True)
class Stake:
    """How many of the lessons are finished, in how many something was written, what requires the course, and whether one can go on later."""

    lessons: int
    finished: int
    written: int
    required: due.Due | None
    can_be_taken_up: bool


def at_stake(enrolment: Enrolment) -> Stake:
    """Return what an enrolment came to so far."""
    lessons, finished, written = db.session.execute(
        sa.select(sa.func.count(), sa.func.count(Progress.finished_at), sa.func.count().filter(Progress.note != ""))
        .select_from(Lesson)
        .join(Module, Module.id == Lesson.module_id)
        .join(
            Progress,
            sa.and_(Progress.lesson_id == Lesson.id, Progress.enrolment_id == enrolment.id),
            isouter=True,
        )
        .where(Module.edition_id == enrolment.edition_id)
    ).one()
    published_id = db.session.scalar(sa.select(Course.published_id).where(Course.id == enrolment.course_id))
    return Stake(
        lessons=lessons,
        finished=finished,
        written=written,
        required=due.required_of(enrolment.staff_id, enrolment.course_id),
        can_be_taken_up=enrolment.session_id is None and published_id == enrolment.edition_id,
    )
