"""Reminding (督促): who has not finished a required course is told 14, 7 and 1 days before its date, then weekly for eight weeks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import commit_part, db

from people.membership import is_current
from people.models import Membership

from courses.models import Course
from courses.sessions.models import TrainingSession

from catalog.models import Adoption, CurriculumStep

from participation.models import OPEN_STATES, Enrolment
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.notices.telling import Tell, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DAYS_BEFORE = (14, 7, 1)
WEEKS_AFTER = 8
A_PART = 1000


def remind() -> int:
    """Write what is to be told today, a part at a time, and return how many were told; done again, it tells nothing twice."""
    today, told = clock.today(), 0
    days = (*DAYS_BEFORE, *(-7 * week for week in range(1, WEEKS_AFTER + 1)))
    adoptions = db.session.scalars(
        sa.select(Adoption).where(Adoption.due_on.in_([today + dt.timedelta(days=left) for left in days]))
    ).all()
    for adoption in adoptions:
        for course in _required(adoption.curriculum_id):
            for people in _parts(adoption, course.id):
                _tell(course, adoption.due_on or today, people)
                told += len(people)
                commit_part()
    return told


def _required(curriculum_id: int) -> Sequence[Course]:
    return db.session.scalars(
        sa.select(Course)
        .join(CurriculumStep, CurriculumStep.course_id == Course.id)
        .options(joinedload(Course.published))
        .where(CurriculumStep.curriculum_id == curriculum_id, CurriculumStep.required, Course.published_id.is_not(None))
    ).all()


def _parts(adoption: Adoption, course_id: int) -> Iterator[Sequence[int]]:
    """Yield who of an office has never completed a course (one of every year has its own notice) nor a place in it, by parts; who was told today is left out."""
    done = sa.exists().where(
        Enrolment.staff_id == Membership.staff_id, Enrolment.course_id == course_id, Enrolment.completed_at.is_not(None)
    )
    booked = sa.exists().where(
        Enrolment.staff_id == Membership.staff_id,
        Enrolment.course_id == course_id,
        Enrolment.session_id == TrainingSession.id,
        Enrolment.state.in_(OPEN_STATES),
        TrainingSession.ends_at > clock.now(),
    )
    told_today = sa.exists().where(
        Notice.staff_id == Membership.staff_id,
        Notice.course_id == course_id,
        Notice.kind == NoticeKind.DUE,
        Notice.made_at >= clock.at(clock.today(), dt.time()),
    )
    concerned = (
        sa.select(Membership.staff_id)
        .where(
            Membership.organisation_id == adoption.organisation_id,
            sa.or_(sa.literal(adoption.department) == "", Membership.department == adoption.department),
            is_current(),
            ~done,
            ~booked,
            ~told_today,
        )
        .distinct()
        .order_by(Membership.staff_id)
        .limit(A_PART)
    )
    last = 0
    while people := db.session.scalars(concerned.where(Membership.staff_id > last)).all():
        yield people
        last = people[-1]


def _tell(course: Course, due_on: dt.date, people: Sequence[int]) -> None:
    left, title = (due_on - clock.today()).days, course.published.title if course.published else ""
    when = (
        f"期限は{clock.date_label(due_on)}です。あと{left}日です。"
        if left > 0
        else f"期限（{clock.date_label(due_on)}）を過ぎています。"
    )
    is_own_pace = course.published is not None and course.published.format.is_own_pace
    how = "マイページから始められます。" if is_own_pace else "講座のページから開催回を選んで申し込んでください。"
    text = f"「{title}」は必修です。{when}{how}"
    tell(course, title, [Tell(NoticeKind.DUE, staff_id, text, f"{due_on} {left}") for staff_id in people])
