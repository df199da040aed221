"""Transfers (異動): a person goes to another organisation, or belongs to a second one, and takes the record along.

Only the person can make the code with which the other organisation enters them, so nobody learns by trying who
exists, and nobody is entered without wanting it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.secret import digest, drawn, grouped

from people import audit
from people.act import Act
from people.joining import entry
from people.joining.entry import JoinStaff
from people.joining.models import TransferCode
from people.membership import is_not_over
from people.models import Membership, Staff
from people.permission import Actor, Permission

VALID_FOR = dt.timedelta(days=60)  # 内示 comes in March, the transfer on 1 April.
BACKDATED = dt.timedelta(days=31)
"""How long before the code a transfer may begin: codes are made late, but nobody else's past is written anew."""
LENGTH = 12


@dataclass(frozen=True)
class WelcomeStaff:
    """A person who comes from another organisation, with the code that the person made."""

    organisation_id: int
    code: str
    staff_number: str | None
    department: str
    post: str
    joined_on: dt.date


def make_code(actor: Actor, *, ends_present: bool) -> str:
    """Make the actor's transfer code, like ABCD-EFGH-JKLM; an earlier one ends.

    `ends_present` says whether the present memberships end when the new one begins.
    """
    letters = drawn(LENGTH)
    db.session.execute(sa.delete(TransferCode).where(TransferCode.staff_id == actor.staff_id))
    db.session.add(
        TransferCode(
            staff_id=actor.staff_id,
            code_digest=_digest(letters),
            ends_present=ends_present,
            sign_in_epoch=db.session.get_one(Staff, actor.staff_id).sign_in_epoch,
            expires_at=clock.now() + VALID_FOR,
        )
    )
    audit.record(actor, Act.TRANSFER_CODE, actor.name, staff=actor.staff_id)
    db.session.flush()
    return grouped(letters)


def _digest(code: str) -> str:
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return digest(letters)


def welcome(actor: Actor, command: WelcomeStaff) -> Membership:
    """Enter a person who comes with a code; where the person wanted it so, the present memberships end.

    Raises NotFoundError for another organisation, InvalidError for a code that opens nothing or a beginning long before it, ConflictError for
    somebody who belongs to the organisation already, a taken staff number, or the last administrator elsewhere.
    """
    if command.organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    code = _open_code(command.code)
    staff = code.staff
    present = _memberships(staff.id)
    if any(row.organisation_id == command.organisation_id for row in present):
        message = f"{staff.name}さんは、すでにこの団体に所属しています。"
        raise ConflictError(message, field="code")
    _check_not_long_ago(code, command.joined_on)
    entry.check_number_free(command.staff_number, command.organisation_id, staff.id, command.joined_on, None)
    for row in present if code.ends_present else ():
        if row.left_on is None or row.left_on > command.joined_on:
            _end(actor, row, max(command.joined_on, row.joined_on))
    new = entry.belong(
        staff,
        JoinStaff(
            command.organisation_id, staff.name, staff.reading, staff.email, command.staff_number, command.department,
            command.post, command.joined_on,
        ),
    )  # fmt: skip
    db.session.delete(code)
    audit.record(actor, Act.TRANSFERRED, staff.name, organisation_id=command.organisation_id, membership=new.id)
    db.session.flush()
    return new


def _open_code(typed: str) -> TransferCode:
    code = db.session.scalar(
        sa.select(TransferCode)
        .options(contains_eager(TransferCode.staff))
        .join(TransferCode.staff)
        .where(
            TransferCode.code_digest == _digest(typed),
            TransferCode.expires_at > clock.now(),
            TransferCode.sign_in_epoch == Staff.sign_in_epoch,
        )
    )
    if code is None:
        message = "このコードは使えません。本人に、アカウントの画面でコードを発行し直してもらってください。"
        raise InvalidError(message, field="code")
    return code


def _check_not_long_ago(code: TransferCode, joined_on: dt.date) -> None:
    """Raise InvalidError for a beginning long before the person made the code: what happened until then stands."""
    earliest = clock.local(code.expires_at - VALID_FOR).date() - BACKDATED
    if joined_on < earliest:
        message = f"所属の始まりは、{clock.date_label(earliest)}か、それより後の日にしてください。異動コードの発行の1か月前より前にはさかのぼれません。"
        raise InvalidError(message, field="joined_on")


def _memberships(staff_id: int) -> list[Membership]:
    return list(
        db.session.scalars(
            sa.select(Membership)
            .options(selectinload(Membership.grants))
            .where(Membership.staff_id == staff_id, is_not_over())
        )
    )


def _end(actor: Actor, row: Membership, left_on: dt.date) -> None:
    try:
        entry.end(row, left_on)
    except ConflictError as refusal:
        message = "本人が前の団体のただ一人の管理者です。前の団体で別の人を管理者にしてから、登録してください。"
        raise ConflictError(message, field="code") from refusal
    audit.record(
        actor, Act.LEFT_BY_TRANSFER, db.session.get_one(Staff, row.staff_id).name, organisation_id=row.organisation_id,
        membership=row.id,
    )  # fmt: skip
