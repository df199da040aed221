"""Marks (受講の印): how a person stands to the courses of a list, so that the list knows its reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from participation.attending.completion import still_counts
from participation.models import OPEN_STATES, Enrolment

from learning.path import NO_WAY, Way, ways_of

from front import due

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from people.permission import Actor

    from catalog.models import CurriculumStep


@dataclass(frozen=True)
class Mark:
    """How a person stands to a course: the open enrolment and how far it is, the last completion, what requires it until when."""

    enrolment_id: int | None = None
    way: Way = NO_WAY
    done_id: int | None = None
    done_on: dt.date | None = None
    still_counts: bool = False
    required: bool = False
    due_on: dt.date | None = None

    @property
    def is_done(self) -> bool:
        """Tell whether it is completed and need not be taken again."""
        return self.done_id is not None and self.still_counts

    @property
    def days_left(self) -> int | None:
        """Return how many days there are, below zero where the due date is past; None without one."""
        return (self.due_on - clock.today()).days if self.due_on else None


NO_MARK = Mark()


def marks(actor: Actor, course_ids: Sequence[int]) -> dict[int, Mark]:
    """Return the marks of some courses, in three queries; a course to which the person has nothing has none."""
    if not course_ids:
        return {}
    found = db.session.execute(
        sa.select(Enrolment.id, Enrolment.course_id, Enrolment.state, Enrolment.completed_at, still_counts())
        .join(Enrolment.edition)
        .where(Enrolment.staff_id == actor.staff_id, Enrolment.course_id.in_(course_ids))
        .order_by(Enrolment.id)
    ).all()
    opened = {row.course_id: row.id for row in found if row.state in OPEN_STATES}
    done = {row.course_id: row for row in found if row.completed_at}
    required = {one.course.id: one for one in due.required(actor.staff_id)}
    ways = ways_of(list(opened.values()))
    return {
        course_id: Mark(
            enrolment_id=opened.get(course_id),
            way=ways.get(opened.get(course_id, 0), NO_WAY),
            done_id=done[course_id].id if course_id in done else None,
            done_on=clock.local(done[course_id].completed_at).date() if course_id in done else None,
            still_counts=bool(course_id in done and done[course_id][4]),
            required=course_id in required,
            due_on=required[course_id].due_on if course_id in required else None,
        )
        for course_id in course_ids
        if course_id in opened or course_id in done or course_id in required
    }


def here(steps: Sequence[CurriculumStep], marks: Mapping[int, Mark]) -> CurriculumStep | None:
    """Return where a person is on a curriculum: the first required step that is not done; None at the end of it."""
    return next((step for step in steps if step.required and not marks.get(step.course_id, NO_MARK).is_done), None)
