"""What is due (受けるもの): of one person what is due, what is next and what is done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import db

from people.membership import is_current
from people.models import Membership

from courses.models import Course, CourseEdition
from courses.sessions.models import TrainingSession

from catalog.models import Adoption, Curriculum, CurriculumStep

from participation.attending.completion import still_counts
from participation.joint.models import Nomination, NominationState
from participation.models import OPEN_STATES, Enrolment, EnrolmentState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor


@dataclass(frozen=True)
class Due:
    """A required course of an adopted curriculum that a person has not finished."""

    course: Course
    curriculum: Curriculum
    due_on: dt.date | None
    enrolment: Enrolment | None

    @property
    def is_overdue(self) -> bool:
        """Tell whether the due date is past."""
        return self.due_on is not None and self.due_on < clock.today()


@dataclass(frozen=True)
class LearningRecord:
    """A person's courses: due, open and done; and the joint sessions for which the person is nominated."""

    due: Sequence[Due]
    nominated: Sequence[Nomination]
    open: Sequence[Enrolment]
    done: Sequence[Enrolment]


def record_of(actor: Actor) -> LearningRecord:
    """Return the actor's own record, in three queries."""
    found = db.session.execute(
        sa.select(Enrolment, still_counts())
        .join(Enrolment.edition)
        .options(
            contains_eager(Enrolment.edition),
            joinedload(Enrolment.course),
            joinedload(Enrolment.session).selectinload(TrainingSession.meetings),
        )
        .where(Enrolment.staff_id == actor.staff_id, Enrolment.state != EnrolmentState.WITHDRAWN)
        .order_by(Enrolment.enrolled_at.desc())
        .limit(200)
    ).all()
    rows = [row for row, _counts in found]
    done_before = {row.course_id for row in rows if row.completed_at}
    finished = {row.course_id for row, counts in found if counts}
    opened = {row.course_id: row for row in rows if row.state in OPEN_STATES}
    going_on = [row for row in rows if row.state in OPEN_STATES or (row.session and row.session.ends_at > clock.now())]
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return LearningRecord(
        due=[_this_year(due) if due.course.id in done_before else due for due in _due(actor, finished, opened)],
        nominated=_nominated(actor),
        open=sorted(going_on, key=lambda row: (row.session.next_meeting.starts_at if row.session else far, row.id)),
        done=[row for row in rows if row not in going_on],
    )


def _this_year(due: Due) -> Due:
    """Return a course that is to be repeated with the end of this fiscal year as its date."""
    return replace(due, due_on=clock.fiscal_year_end())


def _nominated(actor: Actor) -> Sequence[Nomination]:
    """Return the nominations that still may lead to a place, offers first."""
    open_states = (NominationState.OFFERED, NominationState.NOMINATED, NominationState.WAITING)
    return db.session.scalars(
        sa.select(Nomination)
        .join(Nomination.session)
        .options(contains_eager(Nomination.session).joinedload(TrainingSession.edition))
        .where(
            Nomination.staff_id == actor.staff_id,
            Nomination.state.in_(open_states),
            TrainingSession.starts_at > clock.now(),
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
        )
        .order_by(Nomination.answer_by.is_(None), TrainingSession.starts_at)
        .limit(20)
    ).all()


def _due(actor: Actor, finished: set[int], opened: dict[int, Enrolment]) -> list[Due]:
    mine = (
        sa.select(Adoption.curriculum_id, sa.func.min(Adoption.due_on).label("due_on"))
        .join(Membership, Membership.organisation_id == Adoption.organisation_id)
        .where(
            Membership.staff_id == actor.staff_id,
            is_current(),
            sa.or_(Adoption.department == "", Adoption.department == Membership.department),
        )
        .group_by(Adoption.curriculum_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(CurriculumStep, mine.c.due_on)
        .join(mine, mine.c.curriculum_id == CurriculumStep.curriculum_id)
        .options(
            joinedload(CurriculumStep.curriculum),
            joinedload(CurriculumStep.course)
            .joinedload(Course.published)
            .load_only(CourseEdition.title, CourseEdition.minutes),
        )
        .where(CurriculumStep.required)
        .order_by(mine.c.due_on.nulls_last(), CurriculumStep.curriculum_id, CurriculumStep.position)
    )
    due: dict[int, Due] = {}
    for step, due_on in rows:
        if step.course_id not in finished and step.course.published and step.course_id not in due:
            due[step.course_id] = Due(step.course, step.curriculum, due_on, opened.get(step.course_id))
    return list(due.values())
