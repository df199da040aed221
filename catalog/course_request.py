"""Requests (この講座がほしい): what people looked for and did not find, or found and could not take yet.

They are kept for those who write courses and plan sessions; who waits for a course is told when it can be taken. Anybody may ask
for a course without signing in (住民, 議員, a municipality that has not joined): so much a day, and the secretariat may remove it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, db, insert
from kernel.errors import ConflictError, NotFoundError

from people.models import Organisation
from people.permission import Actor, Permission

from catalog.models import CourseRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courses.models import Course

MOST_OWN = 20
MOST_OF_VISITORS = 50
A_DAY = dt.timedelta(days=1)
ENOUGH_OF_VISITORS = "今日は、たくさんの希望が届いたため、受け付けを終えました。明日、もう一度お試しください。"


def ask_for_course(actor: Actor | None, wish: str) -> CourseRequest:
    """Keep what somebody, or a visitor, wishes to learn. Raises ConflictError once visitors have asked so often within a day."""
    if actor:
        return add(CourseRequest(staff_id=actor.staff_id, organisation_id=actor.organisation_id, wish=wish))
    lately = sa.select(sa.func.count()).where(
        CourseRequest.staff_id.is_(None), CourseRequest.asked_at > clock.now() - A_DAY
    )
    if (db.session.scalar(lately) or 0) >= MOST_OF_VISITORS:
        raise ConflictError(ENOUGH_OF_VISITORS)
    return add(CourseRequest(wish=wish, asked_at=clock.now()))


def wait_for(actor: Actor, course: Course) -> None:
    """Keep that somebody wants to take a course (its published edition must be loaded) and is to be told when it can be taken; twice is once."""
    title = course.published.title if course.published else ""
    values = {
        "staff_id": actor.staff_id, "organisation_id": actor.organisation_id, "course_id": course.id, "wish": title,
        "asked_at": clock.now(),
    }  # fmt: skip
    once = insert(CourseRequest).values(values).on_conflict_do_nothing(index_elements=["course_id", "staff_id"])
    db.session.execute(once)


WAITING = sa.select(CourseRequest).where(
    CourseRequest.staff_id == sa.bindparam("staff_id"), CourseRequest.course_id == sa.bindparam("course_id")
)
MANY = sa.func.count().label("many")
WAITING_FOR = (
    sa.select(Organisation.name, MANY)
    .join(CourseRequest, CourseRequest.organisation_id == Organisation.id)
    .where(CourseRequest.course_id == sa.bindparam("course_id"))
    .group_by(Organisation.id, Organisation.name)
    .order_by(MANY.desc(), Organisation.id)
    .limit(MOST_OWN)
)
OWN = (
    sa.select(CourseRequest)
    .options(joinedload(CourseRequest.course))
    .where(CourseRequest.staff_id == sa.bindparam("staff_id"))
    .order_by(CourseRequest.id.desc())
    .limit(MOST_OWN)
)


def waiting(actor: Actor, course_id: int) -> CourseRequest | None:
    """Return the actor's own request for a course that is there."""
    return db.session.scalar(WAITING, {"staff_id": actor.staff_id, "course_id": course_id})


def waiting_for(course_id: int) -> list[tuple[str, int]]:
    """Return how many people of each organisation wait for a course, most first."""
    return [(name, people) for name, people in db.session.execute(WAITING_FOR, {"course_id": course_id})]


def take_back(actor: Actor, request_id: int) -> None:
    """Take an own request back. Raises NotFoundError."""
    request = db.session.get(CourseRequest, request_id)
    if request is None or request.staff_id != actor.staff_id:
        raise NotFoundError
    db.session.delete(request)


def remove(actor: Actor, request_id: int) -> None:
    """Remove what a visitor asked for; only who writes courses for all may. Raises NotFoundError."""
    request = db.session.get(CourseRequest, request_id)
    if request is None or request.staff_id is not None or not actor.scope(Permission.WRITE_COURSES).everywhere:
        raise NotFoundError
    db.session.delete(request)


def requests_for(actor: Actor) -> sa.Select[CourseRequest]:
    """Return the statement of the requests of the actor's organisations, latest first; of visitors, too, for who writes for all."""
    return (
        sa.select(CourseRequest)
        .options(joinedload(CourseRequest.organisation), joinedload(CourseRequest.course))
        .where(actor.scope(Permission.WRITE_COURSES).where(CourseRequest.organisation_id))
        .order_by(CourseRequest.id.desc())
    )


def own(actor: Actor) -> Sequence[CourseRequest]:
    """Return what the actor asked for, latest first."""
    return db.session.scalars(OWN, {"staff_id": actor.staff_id}).all()
