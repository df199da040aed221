"""Names in the audit log (操作の記録から氏名を消す): of whom is erased, acts stay and names go.

The database lets an entry be changed in this one way, once; its seal stays in the chain, which tells how many entries say no name any more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.spelling import folded

from people.act import Act
from people.models import AuditEntry, Membership, Staff

if TYPE_CHECKING:
    from collections.abc import Iterable

NOBODY = "（消去された人）"
PART = 500


def forget(staff: Staff) -> int:
    """Take the names and addresses of somebody out of the log; return of how many entries.

    Entries that name somebody alike stay, where one of the same organisations still bears the name and no number says whom they mean.
    """
    rows = db.session.execute(
        sa.select(Membership.id, Membership.organisation_id).where(Membership.staff_id == staff.id)
    ).all()
    members, offices = {row.id for row in rows}, {row.organisation_id for row in rows}
    names = _names_of(staff, offices)
    has_namesake = _has_namesake(staff, offices)
    gone = 0
    for entry in _perhaps_about(staff, names, offices):
        is_named = entry.actor_id == staff.id or _says_so(entry, staff.id, members)
        if is_named or not has_namesake:
            gone += _redact(entry)
    db.session.flush()
    return gone


def _names_of(staff: Staff, offices: Iterable[int]) -> set[str]:
    """Return what somebody was and is called in the log: names before a correction, and addresses."""
    names, known = {staff.name, staff.email or ""} - {""}, set[str]()
    while names != known:
        known = set(names)
        corrections = db.session.scalars(
            sa.select(AuditEntry).where(
                AuditEntry.act == Act.STAFF_CORRECTED.value, AuditEntry.subject.in_(names), AuditEntry.organisation_id.in_(offices)
            )
        )  # fmt: skip
        said = (entry.detail.get(key) for entry in corrections for key in ("was_name", "was_email", "email"))
        names |= {one for one in said if one}
    return names


def _has_namesake(staff: Staff, offices: Iterable[int]) -> bool:
    alike = Staff.search_key.startswith(folded(staff.name) + "\n", autoescape=True)
    here = sa.exists().where(Membership.staff_id == Staff.id, Membership.organisation_id.in_(offices))
    return bool(
        db.session.scalar(sa.select(sa.exists().where(alike, here, Staff.id != staff.id, Staff.erased_at.is_(None))))
    )


def _perhaps_about(staff: Staff, names: set[str], offices: Iterable[int]) -> list[AuditEntry]:
    detail = sa.cast(AuditEntry.detail, sa.Text())
    said = [AuditEntry.subject.contains(name, autoescape=True) for name in names]
    said += [AuditEntry.search_key.contains(folded(name), autoescape=True) for name in names]
    said += [detail.contains(form, autoescape=True) for name in names for form in {name, json.dumps(name)[1:-1]}]
    own = sa.or_(
        AuditEntry.organisation_id.in_(offices), AuditEntry.organisation_id.is_(None), AuditEntry.actor_id == staff.id
    )
    is_whole = AuditEntry.redacted_at.is_(None)
    return list(db.session.scalars(sa.select(AuditEntry).where(own, is_whole, sa.or_(*said)).order_by(AuditEntry.id)))


def _says_so(entry: AuditEntry, staff_id: int, members: set[int]) -> bool:
    return entry.detail.get("staff") == staff_id or entry.detail.get("membership") in members


def _redact(entry: AuditEntry) -> int:
    kept: dict[str, Any] = {name: value for name, value in entry.detail.items() if isinstance(value, int)}
    db.session.execute(
        sa.update(AuditEntry)
        .where(AuditEntry.id == entry.id)
        .values(subject=NOBODY, search_key=folded(NOBODY), detail=kept, redacted_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.session.expire(entry)
    return 1
