"""Repetition (再受講): who took a course last year that is to be taken every year is told, in April and before March."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db

from people.membership import is_current
from people.models import Membership

from courses.models import Course, CourseEdition

from participation.attending.completion import completed_this_year
from participation.models import OPEN_STATES, Enrolment
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.notices.telling import Tell, tell

AT_ONCE = 1000
LAST_CALL = dt.timedelta(days=60)
"""How long before the end of the fiscal year those are told again who have not taken the course yet."""


def taken_this_year() -> sa.ColumnElement[bool]:
    """Return the condition that somebody (of a notice) has completed the course (of that notice) in this fiscal year."""
    return sa.exists(
        sa.select(Enrolment.id).where(
            Enrolment.staff_id == Notice.staff_id, Enrolment.course_id == Notice.course_id, completed_this_year()
        )
    )


def completed() -> sa.ColumnElement[bool]:
    """Return the condition that somebody (of a notice) has completed the course (of that notice), whenever that was."""
    return sa.exists(
        sa.select(Enrolment.id).where(
            Enrolment.staff_id == Notice.staff_id,
            Enrolment.course_id == Notice.course_id,
            Enrolment.completed_at.is_not(None),
        )
    )


def announce() -> int:
    """Write notices that are due, a part at a time, and return how many.

    Each person is told once in a fiscal year, and once more before its end.
    """
    year, end = clock.current_fiscal_year(), clock.fiscal_year_end()
    is_last_call = clock.today() > end - LAST_CALL
    about = f"{year}{' last' if is_last_call else ''}"
    told = 0
    courses = db.session.scalars(
        sa.select(Course)
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .options(joinedload(Course.published))
        .where(CourseEdition.yearly)
    ).all()
    for course in courses:
        title = course.published.title if course.published else ""
        text = f"昨年度に修了した「{title}」は、毎年度受ける講座です。{clock.date_label(end)}までに受けてください。"
        people = db.session.scalars(_concerned(course.id, about, started_too=is_last_call).limit(AT_ONCE)).all()
        tell(course, title, [Tell(NoticeKind.DUE_AGAIN, staff_id, text, about) for staff_id in people])
        told += len(people)
    return told


def _concerned(course_id: int, about: str, *, started_too: bool) -> sa.Select[int]:
    """Return the statement of who completed a course last fiscal year, works here still, and was not told yet."""
    last_year = clock.at(clock.fiscal_year_start().replace(year=clock.current_fiscal_year() - 1), dt.time())
    done = sa.select(Enrolment.staff_id).where(Enrolment.course_id == course_id)
    on_it = done.where(Enrolment.state.in_(OPEN_STATES))
    told = sa.select(Notice.staff_id).where(
        Notice.kind == NoticeKind.DUE_AGAIN, Notice.course_id == course_id, Notice.key.endswith(about, autoescape=True)
    )
    concerned = done.where(
        Enrolment.completed_at >= last_year,
        Enrolment.completed_at < clock.fiscal_year_began(),
        Enrolment.staff_id.in_(sa.select(Membership.staff_id).where(is_current())),
        Enrolment.staff_id.not_in(done.where(completed_this_year())),
        Enrolment.staff_id.not_in(told),
    )
    return (concerned if started_too else concerned.where(Enrolment.staff_id.not_in(on_it))).distinct()
