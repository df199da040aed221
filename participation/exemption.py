"""Exemption (免除・期限の延長): an office lets one of its staff off a required course, or gives them more time, and says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.membership import is_current
from people.models import Membership, Staff
from people.permission import Permission

from courses.models import Course, CourseEdition

from participation.models import Exemption

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from people.permission import Actor


@dataclass(frozen=True)
class Exempt:
    """Why somebody is let off a course; until when they have time instead, or None for good."""

    reason: str
    until: dt.date | None


def is_of(membership_id: sa.SQLColumnExpression[int], course_id: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Return the condition that an exemption is of a membership and a course."""
    return sa.and_(Exemption.membership_id == membership_id, Exemption.course_id == course_id)


def exempt(actor: Actor, keys: Collection[tuple[int, int]], command: Exempt) -> int:
    """Let staff off courses, each named by membership and course, or give them until a day; return how many duties that were.

    What was said of the same before is replaced. Raises NotFoundError for somebody else's staff, InvalidError for a day past.
    """
    if command.until and command.until < clock.today():
        message = "新しい期限は、今日か、今日より後の日にしてください。"
        raise InvalidError(message, field="until")
    names = _names(actor, {membership_id for membership_id, _course in keys})
    titles = _titles({course_id for _membership, course_id in keys})
    for membership_id, course_id in keys:
        if membership_id not in names or course_id not in titles:
            raise NotFoundError
        _take_out(membership_id, course_id)
        db.session.add(
            Exemption(
                membership_id=membership_id, course_id=course_id, reason=command.reason, until=command.until,
                given_by_id=actor.staff_id, given_at=clock.now(),
            )
        )  # fmt: skip
        name, organisation_id = names[membership_id]
        act = Act.EXTENDED if command.until else Act.EXEMPTED
        audit.record(actor, act, f"{name}:{titles[course_id]}", organisation_id=organisation_id)
    db.session.flush()
    return len(keys)


def take_back(actor: Actor, membership_id: int, course_id: int) -> None:
    """Let a required course count for somebody as before. Raises NotFoundError."""
    names, titles = _names(actor, {membership_id}), _titles({course_id})
    if membership_id not in names or course_id not in titles or not _take_out(membership_id, course_id):
        raise NotFoundError
    name, organisation_id = names[membership_id]
    audit.record(actor, Act.EXEMPTION_ENDED, f"{name}:{titles[course_id]}", organisation_id=organisation_id)
    db.session.flush()


def _take_out(membership_id: int, course_id: int) -> bool:
    found = db.session.execute(
        sa.delete(Exemption)
        .where(Exemption.membership_id == membership_id, Exemption.course_id == course_id)
        .returning(Exemption.membership_id)
    ).all()
    return bool(found)


def _names(actor: Actor, ids: Collection[int]) -> dict[int, tuple[str, int]]:
    rows = db.session.execute(
        sa.select(Membership.id, Staff.name, Membership.organisation_id)
        .join(Staff, Staff.id == Membership.staff_id)
        .where(
            Membership.id.in_(ids), is_current(), actor.scope(Permission.ENROL_STAFF).where(Membership.organisation_id)
        )
    )
    return {row.id: (row.name, row.organisation_id) for row in rows}


def _titles(ids: Collection[int]) -> dict[int, str]:
    rows = db.session.execute(
        sa.select(Course.id, CourseEdition.title)
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .where(Course.id.in_(ids))
    )
    return {row.id: row.title for row in rows}
