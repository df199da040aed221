"""Rejoining (復帰): an end that was a slip is taken back; who left and comes again stays the same person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.joining import entry
from people.joining.models import OfferState, TransferOffer
from people.membership import are_said_by, is_not_over, visible_to
from people.models import Membership, Staff
from people.role import check_may_grant

if TYPE_CHECKING:
    import datetime as dt

    from people.permission import Actor


def former_memberships(actor: Actor, text: str = "") -> sa.Select[Membership]:
    """Return the statement of the memberships that are over, of people the actor managed, the last to leave first.

    Who belongs to the organisation again is not among them. `text` is looked for as in the list of staff.
    """
    again = aliased(Membership)
    return (
        sa.select(Membership)
        .join(Membership.staff)
        .join(Membership.organisation)
        .options(contains_eager(Membership.staff), contains_eager(Membership.organisation))
        .where(
            visible_to(actor),
            sa.not_(is_not_over()),
            Staff.erased_at.is_(None),
            ~sa.exists().where(
                again.staff_id == Membership.staff_id,
                again.organisation_id == Membership.organisation_id,
                again.id > Membership.id,
            ),
            *are_said_by(text),
        )
        .order_by(Membership.left_on.desc(), Staff.reading, Membership.id)
    )


def ended_membership(actor: Actor, membership_id: int) -> Membership:
    """Return a membership that has an end, past or to come, of a person the actor manages. Raises NotFoundError."""
    row = (
        db.session.scalars(
            sa.select(Membership)
            .join(Membership.staff)
            .join(Membership.organisation)
            .options(
                contains_eager(Membership.staff),
                contains_eager(Membership.organisation),
                selectinload(Membership.grants),
            )
            .where(
                visible_to(actor),
                Membership.left_on.is_not(None),
                Staff.erased_at.is_(None),
                Membership.id == membership_id,
            )
        )
        .unique()
        .one_or_none()
    )
    if row is None:
        raise NotFoundError
    return row


def resume(actor: Actor, membership_id: int) -> Membership:
    """Take back the end of a membership, as if it had not been entered; the roles it bore hold again.

    Raises NotFoundError, ForbiddenError where it bears a role beyond the actor's, ConflictError where the person is
    handed over to another organisation on a day to come, has since joined an organisation, or somebody else has got the staff number.
    """
    row = ended_membership(actor, membership_id)
    check_may_grant(actor, row, {grant.role for grant in row.grants})
    assert row.left_on is not None  # noqa: S101 - an ended one
    _check_not_handed_over(row)
    _check_not_elsewhere(row, Membership.joined_on >= row.left_on)
    entry.check_number_free(row.staff_number, row.organisation_id, row.staff_id, row.joined_on, None)
    entry.hold(row.staff)
    row.left_on = None
    audit.record(
        actor, Act.MEMBERSHIP_RESUMED, row.staff.name, organisation_id=row.organisation_id, membership=row.id
    )  # fmt: skip
    db.session.flush()
    return row


def rejoin(actor: Actor, membership_id: int, joined_on: dt.date) -> Membership:
    """Let somebody who left belong again, from a day on, without the roles of then.

    Raises NotFoundError, InvalidError for a day before the end, ConflictError as `resume` does.
    """
    row = ended_membership(actor, membership_id)
    assert row.left_on is not None  # noqa: S101 - an ended one
    if joined_on < row.left_on:
        message = f"前の所属は{clock.date_label(row.left_on - clock.DAY)}まであります。それより後の日にしてください。"
        raise InvalidError(message, field="joined_on")
    _check_not_elsewhere(row, is_not_over())
    entry.check_number_free(row.staff_number, row.organisation_id, row.staff_id, joined_on, None)
    again = entry.belong(
        row.staff,
        entry.JoinStaff(
            row.organisation_id, row.staff.name, row.staff.reading, row.staff.email, row.staff_number, row.department,
            row.post, joined_on,
        ),
    )  # fmt: skip
    audit.record(actor, Act.REJOINED, row.staff.name, organisation_id=row.organisation_id, membership=again.id)
    db.session.flush()
    return again


def _check_not_handed_over(row: Membership) -> None:
    taken = (
        sa.select(TransferOffer)
        .options(joinedload(TransferOffer.to_organisation))
        .where(
            TransferOffer.membership_id == row.id, TransferOffer.state == OfferState.TAKEN,
            TransferOffer.day > clock.today(), TransferOffer.ends_present,
        )
        .limit(1)
    )  # fmt: skip
    if offer := db.session.scalar(taken):
        message = f"{row.staff.name}さんの異動は、{offer.to_organisation.name}が引き受けています。{clock.date_label(offer.day)}の「異動の準備」の「ほかの団体へ移る人」で、申し出を取り下げてください。"
        raise ConflictError(message)


def _check_not_elsewhere(row: Membership, where: sa.ColumnElement[bool]) -> None:
    if db.session.scalar(
        sa.select(Membership.id).where(Membership.staff_id == row.staff_id, Membership.id != row.id, where).limit(1)
    ):
        message = f"{row.staff.name}さんは、ほかの所属があります。本人の異動コードで登録してください。"
        raise ConflictError(message)
