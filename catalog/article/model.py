"""What reading an article gives."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import datetime as dt

Side = Literal["municipality", "tokyo"]


@dataclass(frozen=True)
class Participant:
    """Somebody in the list of participants; name and surname are spaced as in 宮坂 学."""

    name: str
    surname: str
    affiliation: str
    role: str | None
    side: Side


@dataclass(frozen=True)
class ReadRemark:
    """One turn of one speaker inside one section; `text` is its paragraphs joined by a line end."""

    position: int
    speaker: str
    heading: str | None
    subheading: str | None
    text: str
    line: int

    @property
    def sha256(self) -> str:
        """Return the digest by which an imported remark is known again."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class Warn:
    """Something the reader should look at: the line (from 1, 0 for the whole article), its kind, a sentence."""

    line: int
    kind: str
    message: str


@dataclass(frozen=True)
class Skipped:
    """A line that is no part of the conversation, and why."""

    line: int
    kind: str


@dataclass
class ReadArticle:
    """An article as it was read. `used` tells for each line that is kept which field it went into."""

    number: int | None = None
    part: int | None = None
    title: str = ""
    held_on: dt.date | None = None
    municipalities: list[str] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)
    agenda: list[str] = field(default_factory=list)
    remarks: list[ReadRemark] = field(default_factory=list)
    warnings: list[Warn] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    used: dict[int, str] = field(default_factory=dict)

    def warn(self, line: int, kind: str, message: str) -> None:
        """Add a warning."""
        self.warnings.append(Warn(line, kind, message))

    def as_json(self) -> dict[str, Any]:
        """Return the article as `flask catalog parse` prints it."""
        shown = asdict(self)
        del shown["used"]
        shown["held_on"] = self.held_on.isoformat() if self.held_on else None
        for remark in shown["remarks"]:
            del remark["line"]
        return shown
