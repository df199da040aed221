"""Handing over (団体間の異動): the old organisation offers whom it hands over, the new one takes them; nobody needs a code.

Until its day each side may go back: what was taken is given back, what was offered is withdrawn. What follows for places and
courses is `participation.parting`; what either side sees afterwards stands on the page 異動のあとの記録.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased, selectinload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.joining import entry, unbuilt
from people.joining.models import STANDING, OfferState, TransferOffer
from people.joining.on_offer import from_own, offers, to_own
from people.joining.transfer import BACKDATED
from people.membership import managed_memberships
from people.models import Membership, Organisation, Role
from people.role import check_may_grant, check_not_last_administrator
from people.sections.models import PlannedMove

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from people.permission import Actor


@dataclass(frozen=True)
class Offer:
    """Whither people are handed over, from which day on, and whether the present membership ends with it."""

    organisation: Organisation
    day: dt.date
    ends_present: bool = True


@dataclass(frozen=True)
class Take:
    """What the new organisation says of somebody whom it takes."""

    staff_number: str | None = None
    department: str = ""
    post: str = ""


def offer(actor: Actor, ids: Collection[int], command: Offer) -> list[TransferOffer]:
    """Offer members to another organisation.

    Raises NotFoundError for somebody the actor does not manage; InvalidError for a day long ago, before somebody began, or for the own organisation;
    ForbiddenError for somebody whose roles are not the actor's to take; ConflictError for somebody who is offered already,
    who belongs there, or for the last administrator.
    """
    if command.day < clock.today() - BACKDATED:
        message = "異動の日は、1か月前より後の日にしてください。"
        raise InvalidError(message, field="day")
    people = db.session.scalars(
        managed_memberships(actor)
        .options(selectinload(Membership.grants))
        .where(Membership.id.in_(ids))
        .with_for_update(of=Membership)
    ).all()
    if not ids or len(people) != len(set(ids)):
        raise NotFoundError
    if any(one.organisation_id == command.organisation.id for one in people):
        message = "移る先には、ほかの団体を選んでください。"
        raise InvalidError(message, field="organisation")
    _check_none(people, command)
    return [_offer(actor, one, command) for one in people]


def _check_none(people: Sequence[Membership], command: Offer) -> None:
    """Raise ConflictError where somebody is offered already, belongs to the new organisation, or is to move inside the old one after the day."""
    there = aliased(Membership)
    ids = [one.id for one in people]
    offered = sa.select(TransferOffer.membership_id).where(
        TransferOffer.membership_id.in_(ids), TransferOffer.state.in_(STANDING)
    )
    belong = (
        sa.select(Membership.id)
        .join(there, there.staff_id == Membership.staff_id)
        .where(
            Membership.id.in_(ids),
            there.organisation_id == command.organisation.id,
            sa.or_(there.left_on.is_(None), there.left_on > command.day),
        )
    )
    planned = sa.select(PlannedMove.membership_id).where(
        PlannedMove.membership_id.in_(ids), PlannedMove.day >= command.day, sa.literal(command.ends_present)
    )
    for found, why in (
        (offered, "すでに異動を申し出ています"),
        (belong, "すでに移る先の団体に所属しています"),
        (planned, "その日から後に、部署か職が変わる予定です。先に「異動の準備」でその予定を取りやめてください"),
    ):
        for id_ in db.session.scalars(found):
            name = next(one.staff.name for one in people if one.id == id_)
            message = f"{name}さんは、{why}。"
            raise ConflictError(message)


def _offer(actor: Actor, person: Membership, command: Offer) -> TransferOffer:
    if command.day <= person.joined_on or (person.left_on and command.day > person.left_on + BACKDATED):
        message = f"{person.staff.name}さんは、その日の前日にこの団体にいません。異動の日を確かめてください。"
        raise InvalidError(message, field="day")
    if command.ends_present:
        roles = {grant.role for grant in person.grants}
        check_may_grant(actor, person, roles)
        if Role.ADMINISTRATOR in roles:
            check_not_last_administrator(person)
    made = TransferOffer(
        membership_id=person.id, from_id=person.organisation_id, to_id=command.organisation.id, day=command.day,
        ends_present=command.ends_present, offered_by_id=actor.staff_id,
    )  # fmt: skip
    db.session.add(made)
    _record(actor, Act.TRANSFER_OFFERED, person.staff.name, person.organisation_id, made)
    db.session.flush()
    return made


def _record(actor: Actor, act: Act, name: str, organisation_id: int, row: TransferOffer) -> None:
    audit.record(
        actor, act, name, organisation_id=organisation_id, membership=row.membership_id, day=row.day.isoformat()
    )


def _held(where: sa.ColumnElement[bool], ids: Collection[int], *states: OfferState) -> Sequence[TransferOffer]:
    """Return offers in some states, each held. Raises NotFoundError unless all are there."""
    rows = db.session.scalars(
        offers(where, *states).where(TransferOffer.id.in_(ids)).with_for_update(of=TransferOffer)
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip
    if not ids or len(rows) != len(set(ids)):
        message = "選んだ人のなかに、この操作ができない人がいます（返事がまだか、もう済んだか、取り下げられました）。"
        raise NotFoundError(message)
    return rows


def take(actor: Actor, offer_id: int, command: Take) -> Membership:
    """Take somebody who is offered; the old membership ends on the day before. Return the new one.

    Raises NotFoundError for an offer to somebody else or that stands no more, InvalidError where there is neither number nor address to
    sign in with, ConflictError for a number that is taken, or for the last administrator of the old organisation.
    """
    (row,) = _held(to_own(actor), [offer_id], OfferState.OFFERED)
    old, staff = row.membership, row.membership.staff
    if row.day < clock.today() - BACKDATED:
        message = f"{staff.name}さんの異動の日（{clock.date_label(row.day)}）から、1か月より長くたっています。前の団体に、申し出直してもらってください。"
        raise ConflictError(message)
    entry.check_sign_in_name(staff.email, command.staff_number)
    entry.check_number_free(command.staff_number, row.to_id, staff.id, row.day, None)
    there = sa.exists().where(
        Membership.staff_id == staff.id,
        Membership.organisation_id == row.to_id,
        sa.or_(Membership.left_on.is_(None), Membership.left_on > row.day),
    )
    if db.session.scalar(sa.select(there)):
        message = f"{staff.name}さんは、すでにこの団体に所属しています。"
        raise ConflictError(message)
    row.left_before = old.left_on
    if row.ends_present and (old.left_on is None or old.left_on > row.day):
        try:
            entry.end(old, row.day)
        except ConflictError as refusal:
            message = f"{staff.name}さんは、前の団体のただ一人の管理者です。前の団体で別の人を管理者にしてから、引き受けてください。"
            raise ConflictError(message) from refusal
        _record(actor, Act.LEFT_BY_TRANSFER, staff.name, row.from_id, row)
    new = entry.belong(
        staff,
        entry.JoinStaff(
            row.to_id, staff.name, staff.reading, staff.email, command.staff_number, command.department, command.post,
            row.day,
        ),
    )  # fmt: skip
    row.state, row.taken_id = OfferState.TAKEN, new.id
    row.answered_by_id, row.answered_at = actor.staff_id, clock.now()
    _record(actor, Act.TRANSFERRED, staff.name, row.to_id, row)
    db.session.flush()
    return new


def decline(actor: Actor, ids: Collection[int], because: str) -> Sequence[TransferOffer]:
    """Decline people who are offered, and say why; return what was declined. Raises NotFoundError as `take` does, InvalidError without a reason."""
    if not because.strip():
        message = "引き受けない理由を入力してください。前の団体の研修担当に伝わります。"
        raise InvalidError(message, field="because")
    rows = _held(to_own(actor), ids, OfferState.OFFERED)
    for row in rows:
        row.state, row.because = OfferState.DECLINED, because
        row.answered_by_id, row.answered_at = actor.staff_id, clock.now()
        _record(actor, Act.TRANSFER_DECLINED, row.membership.staff.name, row.to_id, row)
    db.session.flush()
    return rows


def give_back(actor: Actor, ids: Collection[int]) -> Sequence[TransferOffer]:
    """Give back people who were taken and have not begun; return the offers, which stand again.

    Raises NotFoundError, ConflictError for somebody who has begun, or on whose new membership something rests.
    """
    rows = _held(to_own(actor), ids, OfferState.TAKEN)
    for row in rows:
        _untake(row)
        row.state, row.answered_at = OfferState.OFFERED, None
        _record(actor, Act.TRANSFER_GIVEN_BACK, row.membership.staff.name, row.to_id, row)
    db.session.flush()
    return rows


def withdraw(actor: Actor, ids: Collection[int]) -> Sequence[TransferOffer]:
    """Withdraw offers, also such as were taken, until their day; return them. Raises as `give_back` does."""
    rows = _held(from_own(actor), ids, *STANDING)
    for row in rows:
        if row.state.is_taken:
            _untake(row)
        row.state = OfferState.WITHDRAWN
        _record(actor, Act.TRANSFER_WITHDRAWN, row.membership.staff.name, row.from_id, row)
    db.session.flush()
    return rows


def _untake(row: TransferOffer) -> None:
    name = row.membership.staff.name
    if row.day <= clock.today():
        message = (
            f"{name}さんは、{clock.date_label(row.day)}に移りました。異動の日のあとは、所属の終了と取り消しで直します。"
        )
        raise ConflictError(message)
    new = db.session.get(Membership, row.taken_id) if row.taken_id else None
    if new:
        try:
            unbuilt.remove(new, with_person=False)
        except ConflictError as refusal:
            message = f"{name}さんは、移る先の団体で役割や推薦などの記録がすでにあるため、元に戻せません。移る先の団体に相談してください。"
            raise ConflictError(message) from refusal
    old = row.membership
    if row.ends_present and old.left_on == row.day:
        entry.check_number_free(old.staff_number, old.organisation_id, old.staff_id, old.joined_on, row.left_before)
        old.left_on = row.left_before
    row.taken_id, row.left_before = None, None
    db.session.flush()
