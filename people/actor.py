"""The actor: who acts, by the sign-in that a cookie names, with the roles held today."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.secret import digest

from people.models import Membership, OpenSignIn, Organisation, Role, RoleGrant, Staff
from people.permission import EVERYWHERE, Actor

if TYPE_CHECKING:
    from sqlalchemy.sql import ColumnElement

IDLE = dt.timedelta(hours=4)
"""How long a sign-in at which nothing is done goes on: half a working day (ASVS 5.0, 7.3.1)."""
LONGEST = dt.timedelta(hours=12)
"""How long any sign-in goes on (ASVS 5.0, 7.3.2)."""
SEEN_EVERY = dt.timedelta(minutes=10)

NEED_A_SECOND_FACTOR = frozenset({Role.ADMINISTRATOR, Role.SECRETARIAT})
"""Roles that are had only at a sign-in that was proved twice, where the installation asks for it (ASVS 5.0, 6.3.3)."""


class _Asked:
    """Whether a second factor is asked for, as the application was started."""

    second_factor = False


_asked = _Asked()


def ask_for_second_factor(*, wanted: bool) -> None:
    """Say, when the application starts, whether roles that may do much need a second factor."""
    _asked.second_factor = wanted


WHO = (
    sa.select(Staff.id, Staff.name, Organisation.id, Organisation.name, RoleGrant.role, RoleGrant.acts_for_id)
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
    .outerjoin(
        RoleGrant,
        sa.and_(RoleGrant.membership_id == Membership.id, RoleGrant.is_held(sa.bindparam("today", type_=sa.Date()))),
    )
    .order_by(Membership.joined_on, Membership.id, RoleGrant.role)
)
WHO_IT_IS = WHO.where(Staff.id == sa.bindparam("staff_id"), Staff.blocked_at.is_(None))
WHO_ACTS = (
    WHO.join(OpenSignIn, OpenSignIn.staff_id == Staff.id)
    .add_columns(
        OpenSignIn.id, OpenSignIn.seen_at, OpenSignIn.confirmed_at, OpenSignIn.second_factor_at, OpenSignIn.only_for_id
    )
    .where(
        OpenSignIn.seen_at > sa.bindparam("seen_since", type_=OpenSignIn.seen_at.type),
        OpenSignIn.began_at > sa.bindparam("began_since", type_=OpenSignIn.began_at.type),
    )
)

WHO_ACTS_BY_COOKIE = WHO_ACTS.where(OpenSignIn.token_digest == sa.bindparam("digest"))
WHO_ACTS_AT = WHO_ACTS.where(OpenSignIn.id == sa.bindparam("sign_in_id"))


def load_actor(token: str) -> Actor | None:
    """Return the actor whose sign-in a cookie names, or None where it has ended: one query.

    Without the second factor that they need, roles are left out.
    """
    return _signed_in(WHO_ACTS_BY_COOKIE, token, digest=digest(token))


def actor_at(sign_in_id: int) -> Actor | None:
    """Return the actor of a sign-in by its number, as `load_actor` does."""
    return _signed_in(WHO_ACTS_AT, "", sign_in_id=sign_in_id)


def _signed_in(statement: sa.Select[Any], token: str, **named: Any) -> Actor | None:
    now = clock.now()
    limits = {"seen_since": now - IDLE, "began_since": now - LONGEST}
    rows: Any = db.session.execute(statement, {"today": clock.today(), **limits, **named}).all()
    if not rows:
        return None
    sign_in_id, seen_at, confirmed_at, second_factor_at, only_for = rows[0][6:]
    if only_for is not None:  # whoever says so speaks for their own organisation, and for no role that holds everywhere
        rows = [row for row in rows if row[2] == only_for]
        if not rows:
            return None
    lacks = _asked.second_factor and second_factor_at is None and any(row[4] in NEED_A_SECOND_FACTOR for row in rows)
    had = [
        (*row[:4], None if (lacks and row[4] in NEED_A_SECOND_FACTOR) or (only_for and row[4] in EVERYWHERE) else row[4], row[5])
        for row in rows
    ]  # fmt: skip
    return _actor(
        had,
        token=token,
        sign_in_id=sign_in_id,
        seen_at=seen_at,
        confirmed_at=confirmed_at,
        lacks_second_factor=lacks,
        is_proved=second_factor_at is not None,
        only_for=only_for,
    )


def belongs_elsewhere(actor: Actor) -> bool:
    """Tell whether somebody belongs, belonged or will belong to another organisation than the one that has said who it is."""
    others = sa.exists().where(
        Membership.staff_id == actor.staff_id, Membership.organisation_id.is_distinct_from(actor.only_for)
    )
    return bool(db.session.scalar(sa.select(others)))


def goes_on() -> ColumnElement[bool]:
    """Return the condition that a sign-in has not ended by idleness or age."""
    now = clock.now()
    return sa.and_(OpenSignIn.seen_at > now - IDLE, OpenSignIn.began_at > now - LONGEST)


def note_seen(sign_in_id: int) -> None:
    """Note that something was done at a sign-in just now, unless that was noted a few minutes ago."""
    now = clock.now()
    db.session.execute(
        sa.update(OpenSignIn)
        .where(OpenSignIn.id == sign_in_id, OpenSignIn.seen_at < now - SEEN_EVERY)
        .values(seen_at=now),
        execution_options={"synchronize_session": False},
    )


def actor_of(staff_id: int) -> Actor | None:
    """Return a person as one who acts without having signed in here, or None where there is nobody who may: one query."""
    rows: Any = db.session.execute(WHO_IT_IS, {"staff_id": staff_id, "today": clock.today()}).all()
    return _actor(rows) if rows else None


def _actor(rows: Any, **of_sign_in: Any) -> Actor:
    roles = dict.fromkeys(
        (row[2], role) for row in rows if row[2] is not None for role in (Role.STAFF, row[4]) if role is not None
    )
    staff_id, name, organisation_id, organisation_name = rows[0][:4]
    return Actor(
        staff_id=staff_id,
        name=name,
        organisation_id=organisation_id,
        organisation_name=organisation_name or "",
        roles=tuple(roles),
        acts_for={row[2]: row[5] for row in rows if row[4] is not None and row[5] is not None},
        **of_sign_in,
    )
