"""Holding (開催): what the host changes about a session, with what follows for places and for those concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from courses import meeting as meetings
from courses import training_session

from participation import completion, decision, waiting_list
from participation.models import Enrolment, EnrolmentState, Nomination, NominationState
from participation.notices.models import NoticeKind
from participation.notices.notice import Tell, tell

if TYPE_CHECKING:
    from people.access import Actor

    from courses.meeting import MoveMeeting
    from courses.models import Meeting, TrainingSession
    from courses.training_session import PlanSession


def change(actor: Actor, session: TrainingSession, command: PlanSession) -> TrainingSession:
    """Change a session; more places go to those who wait. Raises as `training_session.change` does."""
    before = (session.place, session.meeting_link)
    training_session.change(actor, session, command)
    if before != (command.place, command.meeting_link):
        _tell_changed(session.id, f"会場は{command.place or 'オンライン'}になりました。")
    waiting_list.rebalance(session.id)
    return session


def cancel(actor: Actor, session: TrainingSession, reason: str) -> TrainingSession:
    """Cancel a session and tell everybody concerned why. Raises as `training_session.cancel` does."""
    training_session.cancel(actor, session, reason)
    _tell_cancelled(session.id, f"開催が中止になりました。理由: {reason}")
    waiting_list.rebalance(session.id)
    return session


def call_off(actor: Actor, session_id: int) -> TrainingSession:
    """Say that a session is not run, and tell everybody concerned. Raises as `decision.call_off` does."""
    session = decision.call_off(actor, session_id)
    _tell_cancelled(session_id, f"この回は開きません。理由: {session.cancelled_because}")
    waiting_list.rebalance(session_id)
    return session


def move_meeting(actor: Actor, meeting: Meeting, command: MoveMeeting) -> Meeting:
    """Hold one meeting at another time or place, and tell those who have a place. Raises as `meeting.move_meeting` does."""
    was = clock.moment_label(meeting.starts_at)
    meetings.move_meeting(actor, meeting, command)
    place = command.place or meeting.session.place or "オンライン"
    _tell_changed(
        meeting.session_id, f"{was} の会は {clock.moment_label(meeting.starts_at)} になりました。場所: {place}"
    )
    return meeting


def cancel_meeting(actor: Actor, meeting: Meeting, reason: str) -> Meeting:
    """Cancel one meeting of several, and tell those who have a place. Raises as `meeting.cancel_meeting` does."""
    meetings.cancel_meeting(actor, meeting, reason)
    completion.settle(meeting.session_id)
    was = clock.moment_label(meeting.starts_at)
    _tell_changed(meeting.session_id, f"{was} の会だけを中止します。理由: {reason}")
    return meeting


def _tell_changed(session_id: int, text: str) -> None:
    session = waiting_list.locked(session_id)
    having = db.session.scalars(
        sa.select(Enrolment.staff_id).where(
            Enrolment.session_id == session_id, Enrolment.state != EnrolmentState.WITHDRAWN
        )
    ).all()
    about = clock.now().isoformat()
    tell(session, session.edition.title, [Tell(NoticeKind.CHANGED, staff_id, text, about) for staff_id in having])


def _tell_cancelled(session_id: int, text: str) -> None:
    """Tell those who have a place, and those who hope for one."""
    session = waiting_list.locked(session_id)
    hoping = (NominationState.NOMINATED, NominationState.WAITING, NominationState.OFFERED)
    concerned = sa.union(
        sa.select(Enrolment.staff_id).where(
            Enrolment.session_id == session_id, Enrolment.state != EnrolmentState.WITHDRAWN
        ),
        sa.select(Nomination.staff_id).where(Nomination.session_id == session_id, Nomination.state.in_(hoping)),
    )
    people = db.session.scalars(concerned).all()
    tell(session, session.edition.title, [Tell(NoticeKind.CANCELLED, staff_id, text) for staff_id in people])
