"""What is at stake where somebody gives up a course: how far the person got, what was written, whether it is required."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db

from courses.models import Course

from learning.path import NO_WAY, Way, ways_of

from front import due

if TYPE_CHECKING:
    from participation.models import Enrolment


@dataclass(frozen=True)
class Stake:
    """How far the person is and what was written, what requires the course, and whether one can go on later."""

    way: Way
    required: due.Due | None
    can_be_taken_up: bool


def at_stake(enrolment: Enrolment) -> Stake:
    """Return what an enrolment came to so far."""
    published_id = db.session.scalar(sa.select(Course.published_id).where(Course.id == enrolment.course_id))
    return Stake(
        way=ways_of([enrolment.id]).get(enrolment.id, NO_WAY),
        required=due.required_of(enrolment.staff_id, enrolment.course_id),
        can_be_taken_up=enrolment.session_id is None and published_id == enrolment.edition_id,
    )
