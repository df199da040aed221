"""What a reminder says: the course, how many days there are, and how it is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import clock

if TYPE_CHECKING:
    import datetime as dt

    from courses.models import Course


def sentence(course: Course, due_on: dt.date | None) -> str:
    """Return what is told of a course that is to be done until a day; its published edition must be loaded."""
    left, title = (due_on - clock.today()).days if due_on else 0, course.published.title if course.published else ""
    when = ""
    if due_on:
        label = clock.date_label(due_on)
        late = f"期限（{label}）を過ぎています。" if left < 0 else f"期限は今日（{label}）です。"
        when = f"期限は{label}です。あと{left}日です。" if left > 0 else late
    is_own_pace = course.published is not None and course.published.format.is_own_pace
    how = "マイページから始められます。" if is_own_pace else "講座のページから開催回を選んで申し込んでください。"
    return f"「{title}」は必修です。{when}{how}"
