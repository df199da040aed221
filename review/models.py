"""Tables of the review: the counts of every organisation as they stood at the beginning of a month, and who wants to be told each month."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class MonthCount(Base):
    """How many enrolments and people an organisation had in a fiscal year, on one level and on all, when a month began.

    It is `participation.models.EnrolmentCount` as it was on the day `taken_on`.
    """

    __tablename__ = "month_count"
    taken_on: Mapped[dt.date] = mapped_column(primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    enrolled: Mapped[int]
    in_progress: Mapped[int]
    completed: Mapped[int]
    people: Mapped[int]


class ReportWish(Base):
    """Somebody wants to be told once a month how far training reaches the own office."""

    __tablename__ = "report_wish"
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    since: Mapped[dt.date]
