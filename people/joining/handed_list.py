"""A list of people who are handed over to another organisation, and what offering them would come to, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db, slices
from kernel.errors import NotFoundError, RefusalError

from people.joining import handing_over
from people.membership import is_current
from people.models import Membership, Staff
from people.permission import Permission
from people.recognition import ListedLine, Unclear, directory, lines_of, meant

if TYPE_CHECKING:
    from collections.abc import Collection

    from people.joining.handing_over import Offer
    from people.permission import Actor

OFFERS, OFFERED, TWICE = "申し出ます", "申し出ました", "一覧に二度あります"
PART = 100


def preview(actor: Actor, organisation_id: int, text: str, command: Offer) -> list[ListedLine]:
    """Return what offering the people of a list would come to; nothing is changed. Raises as `offer_all` does."""
    return _each(actor, organisation_id, text, command, does=False)


def offer_all(actor: Actor, organisation_id: int, text: str, command: Offer) -> list[ListedLine]:
    """Offer the people of a list, each by themselves: who cannot be offered stays, and the line says why.

    Raises NotFoundError for another organisation, InvalidError where the list is empty or too long.
    """
    return _each(actor, organisation_id, text, command, does=True)


def _each(actor: Actor, organisation_id: int, text: str, command: Offer, *, does: bool) -> list[ListedLine]:
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    here = Membership.organisation_id == organisation_id
    known, seen, found = directory(here), set[int](), []
    means = [(line, meant(line, known)) for line in lines_of(text)]
    ids = _memberships(organisation_id, [one.staff_id for _line, one in means if not isinstance(one, Unclear)])
    for line, one in means:
        if isinstance(one, Unclear):
            found.append(ListedLine(line.number, line.text, None, is_good=False, told=one.label))
            continue
        why = TWICE if one.staff_id in seen else _why_not(actor, ids[one.staff_id], command, does=does)
        seen.add(one.staff_id)
        told = why or (OFFERED if does else OFFERS)
        found.append(ListedLine(line.number, line.text, one, is_good=not why, told=told))
    return found


def _why_not(actor: Actor, membership_id: int, command: Offer, *, does: bool) -> str:
    """Offer one, or only see whether that could be done; return why it cannot be."""
    step = db.session.begin_nested()
    try:
        handing_over.offer(actor, [membership_id], command)
    except RefusalError as refusal:
        step.rollback()
        return refusal.message or "この人の異動は申し出られません。"
    if does:
        step.commit()
    else:
        step.rollback()
    return ""


def _memberships(organisation_id: int, staff_ids: Collection[int]) -> dict[int, int]:
    """Return the present memberships of people in an organisation."""
    found: dict[int, int] = {}
    for part in slices(sorted(set(staff_ids)), PART):
        rows = db.session.execute(
            sa.select(Membership.staff_id, Membership.id)
            .where(Membership.organisation_id == organisation_id, Membership.staff_id.in_(part), is_current())
            .order_by(Membership.id)
        )
        found |= {row.staff_id: row.id for row in rows}
    return found


def lines_for(actor: Actor, ids: Collection[int]) -> str:
    """Return a list of some of the people that the actor manages, by membership, as such a list can be read."""
    rows = db.session.execute(
        sa.select(Membership.staff_number, Staff.email, Staff.name)
        .join(Staff, Staff.id == Membership.staff_id)
        .where(Membership.id.in_(ids), actor.scope(Permission.MANAGE_STAFF).where(Membership.organisation_id))
        .order_by(Staff.reading, Staff.id)
    )
    return "\n".join(f"{row.staff_number or row.email or ''}\t{row.name}".strip() for row in rows)
