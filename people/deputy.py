"""Deputies (代理): somebody holds the role of a colleague who is away, from a day to the last one; the log says for whom."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import commit_part, db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.membership import is_current, managed_membership
from people.models import Membership, Role, RoleGrant, Staff
from people.recognition import Unclear, directory, lines_of, meant
from people.role import check_may_grant

if TYPE_CHECKING:
    from people.permission import Actor

LONGEST = dt.timedelta(days=366)
CAN_BE_HELD = (Role.HEAD, Role.COORDINATOR, Role.ADMINISTRATOR)
"""The roles of an office that somebody may hold for another."""


@dataclass(frozen=True)
class Appoint:
    """Who stands in for somebody, in which of their roles, from which day to which last one."""

    deputy_id: int
    role: Role
    begins_on: dt.date
    last_day: dt.date


def appoint(actor: Actor, membership_id: int, command: Appoint) -> RoleGrant:
    """Let somebody hold a role of a colleague for a time; an earlier time of the same deputy in the same role is replaced.

    Raises NotFoundError for people the actor does not manage, InvalidError for days in the wrong order or for the person themselves,
    ForbiddenError for a role that is not the actor's to give, ConflictError for one that the colleague does not hold or the deputy holds anyway.
    """
    absent, deputy = managed_membership(actor, membership_id), managed_membership(actor, command.deputy_id)
    if deputy.organisation_id != absent.organisation_id:
        raise NotFoundError
    _check_days(command)
    if deputy.id == absent.id:
        message = "代理には、ほかの人を選んでください。"
        raise InvalidError(message, field="deputy")
    check_may_grant(actor, deputy, {command.role})
    if not any(grant.role is command.role and not grant.is_of_a_deputy for grant in absent.grants):
        message = f"{absent.staff.name}さんは「{command.role.label}」ではありません。"
        raise ConflictError(message, field="role")
    held = next((grant for grant in deputy.grants if grant.role is command.role), None)
    if held and not held.is_of_a_deputy:
        message = f"{deputy.staff.name}さんは、すでに「{command.role.label}」です。"
        raise ConflictError(message, field="deputy")
    if held is None:
        held = RoleGrant(role=command.role)
        deputy.grants.append(held)
    held.granted_at, held.granted_by_id, held.acts_for_id = clock.now(), actor.staff_id, absent.staff_id
    held.begins_on, held.ends_on = command.begins_on, command.last_day + clock.DAY
    audit.record(
        actor, Act.DEPUTY_APPOINTED, deputy.staff.name, organisation_id=deputy.organisation_id,
        membership=deputy.id, role=command.role.value, absent=absent.staff_id,
        begins_on=command.begins_on.isoformat(), last_day=command.last_day.isoformat(),
    )  # fmt: skip
    db.session.flush()
    return held


def _check_days(command: Appoint) -> None:
    if command.last_day < max(command.begins_on, clock.today()):
        message = "終わりの日は、始まりの日と今日より後の日にしてください。"
        raise InvalidError(message, field="last_day")
    if command.last_day > command.begins_on + LONGEST:
        message = "代理は1年までです。続けるときは、あらためて決めてください。"
        raise InvalidError(message, field="last_day")


def roles_to_hold(actor: Actor, person: Membership) -> list[Role]:
    """Return the roles of a person, with the grants loaded, that the actor may let somebody else hold for a time."""
    own = {grant.role for grant in person.grants if not grant.is_of_a_deputy}
    grantable = actor.grantable(person.organisation_id)
    return [role for role in CAN_BE_HELD if role in own and role in grantable]


def meant_in(organisation_id: int, text: str) -> int:
    """Return the membership of the one of an organisation whom a number, an address or a name means. Raises InvalidError."""
    lines = lines_of(text)
    found = meant(lines[0], directory(Membership.organisation_id == organisation_id))
    if isinstance(found, Unclear) or len(lines) > 1:
        message = "この団体の職員一人の、職員番号か氏名を入力してください。" if len(lines) > 1 else f"{found.label}。"  # type: ignore[union-attr]
        raise InvalidError(message, field="deputy")
    return db.session.scalars(
        sa.select(Membership.id)
        .where(Membership.staff_id == found.staff_id, Membership.organisation_id == organisation_id, is_current())
        .limit(1)
    ).one()


def deputies_of(membership: Membership) -> list[tuple[str, RoleGrant]]:
    """Return who stands in for a member, by name, and in which role."""
    rows = db.session.execute(
        sa.select(Staff.name, RoleGrant)
        .join(Membership, Membership.id == RoleGrant.membership_id)
        .join(Staff, Staff.id == Membership.staff_id)
        .where(
            RoleGrant.acts_for_id == membership.staff_id,
            Membership.organisation_id == membership.organisation_id,
            RoleGrant.ends_on > clock.today(),
        )
        .order_by(RoleGrant.begins_on, Staff.reading)
    )
    return [(name, grant) for name, grant in rows]


def end(actor: Actor, membership_id: int) -> str:
    """End all that a member holds as a deputy; return the name. Raises NotFoundError, ForbiddenError for a role that is not the actor's to take."""
    membership = managed_membership(actor, membership_id)
    held = [grant for grant in membership.grants if grant.is_of_a_deputy]
    check_may_grant(actor, membership, {grant.role for grant in held})
    membership.grants = [grant for grant in membership.grants if grant not in held]
    audit.record(
        actor,
        Act.DEPUTY_ENDED,
        membership.staff.name,
        organisation_id=membership.organisation_id,
        membership=membership.id,
    )
    db.session.flush()
    return membership.staff.name


def end_over() -> int:
    """Take the roles of deputies whose time is over; return how many. They give no right from that day on, whether or not this was done."""
    gone = db.session.execute(sa.delete(RoleGrant).where(RoleGrant.ends_on <= clock.today())).rowcount  # type: ignore[attr-defined]
    commit_part()
    return int(gone)
