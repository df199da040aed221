"""The rule of completion (修了の条件): what an edition asks of a person before the course counts as completed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courses.models import Format

if TYPE_CHECKING:
    from courses.models import CourseEdition

LEARNT_BY_LESSONS = (Format.E_LEARNING, Format.BLENDED)
"""The formats of which the lessons, where there are any, must be finished."""
SHARES = {100: "すべての会に出席", 80: "会の8割以上に出席", 60: "会の6割以上に出席", 50: "会の半分以上に出席"}
"""The shares of meetings, in percent, that an author chooses from."""


def meetings_needed(percent: int, held: int) -> int:
    """Return how many of the meetings held must be attended, rounded up and at least one."""
    return max(1, -(-held * percent // 100))


NEAR, SHORT = 0.25, 5


def lacks(edition: CourseEdition) -> list[str]:
    """Return what an edition (which must be `whole`) still needs so that a completion of it says something."""
    if not edition.format.is_own_pace or any(
        lesson.required for module in edition.modules for lesson in module.lessons
    ):
        return []
    return ["修了に必要なレッスンを一つ以上つくってください。eラーニングは、レッスンを終えることで修了になります。"]


def minutes_apart(edition: CourseEdition) -> str:
    """Return how the minutes of a course at the own pace (which must be `whole`) differ from those of its lessons; empty where they are near.

    Near is within a quarter, or five minutes; of lessons without a time nothing is said.
    """
    times = [lesson.minutes for module in edition.modules for lesson in module.lessons]
    if not edition.format.is_own_pace or not edition.minutes or not times or not all(times):
        return ""
    together = sum(filter(None, times))
    if abs(edition.minutes - together) <= max(SHORT, edition.minutes * NEAR):
        return ""
    return f"レッスンの時間を合わせると{together}分で、講座の所要時間（{edition.minutes}分）と離れています。どちらかを直してください。"


def sentence(edition: CourseEdition) -> str:
    """Return the rule of an edition as its page says it."""
    if edition.format.is_own_pace:
        return "必修のレッスンをすべて終え、確認テストに合格すると修了です。"
    share = SHARES.get(edition.attendance_percent, f"会の{edition.attendance_percent}%以上に出席")
    lessons = "、必修のレッスンがあればすべて終える" if edition.format is Format.BLENDED else ""
    return f"開催回の{share}{'し' + lessons if lessons else 'する'}と修了です。"
