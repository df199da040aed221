"""Uptake: the count of enrolments by organisation, fiscal year and level, moved with each enrolment.

`enrolled` counts everybody who has not withdrawn, `in_progress` and `completed` are parts of it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kernel.database import db

from participation.models import Enrolment, EnrolmentState, Uptake


def _parts(state: EnrolmentState | None) -> tuple[int, int, int]:
    """Return what an enrolment in a state adds to enrolled, in progress and completed."""
    counted = state is not None and state is not EnrolmentState.WITHDRAWN
    return int(counted), int(state is EnrolmentState.IN_PROGRESS), int(state is EnrolmentState.COMPLETED)


def moved(enrolment: Enrolment, before: EnrolmentState | None) -> None:
    """Count that an enrolment has come from one state (None: it is new) into the one it has now."""
    old, new = _parts(before), _parts(enrolment.state)
    enrolled, in_progress, completed = (after - earlier for earlier, after in zip(old, new, strict=True))
    if not (enrolled or in_progress or completed):
        return
    key = {
        "fiscal_year": enrolment.fiscal_year, "organisation_id": enrolment.organisation_id, "level": enrolment.level,
    }  # fmt: skip
    insert: Any = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.session.execute(
        insert(Uptake)
        .values(**key, enrolled=0, in_progress=0, completed=0)
        .on_conflict_do_nothing(index_elements=list(key))
    )
    db.session.execute(
        sa.update(Uptake)
        .where(*(getattr(Uptake, name) == value for name, value in key.items()))
        .values(
            enrolled=Uptake.enrolled + enrolled,
            in_progress=Uptake.in_progress + in_progress,
            completed=Uptake.completed + completed,
        )
        .execution_options(synchronize_session=False)
    )


def recount() -> None:
    """Count everything anew from the enrolments."""
    state = Enrolment.state
    db.session.execute(sa.delete(Uptake))
    db.session.execute(
        sa.insert(Uptake).from_select(
            ["fiscal_year", "organisation_id", "level", "enrolled", "in_progress", "completed"],
            sa.select(
                Enrolment.fiscal_year,
                Enrolment.organisation_id,
                Enrolment.level,
                sa.func.count(),
                sa.func.count().filter(state == EnrolmentState.IN_PROGRESS),
                sa.func.count().filter(state == EnrolmentState.COMPLETED),
            )
            .where(state != EnrolmentState.WITHDRAWN)
            .group_by(Enrolment.fiscal_year, Enrolment.organisation_id, Enrolment.level),
        )
    )
