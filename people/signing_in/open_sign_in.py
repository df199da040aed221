"""Open sign-ins (サインイン中の端末): begun at one device, and ended by the person, the own organisation, or time."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, NotFoundError
from kernel.secret import digest

from people import audit
from people.act import Act
from people.actor import goes_on, load_actor
from people.membership import managed_membership
from people.models import OpenSignIn, Staff
from people.role import check_may_act_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

BROWSERS = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS", "Mac OS X": "Mac", "Linux": "Linux"}  # fmt: skip
"""What a browser calls itself, the more telling sign first."""


def device_of(agent: str) -> str:
    """Return in words by what somebody came: the system and the browser, as far as they say so."""
    known = [next((name for sign, name in signs.items() if sign in agent), "") for signs in (SYSTEMS, BROWSERS)]
    return "・".join(filter(None, known)) or "不明な端末"


def begin(staff_id: int, address: str, agent: str, *, proved: bool = False, only_for: int | None = None) -> Actor:
    """Begin a sign-in; return the actor whose cookie names it. Those that have ended are forgotten.

    `proved`: a second factor was shown. `only_for`: the organisation that has said who it is.
    """
    now = clock.now()
    db.session.execute(sa.delete(OpenSignIn).where(~goes_on()))
    token = secrets.token_urlsafe(32)
    add(
        OpenSignIn(
            staff_id=staff_id, token_digest=digest(token), began_at=now, seen_at=now, confirmed_at=now, address=address,
            device=device_of(agent), second_factor_at=now if proved else None, only_for_id=only_for,
        )
    )  # fmt: skip
    begun = load_actor(token)
    assert begun is not None  # noqa: S101 - just begun
    return begun


def open_sign_ins(actor: Actor) -> Sequence[OpenSignIn]:
    """Return the own sign-ins that go on, the latest first."""
    return db.session.scalars(
        sa.select(OpenSignIn)
        .where(OpenSignIn.staff_id == actor.staff_id, goes_on())
        .order_by(OpenSignIn.began_at.desc(), OpenSignIn.id.desc())
    ).all()


def end(actor: Actor, sign_in_id: int | None) -> OpenSignIn:
    """End one of the own sign-ins. Raises NotFoundError where it is another's or has ended."""
    found = db.session.scalar(
        sa.select(OpenSignIn).where(OpenSignIn.staff_id == actor.staff_id, OpenSignIn.id == sign_in_id)
    )
    if found is None:
        raise NotFoundError
    db.session.delete(found)
    audit.record(actor, Act.SIGNED_OUT, actor.name, staff=actor.staff_id)
    db.session.flush()
    return found


def end_all(staff: Staff, but: Actor | None = None) -> None:
    """End every sign-in of a person, but perhaps the one at which somebody acts, and the private addresses that rest on them."""
    staff.sign_in_epoch += 1
    db.session.flush()
    end_others(staff.id, but)


def end_others(staff_id: int, but: Actor | None) -> None:
    """End every sign-in of a person but perhaps the one at which somebody acts; what else rests on the person stays."""
    here = but.sign_in_id if but else None
    db.session.execute(
        sa.delete(OpenSignIn).where(OpenSignIn.staff_id == staff_id, OpenSignIn.id.is_distinct_from(here))
    )


def end_elsewhere(actor: Actor) -> None:
    """End all own sign-ins but the present one."""
    end_all(db.session.get_one(Staff, actor.staff_id), but=actor)
    audit.record(actor, Act.SIGNED_OUT_EVERYWHERE, actor.name, staff=actor.staff_id)
    db.session.flush()


def end_for(actor: Actor, membership_id: int) -> Staff:
    """End every sign-in of a person the actor manages: a device was lost, or somebody else is at work with it.

    Raises NotFoundError, ForbiddenError for one who holds more.
    """
    membership = managed_membership(actor, membership_id)
    check_may_act_for(actor, membership.staff_id)
    end_all(membership.staff)
    audit.record(
        actor, Act.SIGN_INS_ENDED, membership.staff.name, organisation_id=membership.organisation_id, staff=membership.staff_id
    )  # fmt: skip
    db.session.flush()
    return membership.staff


def block(actor: Actor, membership_id: int, *, blocks: bool) -> Staff:
    """Stop the signing in of a person the actor manages, and end what goes on; or let them sign in again (ASVS 5.0, 7.4.2).

    Raises NotFoundError, ForbiddenError for one who holds more, ConflictError for oneself.
    """
    membership = managed_membership(actor, membership_id)
    check_may_act_for(actor, membership.staff_id)
    staff = membership.staff
    if staff.id == actor.staff_id:
        message = "自分のサインインは停止できません。ほかの研修担当か管理者に頼んでください。"
        raise ConflictError(message)
    staff.blocked_at = clock.now() if blocks else None
    if blocks:
        end_all(staff)
    act = Act.BLOCKED if blocks else Act.UNBLOCKED
    audit.record(actor, act, staff.name, organisation_id=membership.organisation_id, staff=staff.id)
    db.session.flush()
    return staff


def prove(sign_in_id: int | None) -> None:
    """Note that a second factor was shown just now."""
    db.session.execute(
        sa.update(OpenSignIn)
        .where(OpenSignIn.id == sign_in_id)
        .values(second_factor_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def confirm(actor: Actor) -> None:
    """Note that the password was given again just now."""
    db.session.execute(sa.update(OpenSignIn).where(OpenSignIn.id == actor.sign_in_id).values(confirmed_at=clock.now()))
