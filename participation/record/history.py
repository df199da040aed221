"""The history (学習記録): all that a person took, whatever the organisation was at the time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import db

from participation.models import Enrolment, EnrolmentState
from participation.record import outside_learning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor


def history(actor: Actor) -> Sequence[Enrolment]:
    """Return all that somebody took, latest first, with the organisation of that time."""
    return db.session.scalars(
        sa.select(Enrolment)
        .join(Enrolment.edition)
        .options(contains_eager(Enrolment.edition), joinedload(Enrolment.course), joinedload(Enrolment.organisation))
        .where(Enrolment.staff_id == actor.staff_id, Enrolment.state != EnrolmentState.WITHDRAWN)
        .order_by(Enrolment.enrolled_at.desc(), Enrolment.id.desc())
    ).all()


def as_json(actor: Actor) -> str:
    """Return somebody's record of learning as JSON: one object for each course taken, times in ISO 8601."""
    return json.dumps(
        {
            "name": actor.name,
            "made_at": clock.now().isoformat(),
            "courses": [
                {
                    "course": row.course.slug,
                    "title": row.edition.title,
                    "edition": row.edition.number,
                    "level": row.level.value,
                    "organisation": row.organisation.name,
                    "fiscal_year": row.fiscal_year,
                    "state": row.state.value,
                    "enrolled_at": row.enrolled_at.isoformat(),
                    "completed_at": row.completed_at.isoformat() if row.completed_at else None,
                }
                for row in history(actor)
            ],
            "elsewhere": [
                {
                    "title": row.title,
                    "provider": row.provider,
                    "learned_on": row.learned_on.isoformat(),
                    "provenance": row.provenance.value,
                }
                for row in outside_learning.own(actor)
            ],
        },
        ensure_ascii=False,
        indent=2,
    )
