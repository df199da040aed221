"""A line of a personnel file: what it says of one person; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True)
class Said:
    """What a line says of a person: `None` or empty is what it does not say. `sections` are from the top down."""

    line: int
    number: str = ""
    name: str = ""
    reading: str = ""
    email: str = ""
    sections: tuple[str, ...] = ()
    post: str = ""
    joined_on: dt.date | None = None
    posted_on: dt.date | None = None
    left_on: dt.date | None = None
    """The last day."""
    fault: str = ""

    @property
    def section(self) -> str:
        """Return the section with those above it, as a section is called."""
        return " ".join(self.sections)
