"""Keeping (担当と見直し): who looks after a course, and when it is read again, so that nothing stands in the catalogue that is out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError

from people import audit
from people.act import Act
from people.membership import is_current
from people.models import Membership, RoleGrant, Staff
from people.permission import PERMISSIONS, Actor, Permission

from courses.models import Course, CourseKeeping

if TYPE_CHECKING:
    import datetime as dt

WRITERS = [role for role, permissions in PERMISSIONS.items() if Permission.WRITE_COURSES in permissions]


def keeping_of(course_id: int) -> CourseKeeping | None:
    """Return who looks after a course and when it is read again, where that is said."""
    return db.session.scalar(
        sa.select(CourseKeeping).options(joinedload(CourseKeeping.kept_by)).where(CourseKeeping.course_id == course_id)
    )


def writers_of(organisation_id: int) -> list[tuple[int, str]]:
    """Return who writes courses for an organisation today, by reading."""
    rows = db.session.execute(
        sa.select(Staff.id, Staff.name, Staff.reading)
        .join(Membership, Membership.staff_id == Staff.id)
        .join(RoleGrant, RoleGrant.membership_id == Membership.id)
        .where(Membership.organisation_id == organisation_id, is_current(), RoleGrant.role.in_(WRITERS))
        .distinct()
        .order_by(Staff.reading, Staff.id)
    )
    return [(staff_id, name) for staff_id, name, _reading in rows]


def keep(actor: Actor, course: Course, kept_by_id: int | None, review_on: dt.date | None) -> None:
    """Say who looks after a course and when it is read again. Raises InvalidError for a day that is past."""
    row = db.session.get(CourseKeeping, course.id) or CourseKeeping(course_id=course.id)
    if review_on and review_on < clock.today() and review_on != row.review_on:
        message = "見直しの日は、今日か、今日より後の日にしてください。"
        raise InvalidError(message, field="review_on")
    row.kept_by_id, row.review_on = kept_by_id, review_on
    db.session.add(row)
    audit.record(actor, Act.KEEPING_SET, course.slug, organisation_id=course.owner_id)
    db.session.flush()


def to_be_reviewed(*more: sa.ColumnElement[bool]) -> sa.Select[CourseKeeping]:
    """Select the published courses whose day has come, the longest waiting first; `more` are conditions on courses or their keeping."""
    return (
        sa.select(CourseKeeping)
        .join(CourseKeeping.course)
        .options(joinedload(CourseKeeping.course).joinedload(Course.published))
        .where(CourseKeeping.review_on <= clock.today(), Course.published_id.is_not(None), *more)
        .order_by(CourseKeeping.review_on, CourseKeeping.course_id)
    )
