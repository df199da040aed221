"""Learning done elsewhere (ほかで学んだこと): declared by the person, confirmed by the coordinator; its provenance stays known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.permission import Actor, Permission

from participation.record.models import OutsideLearning, Provenance

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

MOST = 100


@dataclass(frozen=True)
class Declare:
    """What somebody learned elsewhere: what, where, when."""

    title: str
    provider: str
    learned_on: dt.date


def declare(actor: Actor, command: Declare) -> OutsideLearning:
    """Declare what one learned elsewhere.

    Raises InvalidError for a day that lies ahead, ConflictError for somebody who belongs nowhere or has declared too much.
    """
    if command.learned_on > clock.today():
        message = "終えた日は、今日までの日付にしてください。"
        raise InvalidError(message, field="learned_on")
    if actor.organisation_id is None:
        message = "いまの所属がないため、登録できません。研修担当に確かめてください。"
        raise ConflictError(message)
    if len(own(actor)) >= MOST:
        message = f"登録できるのは{MOST}件までです。古いものを取り下げてください。"
        raise ConflictError(message)
    return add(OutsideLearning(staff_id=actor.staff_id, organisation_id=actor.organisation_id, **vars(command)))


def own(actor: Actor) -> Sequence[OutsideLearning]:
    """Return what somebody declared, the latest first."""
    return db.session.scalars(
        sa.select(OutsideLearning)
        .options(joinedload(OutsideLearning.organisation))
        .where(OutsideLearning.staff_id == actor.staff_id)
        .order_by(OutsideLearning.learned_on.desc(), OutsideLearning.id.desc())
    ).all()


def withdraw(actor: Actor, learning_id: int) -> None:
    """Take back what one declared, while it is not confirmed. Raises NotFoundError, ConflictError once it is."""
    row = next((row for row in own(actor) if row.id == learning_id), None)
    if row is None:
        raise NotFoundError
    if row.provenance is Provenance.CONFIRMED:
        message = "研修担当が確認した記録は、取り下げられません。"
        raise ConflictError(message)
    db.session.delete(row)
    db.session.flush()


def waiting_for(actor: Actor) -> Sequence[OutsideLearning]:
    """Return what the actor's own staff declared and nobody has confirmed, the oldest first."""
    return db.session.scalars(
        _declared_to(actor)
        .where(OutsideLearning.provenance == Provenance.DECLARED)
        .order_by(OutsideLearning.declared_at)
        .limit(MOST)
    ).all()


def _declared_to(actor: Actor) -> sa.Select[OutsideLearning]:
    return (
        sa.select(OutsideLearning)
        .options(joinedload(OutsideLearning.staff))
        .where(actor.scope(Permission.ENROL_STAFF).where(OutsideLearning.organisation_id))
    )


def confirm(actor: Actor, learning_id: int) -> OutsideLearning:
    """Confirm what one of the own staff declared; twice is once. Raises NotFoundError, ConflictError for the own."""
    row = db.session.scalar(_declared_to(actor).where(OutsideLearning.id == learning_id))
    if row is None:
        raise NotFoundError
    if row.staff_id == actor.staff_id:
        message = "自分の記録は、ほかの研修担当が確認します。"
        raise ConflictError(message)
    if row.provenance is Provenance.DECLARED:
        row.provenance, row.confirmed_by_id, row.confirmed_at = Provenance.CONFIRMED, actor.staff_id, clock.now()
        audit.record(
            actor, Act.OUTSIDE_CONFIRMED, f"{row.staff.name}:{row.title}", organisation_id=row.organisation_id,
        )  # fmt: skip
        db.session.flush()
    return row
