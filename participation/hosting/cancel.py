"""Cancelling (中止): a session or one of its meetings is not held, with a reason that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import clock

from courses.sessions import meeting as meetings
from courses.sessions import training_session

from participation.attending import completion
from participation.hosting.concerned import tell_cancelled, tell_changed
from participation.joint import waiting_list

if TYPE_CHECKING:
    from people.permission import Actor

    from courses.sessions.models import Meeting, TrainingSession


def cancel(actor: Actor, session: TrainingSession, reason: str) -> TrainingSession:
    """Cancel a session and tell everybody concerned why. Raises as `training_session.cancel` does."""
    training_session.cancel(actor, session, reason)
    tell_cancelled(session.id, f"開催が中止になりました。理由: {reason}")
    waiting_list.rebalance(session.id)
    return session


def cancel_meeting(actor: Actor, meeting: Meeting, reason: str) -> Meeting:
    """Cancel one meeting of several, and tell those who have a place. Raises as `meeting.cancel_meeting` does."""
    meetings.cancel_meeting(actor, meeting, reason)
    completion.settle(meeting.session_id)
    was = clock.moment_label(meeting.starts_at)
    tell_changed(meeting.session_id, f"{was} の会だけを中止します。理由: {reason}")
    return meeting
