"""Alikeness of sections: two that may be one, written differently; pure."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from kernel.spelling import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.models import Section

MOST_COMPARED, SHORTEST_ALIKE = 400, 3
_ENDINGS = re.compile(r"(?:部|局|課|室|係|班|担当|グループ|センター)$")


def alike(sections: Sequence[Section]) -> list[tuple[Section, Section]]:
    """Return pairs of sections that may be one, written differently: by spaces, width and old forms, by the ending, or one at the end of the other.

    Each pair names first the one that more is said of.
    """
    keys = [(row, folded(row.name)) for row in sections[:MOST_COMPARED]]
    pairs = [(one, other) for (one, key), (other, its) in combinations(keys, 2) if _are_alike(key, its)]
    return [tuple(sorted(pair, key=lambda row: (-len(row.path), -len(row.title), row.id))) for pair in pairs]  # type: ignore[misc]


def _are_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    stems = {_ENDINGS.sub("", one), _ENDINGS.sub("", other)}
    if len(stems) == 1 and len(min(stems)) >= SHORTEST_ALIKE - 1:
        return one.endswith(tuple("部局課室係")) != other.endswith(tuple("部局課室係"))
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= SHORTEST_ALIKE and longer.endswith(shorter)
