"""A manifest says what a package holds: the standard it speaks, its title, its parts in order."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from kernel.spelling import normal_form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from courses.packages.models import PackageStandard


def folded_path(path: str) -> str:
    """Return a path as file systems compare it that know neither capitals nor how a kana is composed (Unicode NFC)."""
    return normal_form(unquote(path), "NFC").casefold()


@dataclass(frozen=True)
class Rollup:
    """What a part counts for and, where it holds others, when it is done (SCORM 2004 SN 3.7; see `courses.packages.rollup`).

    A rule is of a kind of set (`of`: all, any, none, atleastcount, atleastpercent with `least`), has conditions (name and
    whether it is negated, all or `any` of them) and an action (satisfied, notsatisfied, completed, incomplete).
    `select` is how many of the children are taken (0: all), `passing` the measure from which it is passed, `reads` and
    `writes` are objectives shared with other parts, `sometimes` what it counts for only if it was attempted.
    """

    rules: tuple[Mapping[str, Any], ...] = ()
    tracked: bool = True
    for_completion: bool = True
    for_success: bool = True
    sometimes: tuple[str, ...] = ()
    select: int = 0
    passing: float | None = None
    weight: float = 1.0
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()

    @property
    def says_anything(self) -> bool:
        """Tell whether it says anything but that all is to be finished."""
        return replace(self, weight=NO_RULE.weight, writes=NO_RULE.writes) != NO_RULE

    @property
    def decides_success(self) -> bool:
        """Tell whether it says when it is passed."""
        return self.passing is not None or any(rule["action"] in {"satisfied", "notsatisfied"} for rule in self.rules)

    @property
    def decides_completion(self) -> bool:
        """Tell whether it says when it is complete."""
        return any(rule["action"] in {"completed", "incomplete"} for rule in self.rules)

    def only_if_attempted(self, what: str) -> bool:
        """Tell whether it counts for being completed or satisfied only if it was attempted."""
        return what in self.sometimes


NO_RULE = Rollup()


@dataclass(frozen=True)
class Part:
    """A part of a package: a heading without a page, or a page; a SCO (`reports`) tells how far somebody got.

    `mastery` is the score from which it is passed: 0 to 100 in SCORM 1.2, -1 to 1 in SCORM 2004. `threshold` is the
    share (0 to 1) of it from which it is complete, `says_completion` that silence of it is no completion (2004 only).
    `hidden` parts are not shown in the table of contents (CAM 3.4.1), `objectives` are set up at the first start
    (RTE 4.2.17), `stores` are the data that parts share (RTE 4.3), each with whether this part reads and writes them.
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
    hidden: bool = False
    objectives: tuple[str, ...] = ()
    stores: tuple[tuple[str, bool, bool], ...] = ()
    rollup: Rollup = NO_RULE


@dataclass(frozen=True)
class Manifest:
    """What a manifest says, its parts from top to bottom, and sentences on what is unusual or not used."""

    standard: PackageStandard
    title: str
    parts: tuple[Part, ...]
    remarks: tuple[str, ...] = field(default=())
    rollup: Rollup = NO_RULE

    @property
    def outline(self) -> list[dict[str, Any]]:
        """Return the parts as data, to be kept."""
        return [asdict(part) for part in self.parts]


def rollup_from(said: Mapping[str, Any]) -> Rollup:
    """Return a rollup that was kept as data."""
    tuples: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    return Rollup(**tuples)


def parts_from(outline: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Return the parts that were kept as data, also by versions that knew less of them."""
    return [
        Part(
            **{
                **row,
                "objectives": tuple(row.get("objectives", ())),
                "stores": tuple((name, bool(reads), bool(writes)) for name, reads, writes in row.get("stores", ())),
                "rollup": rollup_from(row.get("rollup", {})),
            }
        )
        for row in outline
    ]


def pages(parts: Sequence[Part]) -> list[Part]:
    """Return the parts that have a page and are shown; where none is shown, all that have one."""
    every = [part for part in parts if part.path]
    return [part for part in every if not part.hidden] or every
