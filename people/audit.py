"""Audit: who did what on whose behalf, written in the transaction of the act itself."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel.database import db
from kernel.text import normalised

from people.models import AuditEntry, Staff
from people.permission import Actor, Permission


def record(actor: Actor | None, act: str, subject: str, *, organisation_id: int | None = None, **detail: Any) -> None:
    """Write an audit entry: the act in Japanese, what it was done to, and the organisation concerned."""
    db.session.add(
        AuditEntry(
            actor_id=actor.staff_id if actor else None,
            organisation_id=organisation_id if organisation_id is not None else (actor and actor.organisation_id),
            act=act,
            subject=subject,
            detail=detail,
        )
    )


def entries_for(actor: Actor, text: str = "") -> sa.Select[AuditEntry]:
    """Return the statement of the entries the actor may read, latest first.

    `text` is looked for in the act, in what it was done to and in the name of who did it.
    """
    statement = (
        sa.select(AuditEntry)
        .outerjoin(AuditEntry.actor)
        .options(contains_eager(AuditEntry.actor), joinedload(AuditEntry.organisation))
        .where(actor.scope(Permission.READ_AUDIT).where(AuditEntry.organisation_id))
        .order_by(AuditEntry.id.desc())
    )
    if typed := normalised(text):
        columns = (AuditEntry.act, AuditEntry.subject, Staff.name)
        statement = statement.where(sa.or_(*(column.contains(typed, autoescape=True) for column in columns)))
    return statement
