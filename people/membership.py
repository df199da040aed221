"""Memberships (所属): who belongs to which organisation on a day, and whom a coordinator may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager

from kernel import clock
from kernel.database import TODAY, db
from kernel.errors import NotFoundError
from kernel.spelling import folded, folded_number
from kernel.text import normalised

from people.models import ConcurrentPost, Membership, Role, RoleGrant, Section, SizeClass, Staff
from people.permission import Actor, Permission

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from sqlalchemy.sql import ColumnElement


def is_current(day: dt.date | None = None) -> ColumnElement[bool]:
    """Return the condition that a membership holds on a day, by default today."""
    then = TODAY if day is None else day
    return sa.and_(Membership.joined_on <= then, sa.or_(Membership.left_on.is_(None), Membership.left_on > then))


def is_not_over() -> ColumnElement[bool]:
    """Return the condition that a membership holds today or will: a transfer is entered before its day."""
    return sa.or_(Membership.left_on.is_(None), Membership.left_on > clock.today())


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a membership is one whose person the actor manages."""
    return actor.scope(Permission.MANAGE_STAFF).where(Membership.organisation_id)


def is_in_section(section_id: sa.SQLColumnExpression[Any] | int) -> ColumnElement[bool]:
    """Return the condition that a membership is in a section, or in one below it, by the own post or today by a concurrent one (兼務)."""
    mine, whole = aliased(Section), aliased(Section)
    own = sa.exists().where(mine.id == Membership.section_id, whole.id == section_id, mine.path.startswith(whole.path))
    # the membership is of the question, however deep this stands in it
    return sa.or_(own.correlate_except(mine, whole), _held_within(section_id, sa.literal(1)).exists())


def concurrently_since(section_id: sa.SQLColumnExpression[Any] | int) -> sa.ScalarSelect[dt.date | None]:
    """Return since when a membership has been in a section, or in one below it, by a concurrent post that is held today; to be read with a statement."""
    return _held_within(section_id, sa.func.max(ConcurrentPost.begins_on)).scalar_subquery()


def _held_within(section_id: sa.SQLColumnExpression[Any] | int, what: ColumnElement[Any]) -> sa.Select[Any]:
    """Select of the concurrent posts that a membership holds today in a section, or in one below it."""
    its, whole = aliased(Section), aliased(Section)
    return (
        sa.select(what)
        .select_from(ConcurrentPost, its, whole)
        .where(
            ConcurrentPost.membership_id == Membership.id,
            ConcurrentPost.begins_on <= TODAY,
            sa.or_(ConcurrentPost.ends_on.is_(None), ConcurrentPost.ends_on > TODAY),
            its.id == ConcurrentPost.section_id,
            whole.id == section_id,
            its.path.startswith(whole.path),
        )
        .correlate_except(ConcurrentPost, its, whole)
    )


def is_seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a membership is one whose duties the actor may see: of the office, or of the section whose head they are.

    The section, those below it and the role are those of today.
    """
    of_office = actor.scope(Permission.ENROL_STAFF).where(Membership.organisation_id)
    if not actor.holds(Role.HEAD):
        return of_office
    chief = aliased(Membership)
    of_section = sa.exists().where(
        chief.staff_id == actor.staff_id,
        chief.joined_on <= TODAY,
        sa.or_(chief.left_on.is_(None), chief.left_on > TODAY),
        RoleGrant.membership_id == chief.id,
        RoleGrant.role == Role.HEAD,
        RoleGrant.is_held(TODAY),
        is_in_section(chief.section_id),
    )
    return sa.or_(of_office, of_section)


def managed_memberships(
    actor: Actor, text: str = "", permission: Permission = Permission.MANAGE_STAFF
) -> sa.Select[Membership]:
    """Return the statement of the present and coming memberships for which the actor holds a permission, by reading.

    Each word of `text` is looked for, in any spelling, in name, reading, e-mail address, staff number, department and post.
    """
    statement = (
        sa.select(Membership)
        .join(Membership.staff)
        .join(Membership.organisation)
        .options(contains_eager(Membership.staff), contains_eager(Membership.organisation))
        .where(actor.scope(permission).where(Membership.organisation_id), is_not_over())
        .order_by(Staff.reading, Staff.id)
    )
    return statement.where(*are_said_by(text))


def are_said_by(text: str) -> list[ColumnElement[bool]]:
    """Return the conditions that each word of a text is said, in any spelling, by a membership or its person."""
    return [_is_said_by(word) for word in normalised(text).split()]


def _is_said_by(word: str) -> ColumnElement[bool]:
    number = folded_number(word)
    return sa.or_(
        Staff.search_key.contains(folded(word), autoescape=True),
        Membership.number_key == number,
        sa.func.ltrim(Membership.number_key, "0") == (number.lstrip("0") or number),
        Membership.department.contains(word, autoescape=True),
        Membership.post.contains(word, autoescape=True),
    )


def managed_membership(actor: Actor, membership_id: int) -> Membership:
    """Return a present or coming membership the actor manages, with person, organisation and roles. Raises NotFoundError."""
    row = (
        db.session.scalars(
            sa.select(Membership)
            .join(Membership.staff)
            .join(Membership.organisation)
            .outerjoin(Membership.grants)
            .options(
                contains_eager(Membership.staff),
                contains_eager(Membership.organisation),
                contains_eager(Membership.grants).joinedload(RoleGrant.acts_for),
            )
            .where(visible_to(actor), is_not_over(), Membership.id == membership_id)
            .execution_options(populate_existing=True)
        )
        .unique()
        .one_or_none()
    )
    if row is None:
        raise NotFoundError
    return row


def managed_among(actor: Actor, ids: Collection[int]) -> Sequence[Membership]:
    """Return those of some present or coming memberships that the actor manages, by reading; others are left out."""
    return db.session.scalars(managed_memberships(actor).where(Membership.id.in_(ids))).all()


@dataclass(frozen=True)
class Member:
    """A person as a member of an organisation."""

    staff_id: int
    name: str
    organisation_id: int
    size_class: SizeClass


def section_of(person: Member) -> sa.ScalarSelect[int | None]:
    """Return the section in which a person is in the organisation for which they act, to be read with a statement."""
    return (
        sa.select(Membership.section_id)
        .where(
            Membership.staff_id == person.staff_id, Membership.organisation_id == person.organisation_id, is_current()
        )
        .order_by(Membership.id)
        .limit(1)
        .scalar_subquery()
    )
