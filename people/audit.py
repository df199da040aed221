"""Audit: who did what on whose behalf, written in the transaction of the act itself."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel.database import db

from people.access import Actor, Permission
from people.models import AuditEntry


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


def entries_for(actor: Actor) -> sa.Select[AuditEntry]:
    """Return the statement of the entries the actor may read, latest first."""
    return (
        sa.select(AuditEntry)
        .options(joinedload(AuditEntry.actor), joinedload(AuditEntry.organisation))
        .where(actor.scope(Permission.READ_AUDIT).where(AuditEntry.organisation_id))
        .order_by(AuditEntry.id.desc())
    )
