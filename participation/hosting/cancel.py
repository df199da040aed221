"""Cancelling (中止): a session or one of its meetings is not held, with a reason that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import clock
from kernel.database import db

from courses.sessions import meeting as meetings
from courses.sessions import training_session

from participation import enrolment as enrolments
from participation.attending import completion
from participation.hosting.concerned import tell_changed
from participation.hosting.ending import not_held
from participation.joint import waiting_list

if TYPE_CHECKING:
    from people.permission import Actor

    from courses.sessions.models import Meeting, TrainingSession


def cancel(actor: Actor, session: TrainingSession, reason: str) -> TrainingSession:
    """Cancel a session and tell everybody concerned why. Raises as `training_session.cancel` does."""
    held = training_session.lock_hosted(actor, session.id)
    db.session.refresh(held, ["meetings"])
    training_session.cancel(actor, held, reason)
    not_held(held, f"開催が中止になりました。理由：{reason}")
    return held


def cancel_meeting(actor: Actor, meeting: Meeting, reason: str) -> Meeting:
    """Cancel one meeting of several, and tell everybody concerned. Raises as `meeting.cancel_meeting` does."""
    meetings.cancel_meeting(actor, meeting, reason)
    completion.settle(meeting.session_id)
    enrolments.follow_year(meeting.session)
    waiting_list.shorten_offers(meeting.session)
    was = clock.moment_label(meeting.starts_at)
    tell_changed(meeting.session_id, f"{was} の会だけを中止します。理由：{reason}")
    return meeting
