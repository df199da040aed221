"""Reminding by hand: a coordinator or head reminds some of the staff, with words of their own; nobody of one course twice a day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError

from people import audit
from people.act import Act
from people.permission import Permission

from courses.models import Course
from courses.sessions.models import TrainingSession

from participation.models import OPEN_STATES, Enrolment
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.notices.telling import Tell, tell

from front.reminding.words import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

    from review.duties.duty import Duty

MOST_AT_ONCE = 5000
TOO_MANY = "一度に知らせられるのは5,000件までです。部署や講座でしぼりこんでください。"
NOBODY_LEFT = "知らせる人がいません。全員が修了したか、席があるか、今日すでに知らせています。"


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
            [Tell(NoticeKind.DUE, duty.staff_id, sentence(course, duty.due_on) + said, about) for duty in mine],
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
