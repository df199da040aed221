"""The actor: who acts, by what the session cookie names, with the roles held today."""

from __future__ import annotations

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from people.models import Membership, Organisation, Role, RoleGrant, Staff
from people.permission import Actor

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
