"""Memberships (所属): who belongs to which organisation on a day, and whom a coordinator may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from kernel import clock
from kernel.database import db
from kernel.errors import NotFoundError
from kernel.text import VARIANTS, folded, normalised

from people.models import Membership, SizeClass, Staff
from people.permission import Actor, Permission

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.sql import ColumnElement


def is_current(day: dt.date | None = None) -> ColumnElement[bool]:
    """Return the condition that a membership holds on a day, by default today."""
    day = day or clock.today()
    return sa.and_(Membership.joined_on <= day, sa.or_(Membership.left_on.is_(None), Membership.left_on > day))


def is_not_over() -> ColumnElement[bool]:
    """Return the condition that a membership holds today or will: a transfer is entered before its day."""
    return sa.or_(Membership.left_on.is_(None), Membership.left_on > clock.today())


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a membership is one whose person the actor manages."""
    return actor.scope(Permission.MANAGE_STAFF).where(Membership.organisation_id)


def managed_memberships(
    actor: Actor, text: str = "", permission: Permission = Permission.MANAGE_STAFF
) -> sa.Select[Membership]:
    """Return the statement of the present and coming memberships for which the actor holds a permission, by reading.

    `text` is looked for in name, reading, staff number and department.
    """
    statement = (
        sa.select(Membership)
        .join(Membership.staff)
        .join(Membership.organisation)
        .options(contains_eager(Membership.staff), contains_eager(Membership.organisation))
        .where(actor.scope(permission).where(Membership.organisation_id), is_not_over())
        .order_by(Staff.reading, Staff.id)
    )
    if text:
        typed = normalised(text)
        katakana = folded(text).translate({code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)})
        statement = statement.where(
            sa.or_(
                _usual(Staff.name).contains(typed.translate(VARIANTS), autoescape=True),
                Staff.reading.contains(katakana, autoescape=True),
                Membership.staff_number == typed,
                Membership.department.contains(typed, autoescape=True),
            )
        )
    return statement


def _usual(name: ColumnElement[str] | Any) -> ColumnElement[str]:
    """Return a name with the characters that people type: 高橋 for 髙橋."""
    for variant, usual in VARIANTS.items():
        name = sa.func.replace(name, chr(variant), chr(usual))
    return name


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
                contains_eager(Membership.grants),
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


@dataclass(frozen=True)
class Member:
    """A person as a member of an organisation."""

    staff_id: int
    name: str
    organisation_id: int
    size_class: SizeClass
