"""Who is offered (異動の申し出): the people whom one organisation hands over to another, as each side asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel.database import db
from kernel.errors import NotFoundError

from people.joining.models import STANDING, OfferState, TransferOffer
from people.membership import is_not_over
from people.models import Membership, Staff
from people.permission import Permission

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from people.permission import Actor


def offers(where: sa.ColumnElement[bool], *states: OfferState) -> sa.Select[TransferOffer]:
    """Return the statement of offers with person, roles and both organisations, by day and reading."""
    statement = (
        sa.select(TransferOffer)
        .join(TransferOffer.membership)
        .join(Membership.staff)
        .options(
            contains_eager(TransferOffer.membership).contains_eager(Membership.staff),
            contains_eager(TransferOffer.membership).selectinload(Membership.grants),
            joinedload(TransferOffer.from_organisation),
            joinedload(TransferOffer.to_organisation),
        )
        .where(where, Staff.erased_at.is_(None))
        .order_by(TransferOffer.day, Staff.reading, TransferOffer.id)
    )
    return statement.where(TransferOffer.state.in_(states)) if states else statement


def from_own(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that an offer is one of an organisation whose staff the actor manages."""
    return actor.scope(Permission.MANAGE_STAFF).where(TransferOffer.from_id)


def to_own(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that an offer is one to an organisation whose staff the actor manages."""
    return actor.scope(Permission.MANAGE_STAFF).where(TransferOffer.to_id)


def offered(actor: Actor, offer_id: int) -> TransferOffer:
    """Return an offer to the actor's own organisation that waits for an answer. Raises NotFoundError."""
    row = db.session.scalars(
        offers(to_own(actor), OfferState.OFFERED).where(TransferOffer.id == offer_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row


def chosen_from_own(actor: Actor, ids: Collection[int]) -> Sequence[TransferOffer]:
    """Return those of an organisation's own offers that were chosen."""
    return db.session.scalars(offers(from_own(actor), *STANDING).where(TransferOffer.id.in_(ids))).all()


def waiting(actor: Actor) -> int:
    """Return how many people other organisations offer to the actor's own, and wait for an answer."""
    own = TransferOffer.to_id.in_(actor.organisation_ids)
    statement = sa.select(sa.func.count()).where(to_own(actor), own, TransferOffer.state == OfferState.OFFERED)
    return db.session.scalar(statement) or 0


def next_day(organisation_id: int) -> dt.date | None:
    """Return the first day on which somebody is offered to an organisation without an answer."""
    open_ones = sa.and_(TransferOffer.to_id == organisation_id, TransferOffer.state == OfferState.OFFERED)
    return db.session.scalar(sa.select(sa.func.min(TransferOffer.day)).where(open_ones))


def offered_to(organisation_id: int) -> Sequence[TransferOffer]:
    """Return whom others offer to an organisation, who are still there."""
    where = sa.and_(TransferOffer.to_id == organisation_id, is_not_over())
    return db.session.scalars(offers(where, OfferState.OFFERED)).all()
