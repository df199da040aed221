"""A manifest says what a package holds: the standard it speaks, its title, its parts in order."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from courses.packages.models import PackageStandard


@dataclass(frozen=True)
class Part:
    """A part of a package: a heading without a page, or a page; a SCO (`reports`) tells how far somebody got.

    `mastery` is the score from which it is passed: 0 to 100 in SCORM 1.2, -1 to 1 in SCORM 2004. `threshold` is the
    share (0 to 1) of it from which it is complete, `says_completion` that silence of it is no completion (2004 only).
    """

    identifier: str
    title: str
    depth: int
    path: str = ""
    query: str = ""
    reports: bool = False
    mastery: float | None = None
    threshold: float | None = None
    says_completion: bool = False
    launch_data: str = ""
    max_time: str = ""
    time_limit_action: str = ""


@dataclass(frozen=True)
class Manifest:
    """What a manifest says, its parts from top to bottom, and sentences on what is unusual or not used."""

    standard: PackageStandard
    title: str
    parts: tuple[Part, ...]
    remarks: tuple[str, ...] = field(default=())

    @property
    def outline(self) -> list[dict[str, Any]]:
        """Return the parts as data, to be kept."""
        return [asdict(part) for part in self.parts]


def parts_from(outline: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Return the parts that were kept as data."""
    return [Part(**row) for row in outline]


def pages(parts: Sequence[Part]) -> list[Part]:
    """Return the parts that have a page."""
    return [part for part in parts if part.path]
