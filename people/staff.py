"""Staff (職員): who belongs to which organisation today, and whom a coordinator may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from kernel import clock
from kernel.database import db
from kernel.errors import ForbiddenError, NotFoundError
from kernel.text import VARIANTS, folded, normalised

from people.access import Actor, Permission
from people.models import Membership, Organisation, Role, RoleGrant, Staff

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


WHO_ACTS = (
    sa.select(Staff.name, Organisation.id, Organisation.name, RoleGrant.role)
    .select_from(Staff)
    .outerjoin(
        Membership,
        sa.and_(
            Membership.staff_id == Staff.id,
            Membership.joined_on <= sa.bindparam("today", type_=sa.Date()),
            sa.or_(Membership.left_on.is_(None), Membership.left_on > sa.bindparam("today", type_=sa.Date())),
        ),
    )
    .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
    .outerjoin(RoleGrant, RoleGrant.membership_id == Membership.id)
    .where(Staff.id == sa.bindparam("staff_id"), Staff.sign_in_epoch == sa.bindparam("epoch"))
    .order_by(Membership.joined_on, Membership.id, RoleGrant.role)
)


def load_actor(session_id: str) -> Actor | None:
    """Return the actor a session cookie names, or None where the person has signed out everywhere: one query."""
    staff_id, _, epoch = session_id.partition(":")
    if not (staff_id.isdigit() and epoch.isdigit()):
        return None
    rows = db.session.execute(WHO_ACTS, {"staff_id": int(staff_id), "epoch": int(epoch), "today": clock.today()}).all()
    if not rows:
        return None
    roles = dict.fromkeys(
        (organisation_id, role)
        for _name, organisation_id, _organisation, granted in rows
        if organisation_id is not None
        for role in (Role.STAFF, granted)
        if role is not None
    )
    name, organisation_id, organisation_name, _role = rows[0]
    return Actor(
        staff_id=int(staff_id),
        name=name,
        sign_in_epoch=int(epoch),
        organisation_id=organisation_id,
        organisation_name=organisation_name or "",
        roles=tuple(roles),
    )


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


def check_may_act_for(actor: Actor, staff_id: int) -> None:
    """Raise ForbiddenError where a person holds, anywhere, a role that the actor could not grant there.

    Who hands over a link or corrects the e-mail address could else act as somebody who may do more.
    """
    held = db.session.execute(
        sa.select(Membership.organisation_id, RoleGrant.role)
        .join(RoleGrant, RoleGrant.membership_id == Membership.id)
        .where(Membership.staff_id == staff_id, Membership.staff_id != actor.staff_id, is_current())
    )
    if any(role not in actor.grantable(organisation_id) for organisation_id, role in held):
        message = "あなたにない役割を持つ人です。その役割を持つ人(管理者か事務局)に頼んでください。"
        raise ForbiddenError(message)
