"""Suppression: a group under five identifies people, so it is not shown to readers not entitled to the names.

What counts is people, not enrolments. Nor is the complement shown where it would give the number away: not the
other parts of the same whole, and not so few remaining groups that they follow from the total (個人情報保護法).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

SMALLEST_SHOWN = 5
FEWEST_HIDDEN = 2


class Figures(NamedTuple):
    """How many enrolments, how many of them in progress and completed, and how many people. None: not shown."""

    enrolled: int | None
    in_progress: int | None
    completed: int | None
    people: int | None = None

    @property
    def rate(self) -> float | None:
        """Return the share of completions, from 0 to 1; None where it is not shown or nobody enrolled."""
        if self.enrolled and self.completed is not None:
            return self.completed / self.enrolled
        return None

    @property
    def is_hidden(self) -> bool:
        """Tell whether nothing of the group is shown."""
        return self.enrolled is None

    @property
    def size(self) -> int:
        """Return how many people the group has; where they are not told apart, how many enrolments."""
        return (self.enrolled if self.people is None else self.people) or 0


def total_of(groups: Collection[Figures]) -> Figures:
    """Return the sum of groups whose figures are known."""
    columns = zip(*((*figures[:3], figures.size) for figures in groups), strict=True)
    return Figures(*(sum(filter(None, column)) for column in columns)) if groups else NOBODY


HIDDEN = Figures(None, None, None)
NOBODY = Figures(0, 0, 0)


def rest_of(whole: Figures, part: Figures) -> int:
    """Return how many enrolments of a whole are not in a part of it."""
    return (whole.enrolled or 0) - (part.enrolled or 0)


def is_small(number: int) -> bool:
    """Tell whether a number of people is too small to be shown; zero tells nothing about anybody."""
    return 0 < number < SMALLEST_SHOWN


def suppressed(figures: Figures) -> Figures:
    """Return one group as it may be shown: nothing of a small group, no parts where one part is small."""
    if figures.enrolled is None or is_small(figures.size):
        return HIDDEN
    in_progress, completed = figures.in_progress or 0, figures.completed or 0
    if any(map(is_small, (in_progress, completed, figures.enrolled - in_progress - completed))):
        return figures._replace(in_progress=None, completed=None)
    return figures


def suppressed_groups(groups: Sequence[Figures], also_hidden: Collection[int] = ()) -> list[Figures]:
    """Return the groups of a whole as they may be shown beside their total.

    `also_hidden` are the places of groups that something else would give away. Where so few would be hidden that the
    total tells what they are, the smallest other ones that count anybody are hidden with them; the same for parts.
    """
    shown = [HIDDEN if place in also_hidden else suppressed(group) for place, group in enumerate(groups)]
    if all(figures.completed is not None for figures in shown):
        return shown
    shown = _hide_more(groups, shown, lambda figures: figures.is_hidden, lambda _figures: HIDDEN)
    return _hide_more(
        groups,
        shown,
        lambda figures: figures.completed is None,
        lambda figures: figures._replace(in_progress=None, completed=None),
    )


def _hide_more(
    groups: Sequence[Figures],
    shown: list[Figures],
    is_hidden: Callable[[Figures], bool],
    hide: Callable[[Figures], Figures],
) -> list[Figures]:
    others = sorted(
        (index for index, group in enumerate(groups) if group.size and not is_hidden(shown[index])),
        key=lambda index: (groups[index].size, index),
    )
    while others and not _is_safe(groups, [is_hidden(figures) for figures in shown]):
        index = others.pop(0)
        shown[index] = hide(shown[index])
    return shown


def _is_safe(groups: Sequence[Figures], hidden: Sequence[bool]) -> bool:
    """Tell whether what is hidden stays hidden beside the total: nothing is, or enough groups and people are."""
    sizes = [group.size for group, is_hidden in zip(groups, hidden, strict=True) if is_hidden and group.size]
    return is_safe_beside_total(len(sizes), sum(sizes))


def is_safe_beside_total(groups: int, people: int) -> bool:
    """Tell whether so many hidden groups of so many people together stay hidden when their total is shown."""
    return not groups or (groups >= FEWEST_HIDDEN and people >= SMALLEST_SHOWN)


def suppressed_total(total: Figures, groups: Sequence[Figures], shown: Sequence[Figures]) -> Figures:
    """Return the total as it may be shown beside its groups: not where it would tell what is hidden."""
    if not _is_safe(groups, [figures.is_hidden for figures in shown]):
        return HIDDEN
    seen = suppressed(total)
    if not _is_safe(groups, [figures.completed is None for figures in shown]):
        return seen._replace(in_progress=None, completed=None)
    return seen


def hidden_together(total: Figures, shown: Sequence[Figures]) -> tuple[int, Figures] | None:
    """Return how many groups of a whole are hidden, and their figures together; None where that is not to be told.

    It is what follows from the total and the groups shown, and so tells nothing more than they do.
    """
    hidden, seen = sum(figures.is_hidden for figures in shown), [one for one in shown if not one.is_hidden]
    if hidden < FEWEST_HIDDEN or total.enrolled is None:
        return None
    enrolled = total.enrolled - sum(one.enrolled or 0 for one in seen)
    if total.completed is None or any(one.completed is None for one in seen):
        return hidden, Figures(enrolled, None, None)
    parts = [
        (total.in_progress or 0, total.completed),
        *((-(one.in_progress or 0), -(one.completed or 0)) for one in seen),
    ]
    in_progress, completed = (sum(column) for column in zip(*parts, strict=True))
    return hidden, suppressed(Figures(enrolled, in_progress, completed))
