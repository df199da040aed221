"""The end of a month (月の集計): what is shown of other organisations changes once a month, so that rows do not come and go from day to day."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from participation.models import EnrolmentCount

from review.models import MonthCount

YEARS_KEPT = 2
"""This fiscal year and the one before."""
KEPT = ("fiscal_year", "level", "organisation_id", "enrolled", "in_progress", "completed", "people")


def take() -> int:
    """Keep the counts of this fiscal year and the one before as they stand, once in a month; return how many rows were kept."""
    today = clock.today()
    if db.session.scalar(sa.select(sa.exists().where(MonthCount.taken_on >= today.replace(day=1)))):
        return 0
    counts = sa.select(sa.literal(today, sa.Date()), *(getattr(EnrolmentCount, name) for name in KEPT)).where(
        EnrolmentCount.fiscal_year > clock.current_fiscal_year() - YEARS_KEPT
    )
    rows = db.session.scalar(sa.select(sa.func.count()).select_from(counts.subquery())) or 0
    db.session.execute(sa.insert(MonthCount).from_select(["taken_on", *KEPT], counts))
    db.session.flush()
    return rows


def last_taken(fiscal_year: int) -> dt.date | None:
    """Return when the counts of a fiscal year were last kept, be there any or none; None where they never were: they are shown as they are."""
    first, end = (dt.date(year, clock.FIRST_MONTH, 1) for year in (fiscal_year, fiscal_year + YEARS_KEPT))
    return db.session.scalar(
        sa.select(sa.func.max(MonthCount.taken_on)).where(MonthCount.taken_on >= first, MonthCount.taken_on < end)
    )
