"""Keeping (担当と見直し): who looks after a course, and when it is read again, so that nothing stands in the catalogue that is out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import TODAY, commit_part, db
from kernel.errors import InvalidError

from people import audit
from people.act import Act
from people.membership import is_current, managed_membership
from people.models import Membership, RoleGrant, Staff
from people.permission import Actor, Permission, roles_with

from courses.models import Course, CourseKeeping, Successor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

WRITERS = roles_with(Permission.WRITE_COURSES)


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
        .where(
            Membership.organisation_id == organisation_id,
            is_current(),
            RoleGrant.role.in_(WRITERS),
            RoleGrant.is_held(TODAY),
        )
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


def name_successor(actor: Actor, membership_id: int, successor_id: int | None) -> bool:
    """Say who takes over what a member looks after, once they have left; None for nobody. Return whether that is new.

    Raises NotFoundError for somebody the actor does not manage, InvalidError for one who writes no courses there.
    """
    member = managed_membership(actor, membership_id)
    if successors_of([membership_id]).get(membership_id) == successor_id:
        return False
    db.session.execute(sa.delete(Successor).where(Successor.membership_id == membership_id))
    if successor_id:
        if successor_id == member.staff_id or successor_id not in dict(writers_of(member.organisation_id)):
            message = "引き継ぐ人には、この団体のほかの研修担当を選んでください。"
            raise InvalidError(message, field="successor_id")
        db.session.add(Successor(membership_id=membership_id, successor_id=successor_id, named_by_id=actor.staff_id))
    audit.record(
        actor, Act.SUCCESSOR_NAMED, member.staff.name, organisation_id=member.organisation_id, membership=membership_id
    )
    db.session.flush()
    return True


def kept_by(organisation_id: int, staff_ids: Collection[int]) -> Sequence[CourseKeeping]:
    """Return the courses of an organisation that some people look after, with the course as it is published."""
    return db.session.scalars(
        sa.select(CourseKeeping)
        .join(CourseKeeping.course)
        .options(contains_eager(CourseKeeping.course).joinedload(Course.published), joinedload(CourseKeeping.kept_by))
        .where(Course.owner_id == organisation_id, CourseKeeping.kept_by_id.in_(staff_ids))
        .order_by(CourseKeeping.course_id)
    ).all()


def looks_after(organisation_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a member looks after a course of an organisation."""
    kept = sa.select(CourseKeeping.kept_by_id).join(CourseKeeping.course).where(Course.owner_id == organisation_id)
    return Membership.staff_id.in_(kept)


def successors_of(membership_ids: Collection[int]) -> dict[int, int]:
    """Return who takes over from whom: the person, by membership."""
    rows = db.session.execute(
        sa.select(Successor.membership_id, Successor.successor_id).where(Successor.membership_id.in_(membership_ids))
    )
    return {row.membership_id: row.successor_id for row in rows}


def hand_over() -> int:
    """Let successors look after the courses of those who have left; return how many courses. The worker's daily task.

    Where a successor leaves, too, it is theirs who follows, whoever leaves first; nobody gets a course who does not write there on the day.
    """
    rows = db.session.execute(
        sa.select(Successor, Membership)
        .join(Membership, Membership.id == Successor.membership_id)
        .where(Membership.left_on <= clock.today())
        .order_by(Membership.left_on, Membership.id)
    ).all()
    after = {(member.organisation_id, member.staff_id): successor.successor_id for successor, member in rows}
    handed = 0
    for _successor, member in rows:
        last, seen = member.staff_id, set[int]()
        while (office := (member.organisation_id, last)) in after and last not in seen:
            seen.add(last)
            last = after[office]
        _follow(member, last)
        if _is_here_again(member):
            continue
        writes = last in dict(writers_of(member.organisation_id))
        for row in kept_by(member.organisation_id, [member.staff_id]):
            row.kept_by_id = last if writes else None
            audit.record(None, Act.HANDED_OVER, row.course.slug, organisation_id=member.organisation_id)
            handed += 1
        db.session.flush()
    for successor, _member in rows:
        db.session.delete(successor)
    commit_part()
    return handed


def to_be_reviewed(*more: sa.ColumnElement[bool]) -> sa.Select[CourseKeeping]:
    """Select the published courses whose day has come, the longest waiting first; `more` are conditions on courses or their keeping."""
    return (
        sa.select(CourseKeeping)
        .join(CourseKeeping.course)
        .options(joinedload(CourseKeeping.course).joinedload(Course.published))
        .where(CourseKeeping.review_on <= clock.today(), Course.published_id.is_not(None), *more)
        .order_by(CourseKeeping.review_on, CourseKeeping.course_id)
    )


def _follow(member: Membership, last: int) -> None:
    """Let whoever named a leaver as successor have the one who follows them: a leaver's own line goes with the day."""
    colleagues = sa.select(Membership.id).where(
        Membership.organisation_id == member.organisation_id, Membership.staff_id != last
    )
    db.session.execute(
        sa.update(Successor)
        .where(Successor.successor_id == member.staff_id, Successor.membership_id.in_(colleagues))
        .values(successor_id=last)
        .execution_options(synchronize_session="fetch")
    )


def _is_here_again(member: Membership) -> bool:
    here = sa.exists().where(
        Membership.staff_id == member.staff_id, Membership.organisation_id == member.organisation_id, is_current()
    )
    return bool(db.session.scalar(sa.select(here)))
