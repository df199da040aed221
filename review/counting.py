"""Counting: how many enrolments and people a question is about, by organisation, course, curriculum, level and year.

Without a course or curriculum the count by organisation, year and level answers (`participation.enrolment_count`); with
one, the enrolments of its courses do. What comes out is exact: `review.summary` decides what of it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kernel.database import db, slices

from people.models import Organisation

from courses.models import Course, CourseEdition, Level

from catalog.curriculum_audience import is_shown_to
from catalog.models import Curriculum, CurriculumStep

from participation.enrolment_count import COUNTED
from participation.models import ALL_LEVELS, Enrolment, EnrolmentCount, EnrolmentState

from review.models import MonthCount
from review.question import By
from review.suppression import NOBODY, SMALLEST_SHOWN, Figures, is_safe_beside_total

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from review.question import Question

MOST_AT_ONCE = 500

Whose = Any
"""A function that turns the column of the organisation into a condition: whose enrolments are counted."""


@dataclass(frozen=True)
class _Table:
    """The table that answers, and how its rows are counted."""

    organisation_id: Any
    fiscal_year: Any
    level: Any
    sums: tuple[Any, Any, Any, Any]
    where: tuple[Any, ...]


def _table(asked: Question, *, by_level: bool = False) -> _Table:
    if asked.course or asked.curriculum:
        of_level = (Enrolment.level == asked.level,) if asked.level else ()
        return _Table(
            Enrolment.organisation_id,
            Enrolment.fiscal_year,
            Enrolment.level,
            _counts(),
            (*_of_courses(asked), *of_level),
        )
    level, (counted, *taken) = asked.level.value if asked.level else ALL_LEVELS, _counted(asked)
    one_level = counted.level != ALL_LEVELS if by_level and not asked.level else counted.level == level
    total = sa.func.sum
    return _Table(
        counted.organisation_id, counted.fiscal_year, counted.level,
        (total(counted.enrolled), total(counted.in_progress), total(counted.completed), total(counted.people)), (one_level, *taken),
    )  # fmt: skip


def _counted(asked: Question) -> tuple[Any, ...]:
    """Return the table of counts that answers, and the condition that its rows were counted on the day that is asked for."""
    return (MonthCount, MonthCount.taken_on == asked.as_of) if asked.as_of else (EnrolmentCount,)


def _counts() -> tuple[Any, Any, Any, Any]:
    return (
        sa.func.count(),
        sa.func.count().filter(Enrolment.state == EnrolmentState.IN_PROGRESS),
        sa.func.count().filter(Enrolment.state == EnrolmentState.COMPLETED),
        sa.func.count(sa.distinct(Enrolment.staff_id)),
    )


def _of_courses(asked: Question) -> tuple[Any, ...]:
    conditions: list[Any] = [COUNTED]
    if asked.course:
        conditions.append(Enrolment.course_id.in_(sa.select(Course.id).where(Course.slug == asked.course)))
    if asked.curriculum:
        steps = sa.select(CurriculumStep.course_id).join(Curriculum, Curriculum.id == CurriculumStep.curriculum_id)
        conditions.append(Enrolment.course_id.in_(steps.where(Curriculum.slug == asked.curriculum)))
    return tuple(conditions)


class Counted(NamedTuple):
    """The figures of an organisation, and the prefecture in which it has its neighbours."""

    figures: Figures
    prefecture: str | None


def by_organisation(asked: Question, whose: Whose) -> dict[int, Counted]:
    """Return the figures of each organisation that enrolled anybody in the year."""
    table = _table(asked)
    statement = (
        sa.select(table.organisation_id, Organisation.prefecture, *table.sums)
        .join(Organisation, Organisation.id == table.organisation_id)
        .where(whose(table.organisation_id), *table.where, table.fiscal_year == asked.fiscal_year)
        .group_by(table.organisation_id, Organisation.prefecture)
    )
    return {id_: Counted(Figures(*counts), prefecture) for id_, prefecture, *counts in db.session.execute(statement)}


def by_organisation_and_level(asked: Question, whose: Whose) -> dict[int, dict[str, Figures]]:
    """Return the figures of each organisation on each level, whatever level is asked for."""
    counted, *taken = _counted(asked)
    statement = sa.select(
        counted.organisation_id,
        counted.level,
        counted.enrolled,
        counted.in_progress,
        counted.completed,
        counted.people,
    ).where(
        whose(counted.organisation_id),
        counted.fiscal_year == asked.fiscal_year,
        counted.level != ALL_LEVELS,
        *taken,
    )
    found: dict[int, dict[str, Figures]] = {}
    for id_, level, *counts in db.session.execute(statement):
        found.setdefault(id_, {})[level] = Figures(*counts)
    return found


def of_organisations(asked: Question, organisation_ids: Iterable[int], year: int) -> dict[int, Figures]:
    """Return the figures of some organisations in a year."""
    table = _table(asked)
    statement = sa.select(table.organisation_id, *table.sums).where(*table.where, table.fiscal_year == year)
    return {
        id_: Figures(*counts)
        for part in slices(organisation_ids, MOST_AT_ONCE)
        for id_, *counts in db.session.execute(
            statement.where(table.organisation_id.in_(part)).group_by(table.organisation_id)
        )
    }


class Group(NamedTuple):
    """A course, curriculum or level: its label, its reference in addresses, its figures of the year and the one before."""

    label: str
    reference: str
    figures: Figures
    before: Figures


def groups(asked: Question, whose: Whose, by: By, own: Collection[int]) -> list[Group]:
    """Return the courses, curricula (as somebody of some organisations knows them) or levels that anybody enrolled in this year, most enrolled first (levels: in order)."""
    counted = _levels(asked, whose) if by is By.LEVEL else _courses_or_curricula(asked, whose, by)
    labels = _labels(by, counted, own)
    found = [
        Group(*labels[key], years[asked.fiscal_year], years.get(asked.fiscal_year - 1, NOBODY))
        for key, years in counted.items()
        if asked.fiscal_year in years and key in labels
    ]
    if by is By.LEVEL:
        return sorted(found, key=lambda group: group.reference)
    return sorted(found, key=lambda group: (-(group.figures.enrolled or 0), group.reference))


def _levels(asked: Question, whose: Whose) -> dict[Any, dict[int, Figures]]:
    table = _table(asked, by_level=True)
    return _two_years(table.level, table, (whose(table.organisation_id), *table.where), asked)


def _courses_or_curricula(asked: Question, whose: Whose, by: By) -> dict[Any, dict[int, Figures]]:
    of_level = (Enrolment.level == asked.level,) if asked.level else ()
    table = _Table(
        Enrolment.organisation_id, Enrolment.fiscal_year, Enrolment.level, _counts(), (*_of_courses(asked), *of_level)
    )
    where = [whose(table.organisation_id), *table.where]
    if by is By.COURSE:
        return _two_years(Enrolment.course_id, table, where, asked)
    where.append(CurriculumStep.course_id == Enrolment.course_id)
    return _two_years(CurriculumStep.curriculum_id, table, where, asked)


def _two_years(key: Any, table: _Table, where: Sequence[Any], asked: Question) -> dict[Any, dict[int, Figures]]:
    statement = (
        sa.select(key, table.fiscal_year, *table.sums)
        .where(*where, table.fiscal_year.in_((asked.fiscal_year, asked.fiscal_year - 1)))
        .group_by(key, table.fiscal_year)
    )
    found: dict[Any, dict[int, Figures]] = {}
    for value, year, *counts in db.session.execute(statement):
        found.setdefault(value, {})[year] = Figures(*counts)
    return found


def _labels(by: By, keys: Collection[Any], own: Collection[int]) -> dict[Any, tuple[str, str]]:
    """Return label and reference of courses, of curricula that are for all or of some organisations, or of levels."""
    if by is By.LEVEL:
        return {form: (level.label, level.value) for level in Level for form in (level, level.value)}
    if by is By.CURRICULUM:
        published = sa.select(Curriculum.id, Curriculum.title, Curriculum.slug).where(is_shown_to(own))
        return {id_: (title, slug) for id_, title, slug in db.session.execute(published)}
    any_edition = aliased(CourseEdition)
    newest = sa.select(sa.func.max(any_edition.id)).where(any_edition.course_id == Course.id).scalar_subquery()
    titles = sa.select(Course.id, CourseEdition.title, Course.slug).join(
        CourseEdition, CourseEdition.id == sa.func.coalesce(Course.published_id, newest)
    )
    return {
        id_: (title, slug)
        for part in slices(keys, MOST_AT_ONCE)
        for id_, title, slug in db.session.execute(titles.where(Course.id.in_(part)))
    }


def _by_year_and_organisation(asked: Question, whose: Whose, first: int) -> Any:
    """Return a row of year and counts for each organisation; the table of counts has one, enrolments are summed up."""
    table = _table(asked)
    is_counted = not (asked.course or asked.curriculum)
    sums = (
        (EnrolmentCount.enrolled, EnrolmentCount.in_progress, EnrolmentCount.completed, EnrolmentCount.people)
        if is_counted
        else table.sums
    )
    rows = sa.select(
        table.fiscal_year.label("year"), *(column.label(name) for name, column in zip("abcd", sums, strict=True))
    ).where(whose(table.organisation_id), *table.where, table.fiscal_year.between(first, asked.fiscal_year))
    return (rows if is_counted else rows.group_by(table.fiscal_year, table.organisation_id)).subquery()


class Year(NamedTuple):
    """The figures of all organisations in a fiscal year, and whether they tell nothing of a small one among them."""

    number: int
    figures: Figures
    is_safe: bool


def years(asked: Question, whose: Whose, how_many: int) -> list[Year]:
    """Return the years up to the one that is asked for, the earliest first; a year without anybody counts zero."""
    first = asked.fiscal_year - how_many + 1
    offices = _by_year_and_organisation(asked, whose, first)
    small = offices.c.d.between(1, SMALLEST_SHOWN - 1)
    statement = sa.select(
        offices.c.year,
        *(sa.func.sum(offices.c[name]) for name in "abcd"),
        sa.func.count().filter(small),
        sa.func.coalesce(sa.func.sum(offices.c.d).filter(small), 0),
    ).group_by(offices.c.year)
    found = {
        year: Year(year, Figures(*(int(count) for count in counts)), is_safe_beside_total(smalls, int(people)))
        for year, *counts, smalls, people in db.session.execute(statement)
    }
    return [found.get(year, Year(year, NOBODY, True)) for year in range(first, asked.fiscal_year + 1)]  # noqa: FBT003


def names_of(organisation_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return the names of some organisations, those of municipalities with their prefecture, and how each is asked for."""
    columns = sa.select(Organisation.id, Organisation.name, Organisation.prefecture, Organisation.code)
    return {
        id_: (f"{prefecture}{name}" if code and prefecture != name else name, code or name)
        for part in slices(organisation_ids, MOST_AT_ONCE)
        for id_, name, prefecture, code in db.session.execute(columns.where(Organisation.id.in_(part)))
    }


def in_prefecture(prefecture: str) -> Whose:
    """Return whose enrolments are counted in a prefecture."""
    here = sa.select(Organisation.id).where(Organisation.prefecture == prefecture)
    return lambda column: column.in_(here)


def whose(prefecture: str, scope: Whose) -> Whose:
    """Return whose enrolments are counted: of those that a reader reviews, the ones of a prefecture where one is named."""
    if not prefecture:
        return scope
    here = in_prefecture(prefecture)
    return lambda column: sa.and_(scope(column), here(column))
