"""The summary (参加状況): enrolled, in progress, completed, by organisation or by course, for a fiscal year.

Without a course or curriculum the count by organisation, year and level answers (`participation.uptake`); with
one, the enrolments of its courses do. Neither grows with what is not asked for.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kernel import clock
from kernel.database import db, slices
from kernel.page import Page

from people.access import Actor, Permission
from people.models import Organisation

from courses.models import Course, CourseEdition, Level

from catalog.models import Curriculum, CurriculumStep

from participation.models import ALL_LEVELS, Enrolment, EnrolmentState, Uptake

from review.suppression import NOBODY, Figures, suppressed, suppressed_groups, suppressed_total, total_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

A_PAGE = 20
MOST_AT_ONCE = 500
YEARS_SHOWN = 5


@dataclass(frozen=True)
class Filter:
    """What is asked for; empty means everything."""

    fiscal_year: int
    level: Level | None = None
    curriculum: str = ""
    course: str = ""
    prefecture: str = ""
    page: int = 1


@dataclass(frozen=True)
class Line:
    """A line of the table: an organisation or a course, its figures, and those of the year before."""

    label: str
    reference: str
    figures: Figures
    before: Figures = NOBODY

    @property
    def change(self) -> float | None:
        """Return by how much the rate changed since the year before; None where it cannot be told."""
        if self.figures.rate is None or self.before.rate is None:
            return None
        return self.figures.rate - self.before.rate


@dataclass(frozen=True)
class Summary:
    """The participation page: total, lines by organisation or course, and the years as a line of time."""

    filter: Filter
    by_organisation: bool
    total: Figures
    years: Sequence[tuple[int, Figures]]
    unnamed: Sequence[Line]
    own: frozenset[str] = frozenset()

    @functools.cached_property
    def lines(self) -> Page[Line]:
        """Return the lines of the page that is asked for; only they are given their names."""
        begin = (self.filter.page - 1) * A_PAGE
        rows = self._named(self.unnamed[begin : begin + A_PAGE])
        return Page(rows, len(self.unnamed), self.filter.page, A_PAGE)

    @functools.cached_property
    def all_lines(self) -> list[Line]:
        """Return all lines, with their names, as a download holds them."""
        return self._named(self.unnamed)

    def _named(self, lines: Sequence[Line]) -> list[Line]:
        if not self.by_organisation:
            return list(lines)
        ids = [int(line.reference) for line in lines]
        names, before = _names(ids), _before(self.filter, ids)
        return [
            replace(
                line,
                label=names.get(line.reference, ""),
                before=self._seen(line, before.get(line.reference, NOBODY)),
            )
            for line in lines
        ]

    def _seen(self, line: Line, figures: Figures) -> Figures:
        return figures if line.reference in self.own else suppressed(figures)


def _before(wanted: Filter, organisation_ids: list[int]) -> dict[str, Figures]:
    """Return the figures of some organisations in the year before."""
    source = _source(wanted)
    statement = sa.select(source.organisation_id, *source.sums).where(
        *source.where, source.fiscal_year == wanted.fiscal_year - 1
    )
    return {
        str(organisation_id): Figures(*counts)
        for part in slices(organisation_ids, MOST_AT_ONCE)
        for organisation_id, *counts in db.session.execute(
            statement.where(source.organisation_id.in_(part)).group_by(source.organisation_id)
        )
    }


def _names(organisation_ids: list[int]) -> dict[str, str]:
    """Return the names of some organisations, those of municipalities with their prefecture."""
    columns = sa.select(Organisation.id, Organisation.name, Organisation.prefecture, Organisation.code)
    return {
        str(organisation_id): f"{prefecture}{name}" if code and prefecture != name else name
        for part in slices(organisation_ids, MOST_AT_ONCE)
        for organisation_id, name, prefecture, code in db.session.execute(columns.where(Organisation.id.in_(part)))
    }


def read_filter(arguments: Mapping[str, str], page: int) -> Filter:
    """Read a filter from an address; what is unknown in it is left out."""
    year = arguments.get("year", "")
    level = next((level for level in Level if level.value == arguments.get("level")), None)
    return Filter(
        fiscal_year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else clock.current_fiscal_year(),  # noqa: PLR2004
        level=level,
        curriculum=arguments.get("curriculum", "")[:80],
        course=arguments.get("course", "")[:80],
        prefecture=arguments.get("prefecture", "")[:4],
        page=page,
    )


def summarise(actor: Actor, wanted: Filter) -> Summary:
    """Return the participation of the organisations the actor reviews.

    Of several organisations there is a line each, of a single one a line for each course.
    """
    scope = actor.scope(Permission.READ_PARTICIPATION)
    source = _source(wanted)
    mine = scope.where(source.organisation_id)
    if scope.everywhere:
        lines = _lines_by_organisation(source, wanted, mine)
    else:
        lines = _lines_by_course(wanted, scope.where(Enrolment.organisation_id))
    total = total_of(line.figures for line in lines)
    years = _years(source, wanted, mine)
    own = frozenset(str(id_) for id_ in actor.scope(Permission.READ_NAMES).organisation_ids)
    if scope.everywhere:
        lines, total = _shown(lines, total, own)
        years = [(year, total if year == wanted.fiscal_year else suppressed(figures)) for year, figures in years]
    return Summary(wanted, scope.everywhere, total, years, lines, own)


def _shown(lines: list[Line], total: Figures, own: frozenset[str]) -> tuple[list[Line], Figures]:
    """Return lines and total as somebody may see them who is entitled to the names of some organisations only.

    Most enrolled come first; those that are hidden last, in an order that does not tell their size.
    """
    mine = [line for line in lines if line.reference in own]
    others = [line for line in lines if line.reference not in own]
    groups = [line.figures for line in others]
    allowed = suppressed_groups(groups)
    seen = mine + [Line("", line.reference, figures) for line, figures in zip(others, allowed, strict=True)]
    seen.sort(key=lambda line: (line.figures.is_hidden, -(line.figures.enrolled or 0), int(line.reference)))
    return seen, suppressed_total(total, groups, allowed)


@dataclass(frozen=True)
class _Source:
    """The table that answers, and how its rows are counted."""

    organisation_id: Any
    fiscal_year: Any
    sums: tuple[Any, Any, Any, Any]
    where: tuple[Any, ...]


def _source(wanted: Filter) -> _Source:
    if not (wanted.course or wanted.curriculum):
        level = Uptake.level == (wanted.level.value if wanted.level else ALL_LEVELS)
        total = sa.func.sum
        return _Source(
            Uptake.organisation_id, Uptake.fiscal_year,
            (total(Uptake.enrolled), total(Uptake.in_progress), total(Uptake.completed), total(Uptake.people)), (level,),
        )  # fmt: skip
    return _Source(
        Enrolment.organisation_id, Enrolment.fiscal_year, _counts(), (*_of_courses(wanted), *_of_level(wanted))
    )


def _counts() -> tuple[Any, Any, Any, Any]:
    return (
        sa.func.count(),
        sa.func.count().filter(Enrolment.state == EnrolmentState.IN_PROGRESS),
        sa.func.count().filter(Enrolment.state == EnrolmentState.COMPLETED),
        sa.func.count(sa.distinct(Enrolment.staff_id)),
    )


def _of_level(wanted: Filter) -> tuple[Any, ...]:
    return (Enrolment.level == wanted.level,) if wanted.level else ()


def _of_courses(wanted: Filter) -> tuple[Any, ...]:
    conditions: list[Any] = [Enrolment.state != EnrolmentState.WITHDRAWN]
    if wanted.course:
        conditions.append(Enrolment.course_id.in_(sa.select(Course.id).where(Course.slug == wanted.course)))
    if wanted.curriculum:
        steps = sa.select(CurriculumStep.course_id).join(Curriculum, Curriculum.id == CurriculumStep.curriculum_id)
        conditions.append(Enrolment.course_id.in_(steps.where(Curriculum.slug == wanted.curriculum)))
    return tuple(conditions)


def _lines_by_organisation(source: _Source, wanted: Filter, mine: Any) -> list[Line]:
    """Return a line for each organisation that enrolled anybody this year, without its name."""
    statement = (
        sa.select(source.organisation_id, *source.sums)
        .where(mine, *source.where, *_here(source, wanted), source.fiscal_year == wanted.fiscal_year)
        .group_by(source.organisation_id)
    )
    return [Line("", str(id_), Figures(*counts)) for id_, *counts in db.session.execute(statement)]


def _here(source: _Source, wanted: Filter) -> tuple[Any, ...]:
    """Return the condition that an organisation lies in the prefecture that is asked for."""
    here = sa.select(Organisation.id).where(Organisation.prefecture == wanted.prefecture)
    return (source.organisation_id.in_(here),) if wanted.prefecture else ()


def _lines_by_course(wanted: Filter, mine: Any) -> list[Line]:
    """Return a line for each course that the organisation's staff enrolled in this year, most enrolled first."""
    years = (wanted.fiscal_year, wanted.fiscal_year - 1)
    counted = (
        sa.select(
            Enrolment.course_id, Enrolment.fiscal_year,
            *(count.label(name) for name, count in zip(("a", "b", "c", "d"), _counts(), strict=True)),
        )
        .where(mine, *_of_courses(wanted), *_of_level(wanted), Enrolment.fiscal_year.in_(years))
        .group_by(Enrolment.course_id, Enrolment.fiscal_year)
        .subquery()
    )  # fmt: skip
    any_edition = aliased(CourseEdition)
    newest = sa.select(sa.func.max(any_edition.id)).where(any_edition.course_id == Course.id).scalar_subquery()
    latest = sa.func.coalesce(Course.published_id, newest)
    figures: dict[tuple[str, str], dict[int, Figures]] = {}
    for slug, title, year, *counts in db.session.execute(
        sa.select(
            Course.slug, CourseEdition.title, counted.c.fiscal_year, counted.c.a, counted.c.b, counted.c.c, counted.c.d
        )
        .join(Course, Course.id == counted.c.course_id)
        .join(CourseEdition, CourseEdition.id == latest)
    ):
        figures.setdefault((slug, title), {})[year] = Figures(*counts)
    lines = [
        Line(title, slug, years_of[wanted.fiscal_year], years_of.get(wanted.fiscal_year - 1, NOBODY))
        for (slug, title), years_of in figures.items()
        if wanted.fiscal_year in years_of
    ]
    return sorted(lines, key=lambda line: (-(line.figures.enrolled or 0), line.reference))


def _years(source: _Source, wanted: Filter, mine: Any) -> list[tuple[int, Figures]]:
    first = wanted.fiscal_year - YEARS_SHOWN + 1
    statement = (
        sa.select(source.fiscal_year, *source.sums)
        .where(mine, *source.where, *_here(source, wanted), source.fiscal_year.between(first, wanted.fiscal_year))
        .group_by(source.fiscal_year)
    )
    found = {year: Figures(*counts) for year, *counts in db.session.execute(statement)}
    return [(year, found.get(year, NOBODY)) for year in range(first, wanted.fiscal_year + 1)]
