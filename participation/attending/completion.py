"""Completion (修了): it follows from the rule of the edition, the lessons finished and the meetings attended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from courses.completion_rule import LEARNT_BY_LESSONS, meetings_needed
from courses.models import CourseEdition, Lesson, Module
from courses.sessions.models import Meeting

from participation import enrolment as enrolments
from participation.attending.models import CAME, MISSED, Attendance
from participation.models import OPEN_STATES, Enrolment, EnrolmentState

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection


def lessons_finished(enrolment: Enrolment) -> bool:
    """Note that all required lessons are finished; return whether the course is completed by it, which twice is once.

    It is noted in every state: an absence that is corrected later must find it.
    """
    enrolment.lessons_finished_at = enrolment.lessons_finished_at or clock.now()
    db.session.flush()
    if enrolment.state not in OPEN_STATES:
        return False
    if enrolment.session_id:
        settle(enrolment.session_id, [enrolment.id])
    else:
        enrolments.finish(enrolment)
    return enrolment.state is EnrolmentState.COMPLETED


def lock(enrolment_ids: Collection[int], *, of_session: int | None = None) -> None:
    """Lock enrolments until the transaction ends, so that two who finish something at once see each other's part."""
    db.session.scalars(
        sa.select(Enrolment)
        .where(
            Enrolment.id.in_(enrolment_ids),
            sa.true() if of_session is None else Enrolment.session_id == of_session,
        )
        .order_by(Enrolment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


YEAR_BEGAN: sa.BindParameter[dt.datetime] = sa.bindparam(
    "year_began", callable_=clock.fiscal_year_began, type_=Enrolment.completed_at.type
)


def completed_this_year() -> sa.ColumnElement[bool]:
    """Return the condition that an enrolment was completed in this fiscal year."""
    return Enrolment.completed_at >= YEAR_BEGAN


def still_counts() -> sa.ColumnElement[bool]:
    """Return the condition that an enrolment, joined with its edition, counts as completed today.

    A course that is to be repeated each fiscal year counts in the year of its completion only.
    """
    return sa.and_(
        Enrolment.state == EnrolmentState.COMPLETED,
        sa.or_(sa.not_(CourseEdition.yearly), completed_this_year()),
    )


def _lessons_missing() -> sa.ColumnElement[bool]:
    """Return the condition that an enrolment's edition asks for lessons which are not all finished."""
    required = sa.select(Lesson.id).join(Module, Module.id == Lesson.module_id)
    return sa.and_(
        CourseEdition.format.in_(LEARNT_BY_LESSONS),
        Enrolment.lessons_finished_at.is_(None),
        sa.exists(required.where(Module.edition_id == Enrolment.edition_id, Lesson.required).correlate(Enrolment)),
    )


def settle(session_id: int, enrolment_ids: Collection[int] | None = None) -> None:
    """Let the enrolments of a session, all or some, stand where attendance and lessons put them.

    Whoever attended as many meetings as the edition's rule asks for, and finished its lessons, has completed the
    course; whoever cannot reach that number of meetings any more has not.
    """
    db.session.flush()
    meeting_ids = sa.select(Meeting.id).where(Meeting.session_id == session_id, Meeting.cancelled_at.is_(None))
    if enrolment_ids is None:
        enrolment_ids = db.session.scalars(sa.select(Enrolment.id).where(Enrolment.session_id == session_id)).all()
    lock(enrolment_ids)
    missing = _lessons_missing()
    rows = db.session.execute(
        sa.select(
            Enrolment,
            CourseEdition.attendance_percent,
            missing,
            sa.func.count().filter(Attendance.presence.in_(CAME)),
            sa.func.count().filter(Attendance.presence.in_(MISSED)),
        )
        .select_from(Enrolment)
        .join(
            Attendance,
            sa.and_(Attendance.enrolment_id == Enrolment.id, Attendance.meeting_id.in_(meeting_ids)),
            isouter=True,
        )
        .join(CourseEdition, CourseEdition.id == Enrolment.edition_id)
        .where(
            Enrolment.session_id == session_id,
            Enrolment.state != EnrolmentState.WITHDRAWN,
            Enrolment.id.in_(enrolment_ids),
        )
        .group_by(Enrolment.id, CourseEdition.id)
    ).all()
    meetings = db.session.scalars(sa.select(sa.func.count()).select_from(meeting_ids.subquery())).one()
    ends = _ends_of_attended(meeting_ids, enrolment_ids)
    for enrolment, percent, lessons_missing, attended, absent in rows:
        needed = meetings_needed(percent, meetings)
        state = standing(needed, meetings, attended, absent)
        if state is EnrolmentState.COMPLETED and lessons_missing:
            state = EnrolmentState.IN_PROGRESS
        at = (
            _completed_at(ends.get(enrolment.id, [])[:needed], enrolment) if state is EnrolmentState.COMPLETED else None
        )
        if state in OPEN_STATES and enrolment.state not in OPEN_STATES and _takes_it_elsewhere(enrolment):
            continue
        if (state, at) != (enrolment.state, enrolment.completed_at):
            enrolments.move(enrolment, state, at)
    db.session.flush()


def _ends_of_attended(meeting_ids: sa.Select[int], enrolment_ids: Collection[int]) -> dict[int, list[dt.datetime]]:
    """Return when the meetings ended that each attended, earliest first."""
    ends: dict[int, list[dt.datetime]] = {}
    for enrolment_id, ends_at in db.session.execute(
        sa.select(Attendance.enrolment_id, Meeting.ends_at)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .where(
            Attendance.meeting_id.in_(meeting_ids),
            Attendance.enrolment_id.in_(enrolment_ids),
            Attendance.presence.in_(CAME),
        )
        .order_by(Meeting.ends_at)
    ):
        ends.setdefault(enrolment_id, []).append(ends_at)
    return ends


def _completed_at(ends: list[dt.datetime], enrolment: Enrolment) -> dt.datetime:
    """Return when a course was completed: at the end of the meeting that sufficed, or with the last lesson after it."""
    return min(max([*ends, *filter(None, [enrolment.lessons_finished_at])], default=clock.now()), clock.now())


def _takes_it_elsewhere(enrolment: Enrolment) -> bool:
    """Tell whether somebody has enrolled in the course anew since; this enrolment then stays closed."""
    other = enrolments.open_enrolment(enrolment.staff_id, enrolment.course_id)
    return other is not None and other.id != enrolment.id


def standing(needed: int, meetings: int, attended: int, absent: int) -> EnrolmentState:
    """Return where attendance puts somebody who attended and missed so many of the meetings, when so many are needed."""
    if attended >= needed:
        return EnrolmentState.COMPLETED
    if meetings - absent < needed:
        return EnrolmentState.ABSENT
    return EnrolmentState.IN_PROGRESS if attended else EnrolmentState.ENROLLED
