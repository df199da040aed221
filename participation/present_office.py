"""The present office: who looks after an enrolment once somebody has moved. What is open goes by today's membership, history by the former.

An enrolment keeps the organisation from which it was made; a right over the person who learns ends there with the
membership (個人情報保護法 66条・69条).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db

from people.membership import is_current
from people.models import Membership
from people.permission import Actor, Permission

from participation.models import OPEN_STATES, Enrolment

if TYPE_CHECKING:
    from sqlalchemy.sql import ColumnElement


def _belongs(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return sa.exists().where(Membership.staff_id == Enrolment.staff_id, is_current(), *where).correlate(Enrolment)


def is_looked_after_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may act on an enrolment of staff.

    Closed: where it was made. Open: where the person belongs now; who has left altogether is still looked after by the
    office of the enrolment, which gives the place back.
    """
    scope = actor.scope(Permission.ENROL_STAFF)
    made_here, is_open = scope.where(Enrolment.organisation_id), Enrolment.state.in_(OPEN_STATES)
    stays = _belongs(Membership.organisation_id == Enrolment.organisation_id)
    return sa.or_(
        sa.and_(made_here, sa.or_(~is_open, stays, ~_belongs())),
        sa.and_(is_open, ~stays, _belongs(scope.where(Membership.organisation_id))),
    )


def office_of(enrolment: Enrolment) -> int:
    """Return the organisation for which somebody learns today: that of the enrolment, or where they have moved since."""
    today = db.session.scalars(
        sa.select(Membership.organisation_id)
        .where(Membership.staff_id == enrolment.staff_id, is_current())
        .order_by(Membership.joined_on, Membership.id)
    ).all()
    return enrolment.organisation_id if enrolment.organisation_id in today or not today else today[0]
