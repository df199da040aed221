"""A month of sessions (月のカレンダー): each meeting that concerns an office, on its day: held, to be nominated for, or with its staff in it."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import NOW, db

from people.permission import Actor, Permission

from courses.sessions.models import AdmissionRule, Meeting, TrainingSession
from courses.sessions.training_session import visible_to

from participation.models import UNCOUNTED, Enrolment

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 300
FIRST_YEAR, LAST_YEAR = 2000, 2100
MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True)
class Seen:
    """A meeting, and why it concerns the office: it holds it, it may nominate for it now, so many of its staff have a place."""

    meeting: Meeting
    is_own: bool
    is_to_nominate: bool
    people: int


@dataclass(frozen=True)
class Day:
    """A day of the calendar, and the meetings that are held on it."""

    date: dt.date
    is_of_month: bool
    meetings: Sequence[Seen]

    @property
    def is_today(self) -> bool:
        """Tell whether it is today."""
        return self.date == clock.today()


@dataclass(frozen=True)
class Month:
    """A month in whole weeks from Sunday to Saturday; `is_cut`: there are more meetings than are shown."""

    first: dt.date
    weeks: Sequence[Sequence[Day]]
    is_cut: bool

    @property
    def label(self) -> str:
        """Return year and month in words."""
        return f"{self.first.year}年{self.first.month}月"

    @property
    def before(self) -> str:
        """Return the month before, as an address names it."""
        return f"{self.first - clock.DAY:%Y-%m}"

    @property
    def after(self) -> str:
        """Return the next month, as an address names it."""
        return f"{(self.first.replace(day=28) + dt.timedelta(days=4)):%Y-%m}"

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is held in it."""
        return not any(day.meetings for week in self.weeks for day in week if day.is_of_month)


def first_day_of(text: str) -> dt.date:
    """Return the first day of the month that an address names, of this one where it names none."""
    found = MONTH.fullmatch(text)
    year, month = (int(found[1]), int(found[2])) if found else (0, 0)
    if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12:  # noqa: PLR2004 - the months of a year
        return dt.date(year, month, 1)
    return clock.today().replace(day=1)


def month_of(actor: Actor, first: dt.date) -> Month:
    """Return a month of the meetings that concern the actor's offices: one query."""
    dates = calendar.Calendar(firstweekday=calendar.SUNDAY).monthdatescalendar(first.year, first.month)
    found = db.session.execute(_statement(actor, dates[0][0], dates[-1][-1]).limit(MOST + 1)).all()
    by_day: dict[dt.date, list[Seen]] = {}
    for row in found[:MOST]:
        by_day.setdefault(clock.local(row[0].starts_at).date(), []).append(Seen(*row))
    weeks = [[Day(day, day.month == first.month, by_day.get(day, [])) for day in week] for week in dates]
    return Month(first, weeks, len(found) > MOST)


def _statement(actor: Actor, first: dt.date, last: dt.date) -> sa.Select[Any]:
    own = actor.scope(Permission.ENROL_STAFF)
    is_held = actor.scope(Permission.PLAN_SESSIONS).where(TrainingSession.host_id)
    is_to_nominate = sa.and_(
        sa.not_(TrainingSession.is_draft),
        TrainingSession.giving == AdmissionRule.NOMINATION,
        TrainingSession.applications_open_at <= NOW,
        TrainingSession.applications_close_at > NOW,
        visible_to(actor),
    )
    people = (
        sa.select(sa.func.count())
        .where(
            Enrolment.session_id == TrainingSession.id,
            Enrolment.state.not_in(UNCOUNTED),
            own.where(Enrolment.organisation_id),
        )
        .correlate(TrainingSession)
        .scalar_subquery()
    )
    return (
        sa.select(Meeting, is_held.label("held"), is_to_nominate.label("open"), people.label("people"))
        .join(Meeting.session)
        .options(
            contains_eager(Meeting.session).options(
                joinedload(TrainingSession.edition), joinedload(TrainingSession.host)
            )
        )
        .where(
            Meeting.starts_at >= clock.at(first, dt.time()),
            Meeting.starts_at < clock.at(last + clock.DAY, dt.time()),
            Meeting.cancelled_at.is_(None),
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
            sa.or_(is_held, is_to_nominate, people > 0),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
