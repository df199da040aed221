"""What is at stake where somebody gives up a course: how far the person got, what was written, whether it is required."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db

from courses.models import Lesson, Module

from learning.models import Progress

from front import due

if TYPE_CHECKING:
    from participation.models import Enrolment


@dataclass(frozen=True)
class Stake:
    """How many of the lessons are finished, in how many something was written, and what requires the course."""

    lessons: int
    finished: int
    written: int
    required: due.Due | None


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
    return Stake(lessons, finished, written, due.required_of(enrolment.staff_id, enrolment.course_id))
