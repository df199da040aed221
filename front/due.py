"""What is due (受けるもの): of one person what is to be done, in order, what is booked and what is done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import NOW, db

from people.membership import is_current
from people.models import Membership

from courses.models import Course, CourseEdition
from courses.sessions.models import TrainingSession

from catalog import course_request
from catalog.adopting.adoption import concerns, due_date
from catalog.models import Adoption, CourseRequest, Curriculum, CurriculumStep

from participation.attending.completion import still_counts
from participation.exemption import is_of
from participation.joint import wish
from participation.joint.models import Nomination, NominationState, Wish
from participation.models import OPEN_STATES, Enrolment, EnrolmentState, Exemption

from learning.path import NO_WAY, Way, ways_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from people.permission import Actor

NONE_OPENED: Mapping[int, Enrolment] = {}
LAST_OF_ALL = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Due:
    """A required course of an adopted curriculum, and the open enrolment by which a person takes it."""

    course: Course
    curriculum: Curriculum
    due_on: dt.date | None
    enrolment: Enrolment | None


@dataclass(frozen=True)
class Task:
    """A course that a person is to take or goes on with: why and until when, and how far it is.

    `enrolment` is None where it is still to be applied for.
    """

    course: Course
    edition: CourseEdition
    curriculum: Curriculum | None
    due_on: dt.date | None
    enrolment: Enrolment | None
    way: Way

    @property
    def days_left(self) -> int | None:
        """Return how many days there are, below zero where the due date is past; None without one."""
        return (self.due_on - clock.today()).days if self.due_on else None


@dataclass(frozen=True)
class LearningRecord:
    """A person's courses: what is to be done, the most urgent first; what is booked, given up and done.

    `required` counts the required courses, of which `len(due)` are not done.
    """

    tasks: Sequence[Task]
    due: Sequence[Due]
    required: int
    booked: Sequence[Enrolment]
    withdrawn: Sequence[Enrolment]
    done: Sequence[Enrolment]


@dataclass(frozen=True)
class Hopes:
    """What a person hopes for: nominations that may still lead to a place, offers first; wishes to be nominated; courses asked for."""

    nominated: Sequence[Nomination]
    wishes: Sequence[Wish]
    asked: Sequence[CourseRequest]


WHOSE: sa.BindParameter[int] = sa.bindparam("staff_id")
ENROLMENTS = (
    sa.select(Enrolment, still_counts())
    .join(Enrolment.edition)
    .options(
        contains_eager(Enrolment.edition).load_only(
            CourseEdition.title, CourseEdition.number, CourseEdition.format, CourseEdition.minutes
        ),
        joinedload(Enrolment.course).load_only(Course.slug),
        joinedload(Enrolment.session).selectinload(TrainingSession.meetings),
    )
    .where(Enrolment.staff_id == WHOSE)
)
ALL_MINE = ENROLMENTS.order_by(Enrolment.enrolled_at.desc()).limit(200)
MINE_OF_A_COURSE = (
    ENROLMENTS.where(Enrolment.course_id == sa.bindparam("course_id")).order_by(Enrolment.id.desc()).limit(20)
)
NOMINATIONS = (
    sa.select(Nomination)
    .join(Nomination.session)
    .options(contains_eager(Nomination.session).joinedload(TrainingSession.edition))
    .where(
        Nomination.staff_id == WHOSE,
        Nomination.state.in_((NominationState.OFFERED, NominationState.NOMINATED, NominationState.WAITING)),
        TrainingSession.starts_at > NOW,
        TrainingSession.cancelled_at.is_(None),
        TrainingSession.called_off_at.is_(None),
    )
    .order_by(Nomination.answer_by.is_(None), TrainingSession.starts_at)
    .limit(20)
)
HOPES = sa.select(
    sa.exists().where(Nomination.staff_id == WHOSE),
    sa.exists().where(Wish.staff_id == WHOSE),
    sa.exists().where(CourseRequest.staff_id == WHOSE),
)
ADOPTED = (
    sa.select(Adoption.curriculum_id, Membership.id.label("membership_id"), sa.func.min(due_date()).label("due_on"))
    .join(Membership, concerns())
    .where(Membership.staff_id == WHOSE, is_current())
    .group_by(Adoption.curriculum_id, Membership.id)
    .subquery()
)
REQUIRED = (
    sa.select(CurriculumStep, sa.func.coalesce(Exemption.until, ADOPTED.c.due_on, type_=sa.Date()).label("due_on"))
    .join(ADOPTED, ADOPTED.c.curriculum_id == CurriculumStep.curriculum_id)
    .options(
        joinedload(CurriculumStep.curriculum),
        joinedload(CurriculumStep.course)
        .joinedload(Course.published)
        .load_only(CourseEdition.title, CourseEdition.minutes, CourseEdition.format),
    )
    .outerjoin(Exemption, is_of(ADOPTED.c.membership_id, CurriculumStep.course_id))
    .where(CurriculumStep.required, sa.or_(Exemption.reason.is_(None), Exemption.until.is_not(None)))
    .order_by(sa.literal_column("due_on").nulls_last(), CurriculumStep.curriculum_id, CurriculumStep.position)
)


def record_of(actor: Actor) -> LearningRecord:
    """Return the actor's own record, in three queries."""
    found = db.session.execute(ALL_MINE, {"staff_id": actor.staff_id}).all()
    rows = [row for row, _counts in found if row.state is not EnrolmentState.WITHDRAWN]
    done_before = {row.course_id for row in rows if row.completed_at}
    finished = {row.course_id for row, counts in found if counts}
    opened = {row.course_id: row for row in rows if row.state in OPEN_STATES}
    all_required = required(actor.staff_id, opened)
    due = [
        _this_year(one) if one.course.id in done_before else one
        for one in all_required
        if one.course.id not in finished
    ]
    booked = [row for row in rows if row.session and (row.state in OPEN_STATES or row.session.ends_at > clock.now())]
    return LearningRecord(
        tasks=_tasks(due, [row for row in opened.values() if row.session is None]),
        due=due,
        required=len(all_required),
        booked=sorted(booked, key=_next_meeting),
        withdrawn=_given_up([row for row, _counts in found], {row.course_id for row in rows}),
        done=[row for row in rows if row not in booked and row.state not in OPEN_STATES],
    )


