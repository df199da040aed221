"""Facts (いつ・どこで): when and where a session meets, written when a notice is read or sent and never kept in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import clock

if TYPE_CHECKING:
    from courses.sessions.models import TrainingSession

MOST = 5


def held_when(session: TrainingSession | None) -> list[str]:
    """Return a line for each meeting of a session that is still to come (its meetings must be loaded)."""
    if session is None or session.is_off:
        return []
    coming = [meeting for meeting in session.going_on if meeting.ends_at > clock.now()]
    lines = [
        f"開催：{clock.moment_label(meeting.starts_at)}〜{clock.local(meeting.ends_at):%H:%M} {meeting.where}"
        for meeting in coming[:MOST]
    ]
    return [*lines, f"ほかに{len(coming) - MOST}回"] if len(coming) > MOST else lines
