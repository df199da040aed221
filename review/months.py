"""Months (月ごと): how many of an office began and finished courses, month by month, beside the year before and the target."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from participation.enrolment_count import COUNTED
from participation.models import Enrolment
from participation.target import target_of

from review.reach import year_of

if TYPE_CHECKING:
    from collections.abc import Sequence

MONTHS = 12


@dataclass(frozen=True)
class Month:
    """A month: how many courses were begun and finished in it; how many people have finished one since April, and a year ago.

    `aim` is how many people should have by its end, where there is a target: an equal part each month.
    """

    first_day: dt.date
    taken: int
    finished: int
    people: int
    people_before: int
    aim: float | None

    @property
    def label(self) -> str:
        """Return its name."""
        return f"{self.first_day.month}月"

    @property
    def value(self) -> str:
        """Return how an address names it."""
        return f"{self.first_day:%Y-%m}"


@dataclass(frozen=True)
class Months:
    """The months of a fiscal year that have begun, and the target of the year."""

    year: int
    months: Sequence[Month]
    target: int | None

    @property
    def finding(self) -> str:
        """Return what they say, in a sentence."""
        if not self.months:
            return "まだ始まっていません"
        now = self.months[-1]
        more = now.people - now.people_before
        beside = (
            f"前年の同じ日より{abs(more)}人{'多く' if more > 0 else '少なく'}なっています"
            if more
            else "前年の同じ日と同じです"
        )
        left = ""
        if self.target is not None:
            to_go = self.target - now.people
            left = (
                f"。目標の{self.target}人まで、あと{to_go}人です"
                if to_go > 0
                else f"。目標の{self.target}人を達成しました"
            )
        return f"{now.people}人が修了し、{beside}{left}"


def first_days(year: int) -> list[dt.date]:
    """Return the first days of the months of a fiscal year, and of the April after it."""
    return [dt.date(year + (3 + place) // MONTHS, (3 + place) % MONTHS + 1, 1) for place in range(MONTHS + 1)]


def months_of(own: Sequence[int], year: int) -> Months:
    """Return the months of some organisations: five queries."""
    days, today = first_days(year), clock.today()
    begun = [day for day in days[:-1] if day <= today]
    ends = [min(clock.at(day, dt.time()), clock.now()) for day in days[1 : len(begun) + 1]]
    ends_before = [_a_year_before(end) for end in ends]
    starts = [clock.at(day, dt.time()) for day in begun]
    target = target_of(own, year)
    columns = zip(
        begun,
        _in_each(Enrolment.enrolled_at, starts, own, COUNTED),
        _in_each(Enrolment.completed_at, starts, own),
        _people_by(ends, own, year),
        _people_by(ends_before, own, year - 1),
        strict=True,
    )
    months = [
        Month(*row, aim=None if target is None else target * place / MONTHS) for place, row in enumerate(columns, 1)
    ]
    return Months(year, months, target)


def _a_year_before(moment: dt.datetime) -> dt.datetime:
    there = clock.local(moment)
    is_leap_day = (there.month, there.day) == (2, 29)
    return there.replace(year=there.year - 1, day=28 if is_leap_day else there.day)


def _in_each(
    column: Any, starts: Sequence[dt.datetime], own: Sequence[int], *where: sa.ColumnElement[bool]
) -> list[int]:
    """Return how many enrolments have a moment in each month."""
    if not starts:
        return []
    ends = [*starts[1:], clock.at((clock.local(starts[-1]).date() + dt.timedelta(days=31)).replace(day=1), dt.time())]
    counts = [sa.func.count().filter(column >= start, column < end) for start, end in zip(starts, ends, strict=True)]
    row = db.session.execute(sa.select(*counts).where(Enrolment.organisation_id.in_(own), *where)).one()
    return list(row)


def _people_by(ends: Sequence[dt.datetime], own: Sequence[int], year: int) -> list[int]:
    """Return how many people had finished a course of the year by each moment."""
    if not ends:
        return []
    begun, over = year_of(year)
    first = (
        sa.select(sa.func.min(Enrolment.completed_at).label("at"))
        .where(Enrolment.organisation_id.in_(own), Enrolment.completed_at >= begun, Enrolment.completed_at < over)
        .group_by(Enrolment.staff_id)
        .subquery()
    )
    row = db.session.execute(
        sa.select(*(sa.func.count().filter(first.c.at < end) for end in ends)).select_from(first)
    ).one()
    return list(row)
