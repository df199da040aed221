"""Audit: who did what on whose behalf, written in the transaction of the act itself."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import db
from kernel.spelling import folded
from kernel.text import normalised

from people.act import ABOUT_LEARNERS, Act
from people.models import AuditEntry, Staff
from people.permission import Actor, Permission

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

LABELS = {act.value: act.label for act in Act}


came_from: ContextVar[str] = ContextVar("came_from", default="")
"""The address from which the present act comes; empty for a command."""


@dataclass(frozen=True)
class Change:
    """What something was and what it is now, in words; `before` is None where an early entry does not say it."""

    before: Sequence[str] | None
    after: Sequence[str]


HIDDEN = "（氏名と講座は、その団体の担当だけが見られます）"


def record(
    actor: Actor | None,
    act: Act,
    subject: str,
    *,
    organisation_id: int | None = None,
    change: Change | None = None,
    **about: int | str,
) -> None:
    """Write an audit entry: the act, what it was done to, the organisation concerned, and ids of what it is about."""
    db.session.add(
        AuditEntry(
            actor_id=actor.staff_id if actor else None,
            organisation_id=organisation_id if organisation_id is not None else (actor and actor.organisation_id),
            act=act.value,
            subject=subject,
            detail={**about, **(asdict(change) if change else {})},
            address=came_from.get(),
        )
    )


def was_noted_lately(actor: Actor, act: Act, subject: str, within: dt.timedelta) -> bool:
    """Tell whether the log says the same of somebody already, within so long."""
    same = (AuditEntry.actor_id == actor.staff_id, AuditEntry.act == act.value, AuditEntry.subject == subject)
    return bool(db.session.scalar(sa.select(sa.exists().where(*same, AuditEntry.at > clock.now() - within))))


def count_lately(actor: Actor, act: Act, within: dt.timedelta) -> int:
    """Return how often the log says so of somebody, within so long."""
    same = (AuditEntry.actor_id == actor.staff_id, AuditEntry.act == act.value, AuditEntry.at > clock.now() - within)
    return db.session.scalar(sa.select(sa.func.count()).where(*same)) or 0


def label_of(entry: AuditEntry) -> str:
    """Return the act of an entry in words; an act that is no longer in the vocabulary as it was written."""
    return LABELS.get(entry.act, entry.act)


def change_of(entry: AuditEntry) -> Change | None:
    """Return what an entry says of a change, whatever version wrote it."""
    after = entry.detail.get("after")
    return Change(entry.detail.get("before"), after) if isinstance(after, list) else None


def entries_for(actor: Actor, text: str = "") -> sa.Select[AuditEntry]:
    """Return the statement of the entries the actor may read, latest first.

    `text` is looked for, in any spelling, in the act, in what it was done to and in the name of who did it.
    """
    statement = (
        sa.select(AuditEntry)
        .outerjoin(AuditEntry.actor)
        .options(contains_eager(AuditEntry.actor), joinedload(AuditEntry.organisation))
        .where(actor.scope(Permission.READ_AUDIT).where(AuditEntry.organisation_id))
        .order_by(AuditEntry.id.desc())
    )
    if typed := normalised(text):
        acts = [value for value, label in LABELS.items() if typed in label]
        as_written = sa.and_(AuditEntry.act.not_in(LABELS), AuditEntry.act.contains(typed, autoescape=True))
        keys = (AuditEntry.search_key, Staff.search_key)
        subject, who = (one.contains(folded(typed), autoescape=True) for one in keys)
        statement = statement.where(
            sa.or_(AuditEntry.act.in_(acts), as_written, who, sa.and_(subject, _says_no_more_than_may_be_read(actor)))
        )
    return statement


def _says_no_more_than_may_be_read(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that an entry's subject may be read: it is about no learner, or of an organisation whose names may be."""
    return sa.or_(
        AuditEntry.act.not_in(ABOUT_LEARNERS), actor.scope(Permission.READ_NAMES).where(AuditEntry.organisation_id)
    )


def subject_of(actor: Actor, entry: AuditEntry) -> str:
    """Return what an entry was done to; who learns what only to those who may read the names of its organisation."""
    may_read = entry.organisation_id is not None and actor.may(Permission.READ_NAMES, entry.organisation_id)
    return entry.subject if may_read or entry.act not in ABOUT_LEARNERS else HIDDEN
