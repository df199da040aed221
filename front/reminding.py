"""Reminding (督促): who has not finished a required course is told 14, 7 and 1 days before its date, then weekly for eight weeks.

A coordinator may remind by hand at any time; nobody is reminded of one course twice a day.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import commit_part, db
from kernel.errors import ConflictError

from people import audit
from people.act import Act
from people.membership import is_current
from people.models import Membership
from people.permission import Permission

from courses.models import Course
from courses.sessions.models import TrainingSession

from catalog.adopting.adoption import concerns, due_date
from catalog.models import Adoption, CurriculumStep

from participation.exemption import is_of
from participation.models import OPEN_STATES, Enrolment, Exemption
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.notices.telling import Tell, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from people.permission import Actor

    from review.duties.duty import Duty

DAYS_BEFORE = (14, 7, 1)
WEEKS_AFTER = 8
A_PART = 1000
MOST_AT_ONCE = 5000
TOO_MANY = "一度に知らせられるのは5,000件までです。部署や講座でしぼりこんでください。"
NOBODY_LEFT = "知らせる人がいません。全員が修了したか、席があるか、今日すでに知らせています。"


def remind() -> int:
    """Write what is to be told today, a part at a time, and return how many were told; done again, it tells nothing twice."""
    today, told = clock.today(), 0
    days = (*DAYS_BEFORE, *(-7 * week for week in range(1, WEEKS_AFTER + 1)))
    dates = [today + dt.timedelta(days=left) for left in days]
    adoptions = db.session.scalars(
        sa.select(Adoption).where(sa.or_(Adoption.due_on.in_(dates), Adoption.due_days.is_not(None), _gave_time(dates)))
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
    text = _sentence(course, due_on)
    tell(course, title, [Tell(NoticeKind.DUE, staff_id, text, f"{due_on} {left}") for staff_id in people])


def _sentence(course: Course, due_on: dt.date | None) -> str:
    left, title = (due_on - clock.today()).days if due_on else 0, course.published.title if course.published else ""
    when = ""
    if due_on:
        label = clock.date_label(due_on)
        late = f"期限（{label}）を過ぎています。" if left < 0 else f"期限は今日（{label}）です。"
        when = f"期限は{label}です。あと{left}日です。" if left > 0 else late
    is_own_pace = course.published is not None and course.published.format.is_own_pace
    how = "マイページから始められます。" if is_own_pace else "講座のページから開催回を選んで申し込んでください。"
    return f"「{title}」は必修です。{when}{how}"


def last_told(duties: Sequence[Duty]) -> dict[tuple[int, int], dt.datetime]:
    """Return when the people of some duties were last told of them, by person and course: one query."""
    if not duties:
        return {}
    rows = db.session.execute(
        sa.select(Notice.staff_id, Notice.course_id, sa.func.max(Notice.made_at))
        .where(
            Notice.kind == NoticeKind.DUE,
            Notice.staff_id.in_({duty.staff_id for duty in duties}),
            Notice.course_id.in_({duty.course_id for duty in duties}),
        )
        .group_by(Notice.staff_id, Notice.course_id)
    )
    return {(staff_id, course_id): at for staff_id, course_id, at in rows if course_id}


def to_be_told(duties: Sequence[Duty]) -> list[Duty]:
    """Return those of some duties of which somebody can be told today: not done, no place in a session, not told today."""
    today, told, booked = clock.at(clock.today(), dt.time()), last_told(duties), _booked(duties)
    return [
        duty
        for duty in duties
        if duty.is_open
        and (duty.staff_id, duty.course_id) not in booked
        and ((duty.staff_id, duty.course_id) not in told or told[duty.staff_id, duty.course_id] < today)
    ]


def _booked(duties: Sequence[Duty]) -> set[tuple[int, int]]:
    """Return which of the people have a place in a session of the course that is still to come."""
    rows = db.session.execute(
        sa.select(Enrolment.staff_id, Enrolment.course_id)
        .join(TrainingSession, TrainingSession.id == Enrolment.session_id)
        .where(
            Enrolment.course_id.in_({duty.course_id for duty in duties}),
            Enrolment.state.in_(OPEN_STATES),
            TrainingSession.ends_at > clock.now(),
        )
    )
    return {(staff_id, course_id) for staff_id, course_id in rows}


def remind_by_hand(actor: Actor, duties: Sequence[Duty], words: str) -> int:
    """Remind the people of some duties, with words of the actor's own; return how many were told.

    Raises ConflictError where nobody is left who can be told, or there are too many at once.
    """
    if len(duties) > MOST_AT_ONCE:
        raise ConflictError(TOO_MANY)
    late = to_be_told(duties)
    if not late:
        raise ConflictError(NOBODY_LEFT)
    courses = {
        course.id: course
        for course in db.session.scalars(
            sa.select(Course)
            .options(joinedload(Course.published))
            .where(Course.id.in_({duty.course_id for duty in late}))
        )
    }
    for course in courses.values():
        mine = [duty for duty in late if duty.course_id == course.id]
        said = f"{actor.name}さんより：{words}" if words else ""
        about = f"by hand {clock.today()}"
        tell(
            course,
            mine[0].title,
            [Tell(NoticeKind.DUE, duty.staff_id, _sentence(course, duty.due_on) + said, about) for duty in mine],
        )
    people = len({duty.staff_id for duty in late})
    audit.record(
        actor,
        Act.REMINDED,
        f"{people}人",
        organisation_id=actor.organisation_with(Permission.SEE_DUTIES),
        duties=len(late),
    )
    return people
