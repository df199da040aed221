"""A term of the field: a closed set of values, each with the Japanese label that the screen shows."""

from __future__ import annotations

import enum
from typing import Self


class Term(enum.Enum):
    """An enumeration whose value is stored and whose label is shown: `DRAFT = "draft", "下書き"`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make a member from its stored value and its label."""
        term = object.__new__(cls)
        term._value_ = value
        term.label = label
        return term

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return (value, label) pairs in the order of definition, as a form's choices."""
        return [(term.value, term.label) for term in cls]
