"""Welcome (招待): links for those whom a personnel file has entered and who cannot sign in yet, as slips to print or a sheet to merge into letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from kernel.database import commit_part, db, slices
from kernel.errors import ConflictError

from people.membership import is_not_over, visible_to
from people.models import Membership, Section, Staff
from people.personnel.models import ChangeState, Kind, PersonnelChange
from people.personnel.reading import MOST_PEOPLE
from people.role import beyond
from people.signing_in import password_link

if TYPE_CHECKING:
    from people.permission import Actor
    from people.personnel.models import PersonnelFile

A_SHEET, PART = 500, 100
MOST_SHEETS = MOST_PEOPLE // A_SHEET


@dataclass(frozen=True)
class Slip:
    """Somebody who is invited, and the secret part of the link that is theirs."""

    person: Membership
    token: str


@dataclass(frozen=True)
class Sheet:
    """The slips of a sheet, and how many people are left out because they hold a role beyond that of whoever invites."""

    slips: tuple[Slip, ...]
    left_out: int


def _waiting(actor: Actor, file: PersonnelFile) -> sa.Select[int]:
    """Return the statement of the memberships that a file has made, of people who cannot sign in yet: by section, then by reading."""
    return (
        sa.select(Membership.id)
        .join(Membership.staff)
        .join(PersonnelChange, PersonnelChange.membership_id == Membership.id)
        .outerjoin(Section, Section.id == Membership.section_id)
        .where(
            PersonnelChange.file_id == file.id,
            PersonnelChange.kind.in_((Kind.NEW, Kind.RETURNING, Kind.TRANSFERRED)),
            PersonnelChange.state == ChangeState.DONE,
            Staff.password_hash.is_(None),
            visible_to(actor),
            is_not_over(),
        )
        .order_by(Section.title, Staff.reading, Staff.id)
    )


def waiting(actor: Actor, file: PersonnelFile) -> int:
    """Return how many people, whom a file has entered, cannot sign in yet."""
    return (
        db.session.scalar(sa.select(sa.func.count()).select_from(_waiting(actor, file).order_by(None).subquery())) or 0
    )


def sheets(number: int) -> list[tuple[int, int]]:
    """Return from which to which person each sheet goes, counted from 1."""
    return [(begin, min(begin + A_SHEET - 1, number)) for begin in range(1, number + 1, A_SHEET)]


def slips(actor: Actor, file: PersonnelFile, sheet: int) -> Sheet:
    """Make the links of a sheet (counted from 1), a part at a time; links that people had before end.

    Raises ConflictError for a sheet that there is not.
    """
    which = _waiting(actor, file).offset(max(0, sheet - 1) * A_SHEET).limit(A_SHEET)
    ids = db.session.scalars(which).all() if 0 < sheet <= MOST_SHEETS else []
    if not ids:
        message = "招待する人がいません。ほかの画面で、みなサインインできるようになったかもしれません。"
        raise ConflictError(message)
    made: dict[int, Slip] = {}
    for part in slices(ids, PART):  # so that nobody else waits for a long list
        rows = db.session.scalars(
            sa.select(Membership)
            .join(Membership.staff)
            .options(contains_eager(Membership.staff))
            .where(Membership.id.in_(part), Staff.password_hash.is_(None))
        ).all()
        above = beyond(actor, [row.staff_id for row in rows])
        invited = [row for row in rows if row.staff_id not in above]
        tokens = password_link.issue_all(actor, invited)
        made |= {row.id: Slip(row, token) for row, token in zip(invited, tokens, strict=True)}
        for row in rows:
            db.session.expunge(row)  # what is printed is what was read
        commit_part()
    slips = tuple(made[id_] for id_ in ids if id_ in made)
    return Sheet(slips, len(ids) - len(slips))
