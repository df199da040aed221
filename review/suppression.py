"""Suppression: a group under five identifies people, so it is not shown to readers not entitled to the names.

Nor is its complement, where it would give the number away: not the other parts of the same whole, and not a
single remaining group that could be found by subtracting from a total (個人情報保護法; 統計の秘匿).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SMALLEST_SHOWN = 5


@dataclass(frozen=True)
class Figures:
    """How many enrolled, and of them how many are in progress and have completed. None means not shown."""

    enrolled: int | None
    in_progress: int | None
    completed: int | None

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

    def __add__(self, other: Figures) -> Figures:
        """Add two groups whose figures are known."""
        return Figures(
            (self.enrolled or 0) + (other.enrolled or 0),
            (self.in_progress or 0) + (other.in_progress or 0),
            (self.completed or 0) + (other.completed or 0),
        )


HIDDEN = Figures(None, None, None)
NOBODY = Figures(0, 0, 0)


def is_small(number: int) -> bool:
    """Tell whether a number of people is too small to be shown; zero tells nothing about anybody."""
    return 0 < number < SMALLEST_SHOWN


def suppressed(figures: Figures) -> Figures:
    """Return one group as it may be shown: nothing of a small group, no parts where one part is small."""
    if figures.enrolled is None or is_small(figures.enrolled):
        return HIDDEN
    in_progress, completed = figures.in_progress or 0, figures.completed or 0
    if any(is_small(part) for part in (in_progress, completed, figures.enrolled - in_progress - completed)):
        return replace(figures, in_progress=None, completed=None)
    return figures


def suppressed_groups(groups: Sequence[Figures], *, total_is_shown: bool = True) -> list[Figures]:
    """Return the groups of a whole as they may be shown beside their total.

    Where just one group would be hidden, the smallest other one that counts anybody is hidden with it, because
    else the total would tell; the same for parts.
    """
    shown = [suppressed(group) for group in groups]
    if not total_is_shown:
        return shown
    shown = _with_a_second(groups, shown, lambda figures: figures.enrolled is None, lambda _figures: HIDDEN)
    return _with_a_second(
        groups,
        shown,
        lambda figures: figures.completed is None,
        lambda figures: replace(figures, in_progress=None, completed=None),
    )


def _with_a_second(
    groups: Sequence[Figures],
    shown: list[Figures],
    is_hidden: Callable[[Figures], bool],
    hide: Callable[[Figures], Figures],
) -> list[Figures]:
    hidden = [index for index, figures in enumerate(shown) if is_hidden(figures)]
    if len(hidden) != 1:
        return shown
    others = [index for index, group in enumerate(groups) if index != hidden[0] and group.enrolled]
    if not others:
        return shown
    second = min(others, key=lambda index: (groups[index].enrolled or 0, index))
    return [hide(figures) if index == second else figures for index, figures in enumerate(shown)]
