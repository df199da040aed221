"""Meetings (会): the dates of a training session; one of several is moved or cancelled alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.permission import Actor, Permission

from courses.models import CourseEdition
from courses.sessions.models import Meeting, TrainingSession
from courses.sessions.training_session import ENDED, state_of

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True)
class MoveMeeting:
    """When and where a meeting is held instead; empty place and link: as usual for the session."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    meeting_link: str


def meeting_of(actor: Actor, meeting_id: int) -> Meeting:
    """Return a meeting of a session that the actor's organisation holds, with the whole session. Raises NotFoundError."""
    meeting = db.session.scalar(
        sa.select(Meeting)
        .join(Meeting.session)
        .options(
            contains_eager(Meeting.session).joinedload(TrainingSession.edition).joinedload(CourseEdition.course),
            contains_eager(Meeting.session).joinedload(TrainingSession.host),
            contains_eager(Meeting.session).selectinload(TrainingSession.meetings),
        )
        .where(Meeting.id == meeting_id, actor.scope(Permission.PLAN_SESSIONS).where(TrainingSession.host_id))
    )
    if meeting is None:
        raise NotFoundError
    return meeting


def move_meeting(actor: Actor, meeting: Meeting, command: MoveMeeting) -> None:
    """Hold one meeting at another time or place. Raises InvalidError, and ConflictError for one that is cancelled."""
    if command.ends_at <= command.starts_at:
        message = "終わりの時刻は、始まりより後にしてください。"
        raise InvalidError(message, field="ends_time")
    _check_goes_on(meeting)
    for name, value in vars(command).items():
        setattr(meeting, name, value)
    _span(meeting.session)
    meeting.sequence += 1
    _record(actor, meeting, Act.MEETING_MOVED)


def cancel_meeting(actor: Actor, meeting: Meeting, reason: str) -> None:
    """Cancel one meeting of several. Raises ConflictError for the last one: then the session is to be cancelled."""
    _check_goes_on(meeting)
    if sum(other.cancelled_at is None for other in meeting.session.meetings) == 1:
        message = "残っている最後の会です。開催回そのものを中止してください。"
        raise ConflictError(message)
    meeting.cancelled_at, meeting.cancelled_because = clock.now(), reason
    _span(meeting.session)
    meeting.sequence += 1
    _record(actor, meeting, Act.MEETING_CANCELLED)


def _check_goes_on(meeting: Meeting) -> None:
    if meeting.cancelled_at or state_of(meeting.session) in ENDED:
        message = "中止になった会や、終わった開催回の会は変更できません。"
        raise ConflictError(message)


def _span(session: TrainingSession) -> None:
    """Let a session begin with its first meeting and end with its last."""
    held = [meeting for meeting in session.meetings if meeting.cancelled_at is None]
    session.starts_at = min(meeting.starts_at for meeting in held)
    session.ends_at = max(meeting.ends_at for meeting in held)


def _record(actor: Actor, meeting: Meeting, act: Act) -> None:
    title = meeting.session.edition.title
    audit.record(actor, act, title, organisation_id=meeting.session.host_id, session=meeting.session_id)
    db.session.flush()
