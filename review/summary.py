"""The summary (参加状況): enrolled, in progress, completed, as the person who asks may see it.

Who is entitled to the names of an organisation sees its figures as they are. Of all others small groups are hidden,
and what would give them away: among the organisations of a prefecture, among the levels of an organisation, and
beside the whole of an organisation when only a part is asked for (個人情報保護法; docs/decisions/0004).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kernel import clock
from kernel.errors import NotFoundError
from kernel.page import Page

from people.organisation import by_code_or_name
from people.permission import Actor, Permission

from review import counting
from review.beside import as_counted, is_hidden_among_neighbours, of_organisations
from review.question import By, Question, is_known
from review.suppression import (
    HIDDEN,
    NOBODY,
    SMALLEST_SHOWN,
    Figures,
    hidden_together,
    is_small,
    rest_of,
    suppressed,
    suppressed_groups,
    suppressed_total,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.models import Organisation

    from review.counting import Group, Whose, Year

A_PAGE = 20
MOST_NAMED = 100
YEARS_SHOWN = 5


@dataclass(frozen=True)
class Line:
    """A line of the table: its figures, and those of the year before."""

    label: str
    reference: str
    figures: Figures
    before: Figures = NOBODY

    @property
    def change(self) -> float | None:
        """Return by how much the rate changed since the year before; None where it cannot be told, or says nothing: of a few."""
        if self.figures.rate is None or self.before.rate is None:
            return None
        if min(self.figures.size, self.before.size) < SMALLEST_SHOWN:
            return None
        return self.figures.rate - self.before.rate


@dataclass(frozen=True)
class Summary:
    """The participation page: whose it is, total, lines, and the years as a line of time."""

    asked: Question
    by: By
    is_of_all: bool
    organisation: Organisation | None
    total: Figures
    years: Sequence[tuple[int, Figures]]
    unnamed: Sequence[Line]
    own: frozenset[int] = frozenset()

    @property
    def is_over(self) -> bool:
        """Tell whether the year is over: a running one is not compared with a whole one."""
        return self.asked.fiscal_year < clock.current_fiscal_year()

    @property
    def is_own(self) -> bool:
        """Tell whether it is all of organisations whose names the reader may read: what is behind a figure can be opened."""
        return not self.is_of_all and bool(self.own) and (self.organisation is None or self.organisation.id in self.own)

    @functools.cached_property
    def lines(self) -> Page[Line]:
        """Return the lines of the page that is asked for; only they are given their names."""
        listed = self._listed
        number = min(self.asked.page, max(1, -(-len(listed) // A_PAGE)))
        begin = (number - 1) * A_PAGE
        return Page(self._named(listed[begin : begin + A_PAGE]), len(listed), number, A_PAGE)

    @property
    def _listed(self) -> Sequence[Line]:
        """Return the lines that have a row of their own: what is hidden is one row together, where that adds up."""
        if self.hidden_together is None:
            return self.unnamed
        return [line for line in self.unnamed if not line.figures.is_hidden]

    @functools.cached_property
    def names_hidden(self) -> list[str]:
        """Return the names of the first lines that are one row together, in an order that does not tell their size."""
        if self.hidden_together is None:
            return []
        hidden = [line for line in self.unnamed if line.figures.is_hidden][:MOST_NAMED]
        if self.by is not By.ORGANISATION:
            return sorted(line.label for line in hidden)
        return sorted(name for name, _code in counting.names_of([int(line.reference) for line in hidden]).values())

    @functools.cached_property
    def all_lines(self) -> list[Line]:
        """Return all lines, with their names, as a download holds them."""
        return self._named(self._listed)

    @functools.cached_property
    def hidden_together(self) -> tuple[int, Figures] | None:
        """Return how many lines are hidden and what they come to together; curricula share courses and have no sum."""
        if self.by is By.CURRICULUM:
            return None
        return hidden_together(self.total, [line.figures for line in self.unnamed])

    @property
    def finding(self) -> str:
        """Return what the line of years says, in a sentence; where it may not be told, what the line is."""
        figures = dict(self.years)
        year = self.asked.fiscal_year
        now, before = figures.get(year, NOBODY), figures.get(year - 1, NOBODY)
        if not self.is_over and now.enrolled and now.completed is not None:
            return f"この年度は、これまでに{now.enrolled:,}件の受講があり、{now.completed:,}件が修了しました"
        if not self.is_over:
            return "年度ごとの推移"
        if now.rate is None or before.rate is None:
            return "年度ごとの推移"
        points = round(100 * (now.rate - before.rate), 1)
        how = (
            f"前年度より{abs(points):.1f}ポイント{'高い' if points > 0 else '低い'}です"
            if points
            else "前年度と同じです"
        )
        return f"修了率は、{how}"

    def _named(self, lines: Sequence[Line]) -> list[Line]:
        if self.by is not By.ORGANISATION:
            return list(lines)
        ids = [int(line.reference) for line in lines]
        names = counting.names_of(ids)
        before = (
            counting.of_organisations(replace(self.asked, as_of=None), ids, self.asked.fiscal_year - 1)
            if self.is_over
            else {}
        )
        return [
            Line(*names[id_], line.figures, self._seen(id_, before.get(id_, NOBODY)))
            for id_, line in zip(ids, lines, strict=True)
        ]

    def _seen(self, organisation_id: int, figures: Figures) -> Figures:
        return figures if organisation_id in self.own else suppressed(figures)


def summarise(actor: Actor, asked: Question) -> Summary:
    """Return the participation that is asked for, of the organisations that the actor reviews.

    Raises InvalidError for an organisation that is not known, NotFoundError for one that the actor does not review.
    """
    scope = actor.scope(Permission.READ_PARTICIPATION)
    chosen = by_code_or_name(asked.organisation) if asked.organisation else None
    if chosen and chosen.id not in scope:
        raise NotFoundError
    if asked.curriculum and not is_known(asked.curriculum, actor.organisation_ids):
        raise NotFoundError
    is_of_all = scope.everywhere and chosen is None
    by = asked.by or (By.ORGANISATION if is_of_all else By.COURSE)
    if by is By.ORGANISATION and not is_of_all:
        by = By.COURSE
    own = actor.scope(Permission.READ_NAMES).organisation_ids
    whose = _whose(asked, chosen, scope.where)
    years = counting.years(asked, whose, YEARS_SHOWN)
    if by is By.ORGANISATION:
        asked = as_counted(asked)
        seen, total = of_organisations(asked, whose, own)
        lines = [Line("", str(id_), figures) for id_, figures in seen.items()]
        past = [(year.number, _past(year)) for year in years[:-1]]
        years_shown = [*past, (asked.fiscal_year, total)]
    else:
        groups = counting.groups(asked, whose, by, actor.organisation_ids)
        if not is_of_all and (chosen is None or chosen.id in own):
            lines, years_shown = _as_they_are(groups), [(year.number, year.figures) for year in years]
        elif chosen and is_hidden_among_neighbours(asked, chosen):
            lines, years_shown = [Line(*group[:2], HIDDEN, HIDDEN) for group in groups], _nothing(years)
        else:
            total, lines = _suppressed(groups, years[-1].figures, by)
            years_shown = [*((year.number, _past(year)) for year in years[:-1]), (asked.fiscal_year, total)]
    return Summary(asked, by, is_of_all, chosen, years_shown[-1][1], years_shown, lines, own)


def _whose(asked: Question, chosen: Organisation | None, scope: Whose) -> Whose:
    if chosen:
        return lambda column: column == chosen.id
    return counting.whose(asked.prefecture, scope)


def _past(year: Year) -> Figures:
    return suppressed(year.figures) if year.is_safe else HIDDEN


def _nothing(years: Sequence[Year]) -> list[tuple[int, Figures]]:
    return [(year.number, HIDDEN if year.figures.enrolled else NOBODY) for year in years]


def _as_they_are(groups: Sequence[Group]) -> list[Line]:
    return [Line(*group) for group in groups]


def _suppressed(groups: Sequence[Group], total: Figures, by: By) -> tuple[Figures, list[Line]]:
    """Return total and lines of what several people of other organisations took."""
    exact = [group.figures for group in groups]
    if by is By.CURRICULUM:  # curricula share courses, so their lines are no parts of the total
        seen = [HIDDEN if is_small(rest_of(total, figures)) else suppressed(figures) for figures in exact]
        shown_total = suppressed(total)
    else:
        seen = suppressed_groups(exact)
        shown_total = suppressed_total(total, exact, seen)
    pairs = zip(groups, seen, strict=True)
    return shown_total, [Line(*group[:2], figures, suppressed(group.before)) for group, figures in pairs]
