"""Names in the audit log (操作の記録から氏名を消す): of whom is erased, acts stay and names go.

The database lets an entry be changed in this one way, once; its seal stays in the chain, which tells how many entries say no name any more.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.spelling import folded

from people.act import NAMING, Act
from people.models import AuditEntry, Membership, Staff

if TYPE_CHECKING:
    from collections.abc import Collection

NOBODY = "（消去された人）"
CORRECTED = ("was_name", "was_email", "email")
_BETWEEN = re.compile(r"[:：→、（）]")
"""Signs between the names and titles of a subject."""


def forget(staff: Staff, elsewhere: Collection[int] = ()) -> int:
    """Take the names and addresses of somebody out of the log; return of how many entries. `elsewhere`: other organisations that wrote of them.

    An entry is theirs where a number says so, or where a name in it is wholly theirs, nobody else is meant by a number, and nobody of the same
    organisations is called alike.
    """
    rows = db.session.execute(
        sa.select(Membership.id, Membership.organisation_id).where(Membership.staff_id == staff.id)
    ).all()
    members, offices = {row.id for row in rows}, {row.organisation_id for row in rows} | set(elsewhere)
    names = _names_of(staff, offices)
    has_namesake = _has_namesake(staff, offices)
    gone = 0
    for entry in _perhaps_about(staff, names, offices):
        said = _whose(entry)
        is_theirs = said is not None and said in {("staff", staff.id), *(("membership", one) for one in members)}
        is_own = entry.actor_id == staff.id and entry.subject in names
        is_named = said is None and not has_namesake and bool(names & _said_in(entry))
        if is_theirs or is_own or is_named:
            _redact(entry)
            gone += 1
    db.session.flush()
    return gone


def _names_of(staff: Staff, offices: Collection[int]) -> set[str]:
    """Return what somebody was and is called in the log: names before a correction, and addresses."""
    names, known = {staff.name, staff.email or ""} - {""}, set[str]()
    while names != known:
        known = set(names)
        corrections = db.session.scalars(
            sa.select(AuditEntry).where(
                AuditEntry.act == Act.STAFF_CORRECTED.value, AuditEntry.subject.in_(names), AuditEntry.organisation_id.in_(offices)
            )
        )  # fmt: skip
        said = (entry.detail.get(key) for entry in corrections for key in CORRECTED)
        names |= {one for one in said if one}
    return names


def _has_namesake(staff: Staff, offices: Collection[int]) -> bool:
    alike = Staff.search_key.startswith(folded(staff.name) + "\n", autoescape=True)
    here = sa.exists().where(Membership.staff_id == Staff.id, Membership.organisation_id.in_(offices))
    others = sa.exists().where(alike, here, Staff.id != staff.id, Staff.erased_at.is_(None))
    return bool(db.session.scalar(sa.select(others)))


def _perhaps_about(staff: Staff, names: set[str], offices: Collection[int]) -> list[AuditEntry]:
    """Return the entries in which one of the names stands somewhere, of these organisations or of the person's own acts."""
    detail = sa.cast(AuditEntry.detail, sa.Text())
    said = [AuditEntry.subject.contains(name, autoescape=True) for name in names]
    said += [detail.contains(form, autoescape=True) for name in names for form in {name, json.dumps(name)[1:-1]}]
    own = sa.or_(
        AuditEntry.organisation_id.in_(offices), AuditEntry.actor_id == staff.id, AuditEntry.actor_id.is_(None)
    )
    is_whole = sa.and_(AuditEntry.redacted_at.is_(None), AuditEntry.act.in_(NAMING))
    return list(db.session.scalars(sa.select(AuditEntry).where(own, is_whole, sa.or_(*said)).order_by(AuditEntry.id)))


def _whose(entry: AuditEntry) -> tuple[str, int] | None:
    """Return of whom an entry is by a number, None where it does not say."""
    found = ((key, entry.detail.get(key)) for key in ("staff", "membership"))
    return next(((key, number) for key, number in found if isinstance(number, int)), None)


def _said_in(entry: AuditEntry) -> set[str]:
    """Return the words of an entry that name somebody: its subject, what stands between its signs, and what was corrected."""
    said = {entry.subject, *(part.strip() for part in _BETWEEN.split(entry.subject))}
    was = entry.detail.get("was")  # as the first version wrote it
    more = [entry.detail.get(key) for key in CORRECTED]
    return said | {one for one in (*more, *(was.values() if isinstance(was, dict) else ())) if isinstance(one, str)}


def _redact(entry: AuditEntry) -> None:
    kept: dict[str, Any] = {name: value for name, value in entry.detail.items() if isinstance(value, int)}
    db.session.execute(
        sa.update(AuditEntry)
        .where(AuditEntry.id == entry.id)
        .values(subject=NOBODY, search_key=folded(NOBODY), detail=kept, redacted_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.session.expire(entry)
