"""The second person (確認する人): what is published for others was read by somebody who neither wrote it nor handed it in.

Who may publish, and for whom:

* a course: a colleague of the organisation that writes it, or the secretariat;
* a curriculum for the own organisation only: the same;
* a curriculum for all: the secretariat, because it becomes compulsory for people of other organisations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.database import TODAY

from people.membership import is_current
from people.models import Membership, Role, RoleGrant
from people.permission import PERMISSIONS, Actor, Permission

if TYPE_CHECKING:
    from sqlalchemy.sql import ColumnElement

ENTITLED = [role for role in Role if Permission.WRITE_COURSES in PERMISSIONS[role]]


def is_second_person(actor: Actor, edition: Any, owner_id: Any, only_secretariat: Any = None) -> ColumnElement[bool]:
    """Return the condition that the actor is a second person for an edition: neither its author nor who handed it in.

    `edition` is a table with author_id, handed_in_by_id and changed_at, `owner_id` its organisation, `only_secretariat` tells
    which are for the secretariat to approve. The role must be older than the hand-in, and given by neither of the two:
    nobody makes a second person of themselves.
    """
    own = [sa.func.coalesce(column, 0) for column in (edition.author_id, edition.handed_in_by_id)]
    given_by = sa.func.coalesce(RoleGrant.granted_by_id, -1)
    is_colleague = Membership.organisation_id == owner_id
    if only_secretariat is not None:
        is_colleague = sa.and_(is_colleague, sa.not_(only_secretariat))
    return sa.and_(
        *(column != actor.staff_id for column in own),
        sa.exists()
        .where(
            Membership.id == RoleGrant.membership_id,
            Membership.staff_id == actor.staff_id,
            sa.or_(is_colleague, RoleGrant.role == Role.SECRETARIAT),
            is_current(),
            RoleGrant.role.in_(ENTITLED),
            RoleGrant.is_held(TODAY),
            RoleGrant.granted_at <= edition.changed_at,
            *(given_by != column for column in own),
        )
        .correlate_except(Membership, RoleGrant),
    )
