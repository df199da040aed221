"""Targets (目標): how many of its people an organisation wants to have finished a course in a fiscal year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from people import audit
from people.act import Act

from participation.models import Target

if TYPE_CHECKING:
    from collections.abc import Collection

    from people.permission import Actor


def target_of(organisation_ids: Collection[int], year: int) -> int | None:
    """Return the target of some organisations for a fiscal year, together; None where none of them has one."""
    return db.session.scalar(
        sa.select(sa.func.sum(Target.people)).where(
            Target.organisation_id.in_(organisation_ids), Target.fiscal_year == year
        )
    )


def set_target(actor: Actor, organisation_id: int, year: int, people: int | None) -> None:
    """Set the target of an organisation for a fiscal year; None takes it back."""
    row = db.session.get(Target, (organisation_id, year))
    if people is None:
        if row:
            db.session.delete(row)
    else:
        row = row or Target(organisation_id=organisation_id, fiscal_year=year)
        row.people = people
        db.session.add(row)
    said = "なし" if people is None else f"{people}人"
    audit.record(actor, Act.TARGET_SET, f"{clock.fiscal_year_label(year)} {said}", organisation_id=organisation_id)
    db.session.flush()
