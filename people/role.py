"""Roles (役割): given and taken, by nobody who holds less; no organisation loses its last administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, ForbiddenError

from people import audit
from people.act import Act
from people.audit import Change
from people.membership import is_current, is_not_over, managed_membership
from people.models import Membership, Organisation, Role, RoleGrant

if TYPE_CHECKING:
    from collections.abc import Collection

    from people.permission import Actor


def beyond(actor: Actor, staff_ids: Collection[int]) -> set[int]:
    """Return which people hold, or will hold, anywhere a role that the actor could not grant there.

    Who hands over a link or corrects the e-mail address could else act as somebody who may do more.
    """
    held = db.session.execute(
        sa.select(Membership.staff_id, Membership.organisation_id, RoleGrant.role)
        .join(RoleGrant, RoleGrant.membership_id == Membership.id)
        .where(Membership.staff_id.in_(staff_ids), Membership.staff_id != actor.staff_id, is_not_over())
    )
    return {staff_id for staff_id, organisation_id, role in held if role not in actor.grantable(organisation_id)}


def check_may_act_for(actor: Actor, *staff_ids: int) -> None:
    """Raise ForbiddenError where one of some people is `beyond` the actor."""
    if beyond(actor, staff_ids):
        message = (
            "研修担当などの役割を持つ人の登録やリンクは、管理者か事務局が扱います。管理者か事務局に頼んでください。"
        )
        raise ForbiddenError(message)


def set_roles(actor: Actor, membership_id: int, roles: set[Role]) -> Membership:
    """Give a membership exactly these roles beyond that of staff, for good; what it holds as a deputy stays.

    Raises ForbiddenError where a role given or taken entitles to more than the actor holds there, and
    ConflictError where an organisation would lose its last administrator.
    """
    membership = managed_membership(actor, membership_id)
    held = {grant.role for grant in membership.grants if not grant.is_of_a_deputy}
    _check_grants_allowed(actor, membership, removed=held - roles, added=roles - held)
    for grant in membership.grants:
        if grant.is_of_a_deputy and grant.role in roles:  # from now on for good
            grant.granted_at, grant.granted_by_id = clock.now(), actor.staff_id
            grant.begins_on, grant.ends_on, grant.acts_for_id = None, None, None
            held.add(grant.role)
    membership.grants = [
        *(grant for grant in membership.grants if grant.role in roles or grant.is_of_a_deputy),
        *(
            RoleGrant(role=role, granted_by_id=actor.staff_id)
            for role in sorted(roles - held, key=lambda role: role.value)
        ),
    ]
    end_deputies(actor, membership, held - roles)
    audit.record(
        actor,
        Act.ROLES_CHANGED,
        membership.staff.name,
        organisation_id=membership.organisation_id,
        change=Change(sorted(role.label for role in held), sorted(role.label for role in roles)),
    )
    db.session.flush()
    return membership


def end_deputies(actor: Actor | None, membership: Membership, taken_away: set[Role]) -> None:
    """Take from deputies of a member the roles that the member holds no more: nobody stands in for what is not there."""
    in_office = sa.select(Membership.id).where(Membership.organisation_id == membership.organisation_id)
    of_deputies = (
        RoleGrant.acts_for_id == membership.staff_id, RoleGrant.role.in_(taken_away), RoleGrant.membership_id.in_(in_office),
    )  # fmt: skip
    ended = db.session.scalars(sa.select(RoleGrant.membership_id).where(*of_deputies)).all()
    if not ended:
        return
    for row in db.session.scalars(sa.select(Membership).options(joinedload(Membership.staff)).where(Membership.id.in_(ended))):  # fmt: skip
        audit.record(actor, Act.DEPUTY_ENDED, row.staff.name, organisation_id=row.organisation_id, membership=row.id)
    db.session.execute(sa.delete(RoleGrant).where(*of_deputies))


def _check_grants_allowed(
    actor: Actor,
    membership: Membership,
    *,
    removed: set[Role],
    added: set[Role] = frozenset(),  # type: ignore[assignment]
) -> None:
    check_may_grant(actor, membership, removed | added)
    if Role.ADMINISTRATOR in removed:
        check_not_last_administrator(membership)


def check_may_grant(actor: Actor, membership: Membership, roles: set[Role]) -> None:
    """Raise ForbiddenError where one of the roles is not the actor's to give or take."""
    grantable = actor.grantable(membership.organisation_id)
    if beyond := [role.label for role in roles if role not in grantable]:
        message = f"この役割を変更できるのは、管理者か事務局だけです（{'、'.join(sorted(beyond))}）。"
        raise ForbiddenError(message)


def check_not_last_administrator(membership: Membership) -> None:
    """Raise ConflictError where nobody else administers the organisation from now on."""
    if not _other_administrators(membership):
        message = "この団体のただ一人の管理者です（所属の終わりが決まっている人を除きます）。先に別の人を管理者にしてください。"
        raise ConflictError(message)


def _other_administrators(membership: Membership) -> int:
    """Count the others who are there today and whose end is not set: of several who will leave, one may not.

    The organisation's row is locked, so that two cannot go at once.
    """
    db.session.execute(
        sa.select(Organisation.id).where(Organisation.id == membership.organisation_id).with_for_update()
    )
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Membership)
            .join(Membership.grants)
            .where(
                Membership.organisation_id == membership.organisation_id,
                Membership.id != membership.id,
                RoleGrant.role == Role.ADMINISTRATOR,
                RoleGrant.ends_on.is_(None),
                is_current(),
                Membership.left_on.is_(None),
            )
        )
        or 0
    )
