"""Change (変更): what the host changes about a session, with what follows for places and for those concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import clock

from courses.sessions import meeting as meetings
from courses.sessions import training_session

from participation.hosting.concerned import tell_changed
from participation.joint import waiting_list

if TYPE_CHECKING:
    from people.permission import Actor

    from courses.sessions.meeting import MoveMeeting
    from courses.sessions.models import Meeting, TrainingSession
    from courses.sessions.training_session import PlanSession


def change(actor: Actor, session: TrainingSession, command: PlanSession) -> TrainingSession:
    """Change a session; more places go to those who wait. Raises as `training_session.change` does."""
    before = (session.place, session.meeting_link)
    training_session.change(actor, session, command)
    if before != (command.place, command.meeting_link):
        tell_changed(session.id, f"会場は{command.place or 'オンライン'}になりました。")
    waiting_list.rebalance(session.id)
    return session


def move_meeting(actor: Actor, meeting: Meeting, command: MoveMeeting) -> Meeting:
    """Hold one meeting at another time or place, and tell those who have a place. Raises as `meeting.move_meeting` does."""
    was = clock.moment_label(meeting.starts_at)
    meetings.move_meeting(actor, meeting, command)
    place = command.place or meeting.session.place or "オンライン"
    tell_changed(
        meeting.session_id, f"{was} の会は {clock.moment_label(meeting.starts_at)} になりました。場所: {place}"
    )
    return meeting
