"""Requests (この講座がほしい): what people looked for and did not find, kept for those who write courses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel.database import add, db

from people.permission import Actor, Permission

from catalog.models import CourseRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_OWN = 20


def ask_for_course(actor: Actor, wish: str) -> CourseRequest:
    """Keep what somebody wishes to learn."""
    return add(CourseRequest(staff_id=actor.staff_id, organisation_id=actor.organisation_id, wish=wish))


def requests_for(actor: Actor) -> sa.Select[CourseRequest]:
    """Return the statement of the requests of the actor's organisations, latest first."""
    return (
        sa.select(CourseRequest)
        .options(joinedload(CourseRequest.organisation))
        .where(actor.scope(Permission.WRITE_COURSES).where(CourseRequest.organisation_id))
        .order_by(CourseRequest.id.desc())
    )


def own(actor: Actor) -> Sequence[CourseRequest]:
    """Return what the actor asked for, latest first."""
    return db.session.scalars(
        sa.select(CourseRequest)
        .where(CourseRequest.staff_id == actor.staff_id)
        .order_by(CourseRequest.id.desc())
        .limit(MOST_OWN)
    ).all()