def _next_meeting(row: Enrolment) -> tuple[dt.datetime, int]:
    return row.session.next_meeting.starts_at if row.session else LAST_OF_ALL, row.id


def _tasks(due: Sequence[Due], going_on: Sequence[Enrolment]) -> list[Task]:
    """Return what is due and not booked, then what is taken at the own pace: earlier dates first, what is begun before what is not."""
    ways = ways_of([row.id for row in going_on])
    reasons = {one.course.id: one for one in due if one.enrolment is None or one.enrolment.session_id is None}
    rows = {row.course_id: row for row in going_on}
    tasks = []
    for course_id in {**reasons, **rows}:
        reason, row = reasons.get(course_id), rows.get(course_id)
        course = reason.course if reason else row.course  # type: ignore[union-attr]
        edition = row.edition if row else course.published
        tasks.append(
            Task(
                course=course,
                edition=edition,  # type: ignore[arg-type]  # what is due is published
                curriculum=reason.curriculum if reason else None,
                due_on=reason.due_on if reason else None,
                enrolment=row,
                way=ways.get(row.id, NO_WAY) if row else NO_WAY,
            )
        )
    return sorted(
        tasks,
        key=lambda one: (
            one.due_on or dt.date.max,
            one.curriculum is None,
            not (one.enrolment and one.enrolment.state.is_begun),
        ),
    )


def _given_up(found: Sequence[Enrolment], taken: set[int]) -> list[Enrolment]:
    """Return the last withdrawn enrolment of each course that was not taken otherwise."""
    last: dict[int, Enrolment] = {}
    for row in found:
        if row.course_id not in taken:
            last.setdefault(row.course_id, row)
    return list(last.values())


@dataclass(frozen=True)
class Standing:
    """How a person stands to a course: the task that it is, the place booked, and the last completion, which may count no more."""

    task: Task | None
    booked: Enrolment | None
    done: Enrolment | None
    still_counts: bool


def standing_of(actor: Actor, course_id: int) -> Standing:
    """Return how the actor stands to a course, in three queries."""
    found = db.session.execute(MINE_OF_A_COURSE, {"staff_id": actor.staff_id, "course_id": course_id}).all()
    mine = next((row for row, _counts in found if row.state in OPEN_STATES), None)
    done, counts = next(((row, counts) for row, counts in found if row.completed_at), (None, False))
    reason = None if counts else required_of(actor.staff_id, course_id)
    if reason and done:
        reason = _this_year(reason)
    booked = mine if mine and mine.session else None
    tasks = _tasks([reason] if reason and not booked else [], [mine] if mine and not booked else [])
    return Standing(next(iter(tasks), None), booked, done, still_counts=bool(counts))


def required_of(staff_id: int, course_id: int) -> Due | None:
    """Return what requires a course of a person, finished or not; None where nothing does."""
    return next((due for due in required(staff_id) if due.course.id == course_id), None)


def _this_year(due: Due) -> Due:
    """Return a course that is to be repeated with the end of this fiscal year as its date."""
    return replace(due, due_on=clock.fiscal_year_end())


def hopes_of(actor: Actor) -> Hopes:
    """Return what the actor hopes for: one query whether there is anything, and one for each kind that there is."""
    nominated, wishes, asked = db.session.execute(HOPES, {"staff_id": actor.staff_id}).one()
    return Hopes(
        db.session.scalars(NOMINATIONS, {"staff_id": actor.staff_id}).all() if nominated else [],
        wish.own(actor) if wishes else [],
        course_request.own(actor) if asked else [],
    )


def required(staff_id: int, opened: Mapping[int, Enrolment] = NONE_OPENED) -> list[Due]:
    """Return every course that is required of a person, once each, with the earliest date: one query."""
    rows = db.session.execute(REQUIRED, {"staff_id": staff_id})
    due: dict[int, Due] = {}
    for step, due_on in rows:
        if step.course.published and step.course_id not in due:
            due[step.course_id] = Due(step.course, step.curriculum, due_on, opened.get(step.course_id))
    return list(due.values())
