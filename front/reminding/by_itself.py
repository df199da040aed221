"""Reminding by itself (督促): who has not finished a required course is told before its date and after it, as their office has set.

Nobody is reminded of one course twice a day.
"""

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

from catalog.adopting.adoption import concerns, due_date
from catalog.models import Adoption, CurriculumStep

from participation.exemption import is_of
from participation.models import OPEN_STATES, Enrolment, Exemption
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.notices.rule import USUAL_RULE, ReminderRule, rules
from participation.notices.telling import Tell, tell

from front.reminding.words import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


A_PART = 1000


def remind() -> int:
    """Write what is to be told today, a part at a time, and return how many were told; done again, it tells nothing twice."""
    own = rules()
    usual = Adoption.organisation_id.not_in(list(own))
    groups: dict[ReminderRule, list[int]] = {}
    for organisation_id, rule in own.items():
        groups.setdefault(rule, []).append(organisation_id)
    told = _remind(USUAL_RULE, usual)
    return told + sum(_remind(rule, Adoption.organisation_id.in_(ids)) for rule, ids in groups.items())


def _remind(rule: ReminderRule, whose: sa.ColumnElement[bool]) -> int:
    """Remind the staff of the organisations for whose adoptions a rule holds."""
    today, told = clock.today(), 0
    dates = [today + dt.timedelta(days=left) for left in rule.days_left]
    adoptions = db.session.scalars(
        sa.select(Adoption).where(
            whose, sa.or_(Adoption.due_on.in_(dates), Adoption.due_days.is_not(None), _gave_time(dates))
        )
    ).all()
    for adoption in adoptions:
        for course in _required(adoption.curriculum_id):
            for people in _parts(adoption, course.id, dates):
                for due_on in set(people.values()):
                    _tell(course, due_on, [person for person, its in people.items() if its == due_on])
                told += len(people)
                commit_part()
    return told


def _gave_time(dates: Sequence[dt.date]) -> sa.ColumnElement[bool]:
    """Return the condition that the organisation of an adoption gave somebody until one of some days."""
    return sa.exists().where(
        Exemption.until.in_(dates),
        Exemption.membership_id == Membership.id,
        Membership.organisation_id == Adoption.organisation_id,
    )


def _required(curriculum_id: int) -> Sequence[Course]:
    return db.session.scalars(
        sa.select(Course)
        .join(CurriculumStep, CurriculumStep.course_id == Course.id)
        .options(joinedload(Course.published))
        .where(CurriculumStep.curriculum_id == curriculum_id, CurriculumStep.required, Course.published_id.is_not(None))
    ).all()


def _parts(adoption: Adoption, course_id: int, dates: Sequence[dt.date]) -> Iterator[dict[int, dt.date]]:
    """Yield whose date one of some days is, with it, by parts.

    Left out is who has completed the course (one of every year has its own notice), was let off it, has a place, or was told today.
    """
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
    mine = is_of(Membership.id, sa.literal(course_id))
    let_off = sa.exists().where(mine, Exemption.until.is_(None))
    later = sa.select(Exemption.until).where(mine).correlate(Membership).scalar_subquery()
    date = sa.func.coalesce(later, due_date(), type_=sa.Date())
    told_today = sa.exists().where(
        Notice.staff_id == Membership.staff_id,
        Notice.course_id == course_id,
        Notice.kind == NoticeKind.DUE,
        Notice.made_at >= clock.at(clock.today(), dt.time()),
    )
    concerned = (
        sa.select(Membership.staff_id, sa.func.min(date))
        .join(Adoption, concerns())
        .where(
            Adoption.id == adoption.id,
            date.in_(dates),
            is_current(),
            ~done,
            ~let_off,
            ~booked,
            ~told_today,
        )
        .group_by(Membership.staff_id)
        .order_by(Membership.staff_id)
        .limit(A_PART)
    )
    last = 0
    while rows := db.session.execute(concerned.where(Membership.staff_id > last)).all():
        yield {staff_id: due_on for staff_id, due_on in rows if due_on}
        last = rows[-1][0]


def _tell(course: Course, due_on: dt.date, people: Sequence[int]) -> None:
    left, title = (due_on - clock.today()).days, course.published.title if course.published else ""
    text = sentence(course, due_on)
    tell(course, title, [Tell(NoticeKind.DUE, staff_id, text, f"{due_on} {left}") for staff_id in people])
