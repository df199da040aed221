"""What differs between two editions, field by field and line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml
from rapidfuzz.distance import Indel

from courses import completion_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from courses.models import CourseEdition, Lesson

MOST_LINES = 5000


@dataclass(frozen=True)
class Difference:
    """What differs between two editions in one field: lines as (sign, text), sign being "-", "+" or " "."""

    label: str
    lines: tuple[tuple[str, str], ...]


def differences(old: CourseEdition, new: CourseEdition) -> list[Difference]:
    """Return the fields in which two editions differ, line by line. Both must be `whole`."""
    before, after = _as_lines(old), _as_lines(new)
    return [
        Difference(label, tuple(compared(before[label], after[label])))
        for label in before
        if before[label] != after[label]
    ]


def compared(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the lines of two texts with what became of each: the fewest are gone ("-") and new ("+").

    Comparing takes time and memory with the product of the lines, 64 at a time; beyond `MOST_LINES` all are shown as changed.
    """
    if max(len(before), len(after)) > MOST_LINES:
        yield from (("-", line) for line in before)
        yield from (("+", line) for line in after)
        return
    for step in Indel.opcodes(before, after):
        sign = " " if step.tag == "equal" else "-"
        yield from ((sign, line) for line in before[step.src_start : step.src_end])
        yield from (("+", line) for line in after[step.dest_start : step.dest_end] if sign != " ")


def _as_lines(edition: CourseEdition) -> dict[str, list[str]]:
    return {
        "講座名": [edition.title],
        "概要": edition.summary.splitlines(),
        "レベル": [edition.level.label],
        "形式": [edition.format.label],
        "所要時間": [f"{edition.minutes}分" if edition.minutes else "未定"],
        "修了の条件": [completion_rule.sentence(edition)],
        "対象": [edition.target_staff],
        "分野": [edition.track.title],
        "学習目標": list(edition.objectives),
        "スキル": sorted(f"{skill.category}:{skill.name}" for skill in edition.skills),
        "単元とレッスン": [
            line
            for module in edition.modules
            for line in (
                f"■ {module.title}",
                *(text for lesson in module.lessons for text in _lesson_lines(lesson)),
            )
        ],
    }


def _lesson_lines(lesson: Lesson) -> list[str]:
    """Return a lesson as lines to be compared; its questions as they are exchanged."""
    extent = "" if lesson.required else "、任意"
    content = yaml.safe_dump(lesson.content, allow_unicode=True, sort_keys=False) if lesson.content else ""
    return [f"● {lesson.title}({lesson.kind.label}{extent})", *lesson.body.splitlines(), *content.splitlines()]
