"""Attendance (出欠): who came to each meeting of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from people import audit
from people.act import Act
from people.audit import Change

from courses.completion_rule import meetings_needed
from courses.sessions.models import Meeting

from participation.attending import completion
from participation.attending.models import Attendance, EnteredBy, Presence
from participation.models import OPEN_STATES, Enrolment
from participation.roster import host_roster, is_host

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from people.permission import Actor

    from courses.sessions.models import TrainingSession


@dataclass(frozen=True)
class Sheet:
    """The attendance of a session: its people, the meetings that are held, and the marks that are entered."""

    people: Sequence[Enrolment]
    meetings: Sequence[Meeting]
    marks: Mapping[tuple[int, int], Attendance]
    needed: int

    def mark(self, meeting: Meeting, enrolment: Enrolment) -> Presence | None:
        """Return what is entered for somebody at a meeting."""
        entered = self.marks.get((meeting.id, enrolment.id))
        return entered.presence if entered else None

    def count(self, enrolment: Enrolment) -> int:
        """Return how many meetings somebody attended."""
        marks = [self.mark(meeting, enrolment) for meeting in self.meetings]
        return sum(mark is not None and mark.has_come for mark in marks)

    def missing(self, meeting: Meeting) -> int:
        """Return for how many people nothing is entered at a meeting."""
        return sum(self.mark(meeting, enrolment) is None for enrolment in self.people)


def meetings_held(session: TrainingSession) -> list[Meeting]:
    """Return the meetings of a session that are not cancelled (its meetings must be loaded)."""
    return [meeting for meeting in session.meetings if meeting.cancelled_at is None]


def sheet(actor: Actor, session: TrainingSession) -> Sheet:
    """Return the attendance of a session for its host. Raises NotFoundError for anybody else."""
    return _sheet(session, host_roster(actor, session))


def own_sheet(session: TrainingSession, enrolment: Enrolment) -> Sheet:
    """Return the attendance of one participant."""
    return _sheet(session, [enrolment])


def _sheet(session: TrainingSession, people: Sequence[Enrolment]) -> Sheet:
    meetings = meetings_held(session)
    rows = db.session.scalars(
        sa.select(Attendance).where(
            Attendance.meeting_id.in_([meeting.id for meeting in meetings]),
            Attendance.enrolment_id == people[0].id if len(people) == 1 else sa.true(),
        )
    )
    return Sheet(
        people, meetings, {(row.meeting_id, row.enrolment_id): row for row in rows},
        meetings_needed(session.edition.attendance_percent, len(meetings)),
    )  # fmt: skip


def has_begun(meeting: Meeting) -> bool:
    """Tell whether attendance can be entered: on the day of the meeting, when the doors open, and ever after."""
    return clock.local(meeting.starts_at).date() <= clock.today()


def check_begun(meeting: Meeting) -> None:
    """Raise ConflictError before the day of a meeting, and where it or its session is not held."""
    if meeting.session.is_off or meeting.cancelled_at:
        message = "この会は中止になったため、出欠を入力できません。"
        raise ConflictError(message)
    if not has_begun(meeting):
        message = "出欠は、開催の当日から入力できます。"
        raise ConflictError(message)


def enter(
    actor: Actor,
    meeting: Meeting,
    entered: Mapping[int, Presence | None],
    entered_by: EnteredBy = EnteredBy.LIST,
) -> int:
    """Enter who came to a meeting, by enrolment id (None: not known); return how many entries changed.

    `meeting` must have been read with its session. Raises NotFoundError for anybody but the host, ConflictError
    before the day of the meeting.
    """
    check_begun(meeting)
    if not is_host(actor, meeting.session):
        raise NotFoundError
    completion.lock(entered, of_session=meeting.session_id)  # before anything is read that somebody else may change
    now = sheet(actor, meeting.session)
    changed = {
        row.id: (now.mark(meeting, row), entered[row.id], row)
        for row in now.people
        if row.id in entered and entered[row.id] is not now.mark(meeting, row)
    }
    for enrolment_id, (before, after, row) in changed.items():
        _mark(meeting.id, enrolment_id, now.marks.get((meeting.id, enrolment_id)), after, entered_by)
        audit.record(
            actor, Act.ATTENDANCE, f"{row.staff.name}:{meeting.session.edition.title}",
            organisation_id=row.organisation_id, meeting=meeting.id, change=Change([_word(before)], [_word(after)]),
        )  # fmt: skip
    completion.settle(meeting.session_id, changed)
    return len(changed)


def _word(presence: Presence | None) -> str:
    return presence.label if presence else "未入力"


def attend(meeting_id: int, enrolment: Enrolment, entered_by: EnteredBy) -> Presence:
    """Note that somebody came, and return what stands: an earlier entry of the host does, and twice is once."""
    completion.lock([enrolment.id])
    if mark := db.session.get(Attendance, (meeting_id, enrolment.id), populate_existing=True):
        return mark.presence
    _mark(meeting_id, enrolment.id, None, Presence.ATTENDED, entered_by)
    if enrolment.session_id:
        completion.settle(enrolment.session_id, [enrolment.id])
    return Presence.ATTENDED


def _mark(
    meeting_id: int, enrolment_id: int, mark: Attendance | None, presence: Presence | None, entered_by: EnteredBy
) -> None:
    """Let the mark of somebody at a meeting, if there is one, say this."""
    if presence is None:
        if mark:
            db.session.delete(mark)
    elif mark:
        mark.presence, mark.entered_by, mark.entered_at = presence, entered_by, clock.now()
    else:
        db.session.add(
            Attendance(meeting_id=meeting_id, enrolment_id=enrolment_id, presence=presence, entered_by=entered_by)
        )


def unmarked() -> sa.Select[int]:
    """Return the query for open enrolments that lack an entry at a meeting that began."""
    return (
        sa.select(Enrolment.id)
        .join(Meeting, Meeting.session_id == Enrolment.session_id)
        .join(
            Attendance,
            sa.and_(Attendance.meeting_id == Meeting.id, Attendance.enrolment_id == Enrolment.id),
            isouter=True,
        )
        .where(
            Enrolment.state.in_(OPEN_STATES),
            Attendance.meeting_id.is_(None),
            Meeting.cancelled_at.is_(None),
            Meeting.starts_at <= clock.now(),
        )
    )
