"""The chain (改ざんの検知): each entry of the audit log is sealed by the digest of itself and of all before it.

Whoever changes or removes an entry afterwards breaks the chain there, and cannot mend it without changing every seal that
follows, the last of which others have seen (syslog). The database itself refuses to change entries and seals, but for a name that goes (`people.trail.erasure`), and to remove any of the last
year (migration 0028). 総務省「地方公共団体における情報セキュリティポリシーに関するガイドライン」(ログの取得等).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import alone, db, reading

from people.models import AuditEntry
from people.trail.models import AuditSeal, AuditTold

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = 1000
LOOKED_BACK = 100_000
"""How many numbers below the last sealed one an entry may have whose act took long to end."""


@dataclass(frozen=True)
class Verdict:
    """What the chain says: seals that were looked at, the first that is wrong, entries that wait for a seal, and the last seal.

    `redacted` entries say no name any more, because somebody was erased: their seals are taken as they are.
    """

    seals: int
    wrong: int | None
    unsealed: int
    head: str
    redacted: int

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing was changed or removed."""
        return self.wrong is None


def seal() -> int:
    """Seal entries that have no seal yet; return how many."""
    with alone(waits=False, at="sealing") as is_ours:
        if not is_ours:
            return 0
        last = db.session.scalars(sa.select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)).first()
        number, before = (last.number, last.digest) if last else (0, "")
        entries = db.session.scalars(_unsealed().order_by(AuditEntry.id).limit(AT_ONCE)).all()
        for entry in entries:
            number, before = number + 1, _digest(before, entry)
            db.session.add(AuditSeal(number=number, entry_id=entry.id, digest=before))
        db.session.commit()
    return len(entries)


def tell(send: Callable[[list[str]], None]) -> int:
    """Tell a log elsewhere of each seal that it was not told of, without names; return how many.

    Nothing is held while it is told. Where it does not take them all, the same is told again.
    """
    with alone(waits=False, at="telling") as is_ours:
        if not is_ours:
            return 0
        told = db.session.get(AuditTold, 1)
        rows = db.session.execute(
            sa.select(AuditSeal, AuditEntry)
            .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
            .where(AuditSeal.number > (told.number if told else 0))
            .order_by(AuditSeal.number)
            .limit(AT_ONCE)
        ).all()
        lines = [_without_names(one.number, one.digest, entry) for one, entry in rows]
        last = rows[-1][0].number if rows else 0
        db.session.rollback()
        if lines:
            send(lines)
            db.session.merge(AuditTold(id=1, number=last))
            db.session.commit()
    return len(lines)


def verify(number: int | None = None, digest: str = "") -> Verdict:
    """Walk the chain from its first seal; a number and digest that others have seen must be among them.

    Where the oldest entries were removed after their time, the first seal that is left is taken as it is.
    """
    db.session.rollback()
    token = reading.set(True)  # it may take long, and holds up nobody
    try:
        return _walked(number, digest)
    finally:
        db.session.rollback()
        reading.reset(token)


def _walked(number: int | None, digest: str) -> Verdict:
    rows = db.session.execute(
        sa.select(AuditSeal, AuditEntry)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.number)
        .execution_options(yield_per=AT_ONCE)
    )
    before, last, wrong, count, redacted = "", 0, None, 0, 0
    for one, entry in rows:
        count += 1
        follows = one.number == last + 1 or not last
        is_right = entry is not None and (
            entry.redacted_at is not None or one.digest == _digest(before, entry) or (not last and one.number > 1)
        )
        redacted += entry is not None and entry.redacted_at is not None
        if wrong is None and (not follows or not is_right or (one.number == number and one.digest != digest)):
            wrong = one.number
        before, last = one.digest, one.number
    if wrong is None and number is not None and number > last:
        wrong = number
    unsealed = db.session.scalar(sa.select(sa.func.count()).select_from(_unsealed().subquery())) or 0
    return Verdict(count, wrong, unsealed, f"{last}:{before}", redacted)


def _unsealed() -> sa.Select[AuditEntry]:
    last = sa.select(sa.func.coalesce(sa.func.max(AuditSeal.entry_id), 0)).scalar_subquery()
    return (
        sa.select(AuditEntry)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.number.is_(None), AuditEntry.id > last - LOOKED_BACK)
    )


def _digest(before: str, entry: AuditEntry) -> str:
    said = [entry.id, entry.at.isoformat(), entry.actor_id, entry.organisation_id, entry.act, entry.subject]
    said += [entry.address, entry.detail]
    text = json.dumps([before, *said], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_names(number: int, digest: str, entry: AuditEntry) -> str:
    """Return what a log elsewhere is told of an entry: who, what, whose, from where, by numbers only."""
    said: dict[str, Any] = {
        "number": number, "entry": entry.id, "at": clock.local(entry.at).isoformat(), "act": entry.act, "actor": entry.actor_id,
        "organisation": entry.organisation_id, "address": entry.address, "digest": digest,
    }  # fmt: skip
    return json.dumps(said)
