"""Meetings (会): the dates of a training session; one is added, and one of several is moved or cancelled alone."""

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
from courses.sessions.session_state import ENDED, SessionState, state_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

MOST_MEETINGS = 60
PAST = "過ぎた日時にはできません。年に誤りがないか確かめてください。"


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


def changes(meeting: Meeting, command: MoveMeeting) -> bool:
    """Tell whether a command would change anything about a meeting."""
    return any(getattr(meeting, name) != value for name, value in vars(command).items())


def move_meeting(actor: Actor, meeting: Meeting, command: MoveMeeting) -> None:
    """Hold one meeting at another time or place; one whose day has passed by a slip can be moved to a day to come.

    Raises InvalidError for a time in the past, ConflictError for one that is cancelled or whose session is closed.
    """
    is_moved = (command.starts_at, command.ends_at) != (meeting.starts_at, meeting.ends_at)
    if is_moved and command.ends_at <= clock.now():
        raise InvalidError(PAST, field="day")
    _check_goes_on(meeting)
    _check_time(command, [one for one in meeting.session.going_on if is_moved and one is not meeting])
    for name, value in vars(command).items():
        setattr(meeting, name, value)
    if meeting.session.going_on == [meeting]:  # then its place is the session's
        meeting.session.place = command.place or meeting.session.place
        meeting.session.meeting_link = command.meeting_link or meeting.session.meeting_link
    _span(meeting.session)
    meeting.sequence += 1
    _record(actor, meeting, Act.MEETING_MOVED)


def add_meeting(actor: Actor, session: TrainingSession, command: MoveMeeting) -> Meeting:
    """Add a meeting to a session (loaded with its meetings) that is still to end.

    Raises NotFoundError for a session of another organisation, InvalidError for a time that is past or taken by another
    meeting, ConflictError for a session that is over, or for more meetings than a session has.
    """
    if session.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    if state_of(session) in ENDED:
        message = f"「{state_of(session).label}」の開催回には、会を加えられません。"
        raise ConflictError(message)
    if len(session.meetings) >= MOST_MEETINGS:
        message = f"会は、一つの開催回に{MOST_MEETINGS}回までです。"
        raise ConflictError(message)
    _check_time(command, session.going_on)
    if command.starts_at <= clock.now():
        raise InvalidError(PAST, field="day")
    meeting = Meeting(**vars(command))
    session.meetings.append(meeting)
    _span(session)
    session.sequence, session.changed_at = session.sequence + 1, clock.now()
    db.session.flush()
    _record(actor, meeting, Act.MEETING_ADDED)
    return meeting


def _check_time(command: MoveMeeting, others: Sequence[Meeting]) -> None:
    """Raise InvalidError for an end before the beginning, and for a time at which another meeting is held."""
    if command.ends_at <= command.starts_at:
        message = "終わりの時刻は、始まりより後にしてください。"
        raise InvalidError(message, field="ends_time")
    if any(one.starts_at < command.ends_at and command.starts_at < one.ends_at for one in others):
        message = "この開催回の別の会と時間が重なります。"
        raise InvalidError(message, field="starts_time")


def cancel_meeting(actor: Actor, meeting: Meeting, reason: str) -> None:
    """Cancel one meeting of several. Raises ConflictError for the last one: then the session is to be cancelled."""
    _check_goes_on(meeting)
    if meeting.ends_at <= clock.now():
        message = "すでに開かれた会は中止にできません。"
        raise ConflictError(message)
    if sum(other.cancelled_at is None for other in meeting.session.meetings) == 1:
        message = "残っている最後の会です。開催回そのものを中止してください。"
        raise ConflictError(message)
    meeting.cancelled_at, meeting.cancelled_because = clock.now(), reason
    _span(meeting.session)
    meeting.sequence += 1
    _record(actor, meeting, Act.MEETING_CANCELLED)


def _check_goes_on(meeting: Meeting) -> None:
    if meeting.cancelled_at or state_of(meeting.session) in ENDED - {SessionState.HELD}:
        message = "中止になった会や、終わった開催回の会は変更できません。"
        raise ConflictError(message)


def _span(session: TrainingSession) -> None:
    """Let a session begin with its first meeting and end with its last."""
    session.starts_at = min(meeting.starts_at for meeting in session.going_on)
    session.ends_at = max(meeting.ends_at for meeting in session.going_on)


def _record(actor: Actor, meeting: Meeting, act: Act) -> None:
    title = meeting.session.edition.title
    audit.record(actor, act, title, organisation_id=meeting.session.host_id, session=meeting.session_id)
    db.session.flush()
