"""Reach (受講率・修了率): of the staff of today, how many took part in a fiscal year and how many finished a course, by section.

Who is counted is a person, once. A course is finished on the day of its last meeting or lesson, not of the typing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from people.membership import is_current
from people.models import Membership, Section
from people.permission import Actor, Permission
from people.sections.section import sections_of, summed

from participation.enrolment_count import COUNTED
from participation.models import Enrolment

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Reached:
    """How many people there are, how many of them took part, and how many finished a course; of which section, where it is one."""

    staff: int
    took: int
    finished: int
    label: str = ""
    value: int | None = None

    def __add__(self, other: Reached) -> Reached:
        """Return both together."""
        return Reached(self.staff + other.staff, self.took + other.took, self.finished + other.finished)

    @property
    def none(self) -> int:
        """Return how many took no part."""
        return self.staff - self.took

    @property
    def share_took(self) -> float:
        """Return the share of those who took part (受講率), in percent."""
        return 100 * self.took / self.staff if self.staff else 0.0

    @property
    def share_finished(self) -> float:
        """Return the share of those who finished a course (修了率), in percent."""
        return 100 * self.finished / self.staff if self.staff else 0.0


NOBODY = Reached(0, 0, 0)


def year_of(year: int) -> tuple[dt.datetime, dt.datetime]:
    """Return when a fiscal year begins and when it is over, in Tokyo."""
    return clock.at(dt.date(year, 4, 1), dt.time()), clock.at(dt.date(year + 1, 4, 1), dt.time())


def took_part_in(year: int) -> sa.ColumnElement[bool]:
    """Return the condition that somebody (of a membership) took part in a fiscal year, as one of that organisation."""
    return (
        sa.exists()
        .where(
            Enrolment.staff_id == Membership.staff_id,
            Enrolment.organisation_id == Membership.organisation_id,
            Enrolment.fiscal_year == year,
            COUNTED,
        )
        .correlate_except(Enrolment)
    )


def finished_in(year: int) -> sa.ColumnElement[bool]:
    """Return the condition that somebody (of a membership) took part in a fiscal year and finished a course in it."""
    begun, over = year_of(year)
    done = (
        sa.exists()
        .where(
            Enrolment.staff_id == Membership.staff_id,
            Enrolment.organisation_id == Membership.organisation_id,
            Enrolment.completed_at >= begun,
            Enrolment.completed_at < over,
        )
        .correlate_except(Enrolment)
    )
    return sa.and_(took_part_in(year), done)


def reached(actor: Actor, year: int) -> list[Reached]:
    """Return how far training reaches the staff whose names the actor may read: all of it first, then each section with those below it."""
    own = actor.scope(Permission.READ_NAMES)
    count = sa.func.count
    path = sa.func.coalesce(Section.path, "").label("path")
    rows: Any = db.session.execute(
        sa.select(
            path,
            count(),
            count().filter(took_part_in(year)),
            count().filter(finished_in(year)),
        )
        .select_from(Membership)
        .outerjoin(Section, Section.id == Membership.section_id)
        .where(Membership.organisation_id.in_(sorted(own.organisation_ids)), is_current())
        .group_by(path)
    )
    parts = {path: Reached(*counts) for path, *counts in rows}
    return [sum(parts.values(), NOBODY), *_by_section(sorted(own.organisation_ids), parts)]


def _by_section(organisation_ids: Sequence[int], parts: dict[str, Reached]) -> list[Reached]:
    sections = [row for id_ in organisation_ids for row in sections_of(id_, with_ended=True)]
    rows = [replace(of, label=row.title, value=row.id) for row, of in summed(sections, parts)]
    return [*rows, replace(parts[""], label="（部署なし）", value=0)] if "" in parts else rows
