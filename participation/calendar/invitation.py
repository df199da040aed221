"""Invitations (カレンダーへの招待): a meeting as a calendar object that a mail carries (iMIP: RFC 6047, RFC 5546).

An invitation and a change are a REQUEST, what is not held or no longer one's own is a CANCEL. All components of an object have
one UID (RFC 5546 3.2.2), so each meeting is an object of its own; the host is the ORGANIZER, whoever is written to the ATTENDEE.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import icalendar
from icalendar import CUTYPE, PARTSTAT, vCalAddress

from kernel import clock
from kernel.spelling import is_address

from participation.calendar.feed import MAKER, Entry, event_of
from participation.notices.kinds import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.models import Staff

    from courses.sessions.models import TrainingSession

    from participation.calendar.feed import Place

INVITES = frozenset({NoticeKind.PLACED, NoticeKind.ENROLLED, NoticeKind.CHANGED})
TAKES_OUT = frozenset({NoticeKind.CANCELLED, NoticeKind.REPLACED})
MOST_MEETINGS = 20
"""So many meetings of a series are sent; the private calendar holds all."""


@dataclass(frozen=True)
class Invitation:
    """A calendar object as a part of a mail: its method and its text."""

    method: str
    text: str


def invitations(kind: NoticeKind, session: TrainingSession, person: Staff, place: Place) -> list[Invitation]:
    """Return what a mail of a kind, about a session in which somebody has or had a place, brings to their calendar.

    The session must be loaded with edition, host and meetings.
    """
    if kind not in INVITES | TAKES_OUT or not is_address(person.email or ""):
        return []  # an address that no calendar can hold brings nobody's mail to a stop
    meetings = [meeting for meeting in session.meetings if meeting.ends_at > clock.now()]
    return [
        _invitation(kind, Entry(session, meeting, shows_link=True), person, place)
        for meeting in meetings[:MOST_MEETINGS]
    ]


def _invitation(kind: NoticeKind, entry: Entry, person: Staff, place: Place) -> Invitation:
    is_over = kind in TAKES_OUT or entry.session.is_off or entry.meeting.cancelled_at is not None
    method = "CANCEL" if is_over else "REQUEST"
    event = event_of(entry, place)
    event.attendees = [
        vCalAddress.new(
            person.email or "", cn=person.name, cutype=CUTYPE.INDIVIDUAL, partstat=PARTSTAT.ACCEPTED, rsvp=False
        )
    ]
    if is_over:
        event.status = icalendar.STATUS.CANCELLED
    calendar = icalendar.Calendar.new(prodid=MAKER, method=method)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return Invitation(method, calendar.to_ical().decode())


def as_told(parts: Sequence[Invitation]) -> str:
    """Return the sentence with which a mail says that it brings calendar entries; empty where it brings none."""
    return "この開催回は、添付の予定をひらくと、お使いのカレンダーに入ります。" if parts else ""
