"""Organisations beside one another (団体ごとの数): what of them is shown to somebody who may read the names of some of them only.

What is hidden on the page of all organisations is hidden on the page of the one; what is shown of them all changes once a month.
The courses of one of them, and the organisations of one course, are as they are now: they are not kept by the month.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from people.permission import Actor, Permission

from review import counting
from review.month_end import last_taken
from review.question import Question
from review.suppression import HIDDEN, Figures, is_small, rest_of, suppressed_groups, suppressed_total, total_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from people.models import Organisation

    from review.counting import Counted, Whose


def as_counted(asked: Question) -> Question:
    """Return a question about all courses of organisations as the last month answers it, if one has been counted."""
    return asked if asked.course or asked.curriculum else replace(asked, as_of=last_taken(asked.fiscal_year))


def of_organisations(asked: Question, whose: Whose, own: frozenset[int]) -> tuple[dict[int, Figures], Figures]:
    """Return the figures of each organisation and their total as somebody may see them who is entitled to the names of some only.

    Most enrolled come first; those that are hidden last, in an order that does not tell their size.
    """
    exact = counting.by_organisation(asked, whose)
    others = {id_: one for id_, one in exact.items() if id_ not in own}
    seen = _seen(asked, whose, others)
    total = suppressed_total(
        total_of([one.figures for one in exact.values()]),
        [one.figures for one in others.values()],
        [seen[id_] for id_ in others],
    )
    shown = {**{id_: one.figures for id_, one in exact.items()}, **seen}
    order = sorted((figures.is_hidden, -(figures.enrolled or 0), id_) for id_, figures in shown.items())
    return {id_: shown[id_] for _hidden, _enrolled, id_ in order}, total


def hidden_organisations(actor: Actor, prefecture: str, year: int) -> set[int]:
    """Return the organisations (of a prefecture, or all) whose figures of a year the page of participation hides from somebody."""
    asked = as_counted(Question(fiscal_year=year, prefecture=prefecture))
    whose = counting.whose(prefecture, actor.scope(Permission.READ_PARTICIPATION).where)
    own = actor.scope(Permission.READ_NAMES).organisation_ids
    others = {id_: one for id_, one in counting.by_organisation(asked, whose).items() if id_ not in own}
    return {id_ for id_, figures in _seen(asked, whose, others).items() if figures.is_hidden}


def _seen(asked: Question, whose: Whose, exact: Mapping[int, Counted]) -> dict[int, Figures]:
    """Return the figures of others as they are shown: what is hidden is hidden on every page of the prefecture."""
    given_away = _given_away(asked, whose, exact)
    neighbours: dict[str | None, list[int]] = {}
    for id_ in exact:
        neighbours.setdefault(exact[id_].prefecture, []).append(id_)
    seen: dict[int, Figures] = {}
    for ids in neighbours.values():
        hidden = frozenset(place for place, id_ in enumerate(ids) if id_ in given_away)
        seen.update(zip(ids, suppressed_groups([exact[id_].figures for id_ in ids], hidden), strict=True))
    return seen


def _given_away(asked: Question, whose: Whose, exact: Mapping[int, Counted]) -> set[int]:
    """Return the organisations whose part would, taken from a whole or from the other parts, tell a small rest."""
    if asked.course or asked.curriculum:
        whole = counting.by_organisation(replace(asked, course="", curriculum="", level=None), whose)
        return {id_ for id_, part in exact.items() if is_small(rest_of(whole.get(id_, part).figures, part.figures))}
    if asked.level is None:
        return set()
    level, hidden = asked.level.value, set()
    for id_, levels in counting.by_organisation_and_level(asked, whose).items():
        if id_ in exact and level in levels:
            shown = dict(zip(levels, suppressed_groups(list(levels.values())), strict=True))
            if shown[level].is_hidden:
                hidden.add(id_)
    return hidden


def is_hidden_among_neighbours(asked: Question, chosen: Organisation) -> bool:
    """Tell whether an organisation's figures are hidden on the page of all organisations, as it is counted or as it is now."""
    here = counting.in_prefecture(chosen.prefecture) if chosen.prefecture else None
    whose = here or (lambda column: column == chosen.id)
    return any(
        _seen(one, whose, counting.by_organisation(one, whose)).get(chosen.id, HIDDEN).is_hidden
        for one in {asked, as_counted(asked)}
    )
