"""Calendars: a session as a file, and private feeds of a person and of an organisation (RFC 5545).

Each meeting has one UID for ever (RFC 7986 5.3) and a SEQUENCE that rises with every change, so that a change arrives as
a change and a cancellation as a cancellation, not as a second entry. The host is the ORGANIZER (RFC 5546 3.2.1).
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import icalendar
import sqlalchemy as sa
from icalendar import STATUS, Event, vCalAddress
from sqlalchemy.orm import joinedload, selectinload

from kernel import clock
from kernel.database import db
from kernel.errors import NotFoundError
from kernel.secret import digest

from people import audit
from people.act import Act
from people.actor import actor_of
from people.models import Staff
from people.permission import Actor, Permission

from courses.sessions.models import Meeting, TrainingSession

from participation.calendar.models import CalendarFeed
from participation.models import OPEN_STATES, Enrolment, EnrolmentState

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOK_BACK_DAYS = 90
REFRESH = dt.timedelta(hours=6)
MAKER = "-//Tomomanabi//participation//JA"


@dataclass(frozen=True)
class Place:
    """Where the application is and who sends for it: its address and the address of its mails."""

    url: str
    sender: str


@dataclass(frozen=True)
class Named:
    """What a calendar is called, what it is known by, and what it does."""

    name: str
    uid: str
    method: str = "PUBLISH"


@dataclass(frozen=True)
class Entry:
    """A meeting as one person may see it; `shows_link` to those who have a place or hold the session."""

    session: TrainingSession
    meeting: Meeting
    shows_link: bool
    remark: str = ""


def file_of(session: TrainingSession, place: Place, *, shows_link: bool) -> bytes:
    """Return the calendar file of a session, loaded with edition, host and meetings."""
    entries = [Entry(session, meeting, shows_link) for meeting in session.meetings]
    cancels = session.is_off and len(entries) == 1  # a cancellation is of one UID only (RFC 5546 3.2.5)
    named = Named(session.edition.title, f"session-{session.id}", "CANCEL" if cancels else "PUBLISH")
    return _calendar(entries, named, place)


def _calendar(entries: Iterable[Entry], named: Named, place: Place) -> bytes:
    calendar = icalendar.Calendar.new(
        prodid=MAKER, method=named.method, name=named.name, uid=f"{named.uid}@tomomanabi", refresh_interval=REFRESH
    )
    for entry in entries:
        calendar.add_component(event_of(entry, place))
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def event_of(entry: Entry, place: Place) -> Event:
    """Return a meeting as a calendar event, of its session loaded with edition and host."""
    session, meeting = entry.session, entry.meeting
    is_off = session.is_off or meeting.cancelled_at is not None
    link = meeting.meeting_link or session.meeting_link
    because = session.cancelled_because or meeting.cancelled_because
    told = [entry.remark, f"理由：{because}" if is_off and because else "", f"実施：{session.host.name}"]
    if entry.shows_link:
        told += [link, session.joining_notes]
    return Event.new(
        uid=meeting.uid,
        sequence=session.sequence + meeting.sequence,
        stamp=clock.now(),
        last_modified=max(session.changed_at, meeting.changed_at),
        organizer=vCalAddress.new(place.sender, cn=session.host.name),
        start=clock.local(meeting.starts_at),
        end=clock.local(meeting.ends_at),
        summary=f"【中止】{session.edition.title}" if is_off else session.edition.title,
        location=meeting.place or session.place or ("オンライン" if link else None),
        description="\n".join(line for line in told if line),
        url=f"{place.url}/sessions/{session.id}",
        status=STATUS.CANCELLED if is_off else STATUS.CONFIRMED,
    )


def make_feed(actor: Actor, organisation_id: int | None = None) -> str:
    """Make the private address of the own calendar, or of an organisation's, and return its token; an earlier one ends.

    Raises NotFoundError for an organisation whose staff the actor does not enrol.
    """
    if organisation_id is not None and organisation_id not in actor.scope(Permission.ENROL_STAFF):
        raise NotFoundError
    token = secrets.token_urlsafe(24)
    end_feed(actor, organisation_id)
    epoch = db.session.scalars(sa.select(Staff.sign_in_epoch).where(Staff.id == actor.staff_id)).one()
    db.session.add(
        CalendarFeed(
            token_digest=digest(token), staff_id=actor.staff_id, organisation_id=organisation_id, sign_in_epoch=epoch
        )
    )
    audit.record(actor, Act.CALENDAR_MADE, "団体の予定" if organisation_id else "本人の予定")
    db.session.flush()
    return token


def end_feed(actor: Actor, organisation_id: int | None = None) -> None:
    """End a private address; where there is none nothing changes."""
    db.session.execute(
        sa.delete(CalendarFeed).where(
            CalendarFeed.staff_id == actor.staff_id, CalendarFeed.organisation_id.is_not_distinct_from(organisation_id)
        )
    )


def feed(token: str, place: Place) -> bytes:
    """Return the calendar behind a private address. Raises NotFoundError where it has ended or its maker may no more."""
    row = db.session.scalar(
        sa.select(CalendarFeed)
        .join(Staff, sa.and_(Staff.id == CalendarFeed.staff_id, Staff.sign_in_epoch == CalendarFeed.sign_in_epoch))
        .where(CalendarFeed.token_digest == digest(token))
    )
    actor = actor_of(row.staff_id) if row else None
    if row is None or actor is None:
        raise NotFoundError
    organisation_id = row.organisation_id
    if organisation_id is None:
        return _calendar(_own(actor), Named(f"ともまなび {actor.name}", f"person-{digest(token)[:20]}"), place)
    if organisation_id not in actor.scope(Permission.ENROL_STAFF):
        raise NotFoundError
    named = Named("ともまなび 団体の研修", f"organisation-{digest(token)[:20]}")
    return _calendar(_of_organisation(organisation_id), named, place)


def _since() -> dt.datetime:
    return clock.now() - LOOK_BACK_DAYS * clock.DAY


WHOLE = (
    joinedload(TrainingSession.edition), joinedload(TrainingSession.host), selectinload(TrainingSession.meetings),
)  # fmt: skip


def _own(actor: Actor) -> list[Entry]:
    """Return the meetings of the sessions in which a person has, or had at its cancellation, a place."""
    states = (*OPEN_STATES, EnrolmentState.COMPLETED, EnrolmentState.ABSENT, EnrolmentState.NOT_HELD)
    mine = sa.select(Enrolment.session_id).where(Enrolment.staff_id == actor.staff_id, Enrolment.state.in_(states))
    sessions = db.session.scalars(
        sa.select(TrainingSession)
        .options(*WHOLE)
        .where(TrainingSession.id.in_(mine), TrainingSession.ends_at > _since())
        .order_by(TrainingSession.starts_at)
    )
    return [Entry(session, meeting, shows_link=True) for session in sessions for meeting in session.meetings]


def _of_organisation(organisation_id: int) -> list[Entry]:
    """Return the meetings that an organisation holds or to which its staff go, with how many of them."""
    going = dict.fromkeys(
        db.session.scalars(
            sa.select(TrainingSession.id).where(
                TrainingSession.host_id == organisation_id,
                TrainingSession.is_draft.is_(False),
                TrainingSession.ends_at > _since(),
            )
        ),
        0,
    )
    counts = db.session.execute(
        sa.select(TrainingSession.id, sa.func.count(Enrolment.id))
        .join(TrainingSession, TrainingSession.id == Enrolment.session_id)
        .where(
            Enrolment.organisation_id == organisation_id,
            Enrolment.state != EnrolmentState.WITHDRAWN,
            TrainingSession.ends_at > _since(),
        )
        .group_by(TrainingSession.id)
    )
    for session_id, count in counts:
        going[session_id] = count
    sessions = db.session.scalars(
        sa.select(TrainingSession)
        .options(*WHOLE)
        .where(TrainingSession.id.in_(going))
        .order_by(TrainingSession.starts_at)
    )
    return [
        Entry(session, meeting, session.host_id == organisation_id, f"自団体の受講者 {going[session.id]}人")
        for session in sessions
        for meeting in session.meetings
    ]
