"""The attendance code (出席コード): shown by the host at a meeting, entered by each participant, valid for a short while."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError
from kernel.secret import drawn
from kernel.text import normalised

from people import audit
from people.act import Act

from courses.models import CourseEdition
from courses.sessions.models import Meeting, TrainingSession

from participation import enrolment as enrolments
from participation.attending import attendance
from participation.attending.models import MISSED, AttendanceCode, EnteredBy

if TYPE_CHECKING:
    from people.permission import Actor

LENGTH = 6
VALID = dt.timedelta(minutes=30)


def show(actor: Actor, meeting: Meeting) -> AttendanceCode:
    """Draw a new code for a meeting that the actor's organisation holds; one shown before ends with it.

    There are 31^6 = 887 million codes, so none is guessed in the half hour in which it is valid.
    Raises ConflictError before the day of the meeting.
    """
    attendance.check_begun(meeting)
    shown = db.session.get(AttendanceCode, meeting.id) or AttendanceCode(meeting_id=meeting.id)
    shown.code, shown.valid_until = drawn(LENGTH), clock.now() + VALID
    audit.record(
        actor, Act.CODE_SHOWN, meeting.session.edition.title,
        organisation_id=meeting.session.host_id, meeting=meeting.id,
    )  # fmt: skip
    return add(shown)


def end(meeting: Meeting) -> None:
    """End the code of a meeting."""
    if shown := db.session.get(AttendanceCode, meeting.id):
        shown.valid_until = clock.now()
        db.session.flush()


def valid_code(meeting: Meeting) -> AttendanceCode | None:
    """Return the code of a meeting while it is valid."""
    shown = db.session.get(AttendanceCode, meeting.id)
    return shown if shown and shown.valid_until > clock.now() else None


def meant(code: str) -> Meeting:
    """Return the meeting of a valid code, with its session. Raises ConflictError where no code is valid by this name."""
    typed = normalised(code).upper().replace(" ", "").replace("-", "")
    meeting = db.session.scalar(
        sa.select(Meeting)
        .join(AttendanceCode, AttendanceCode.meeting_id == Meeting.id)
        .join(Meeting.session)
        .options(contains_eager(Meeting.session).joinedload(TrainingSession.edition).load_only(CourseEdition.title))
        .where(AttendanceCode.code == typed, AttendanceCode.valid_until > clock.now())
    )
    if meeting is None:
        message = "このコードは使えません。打ち間違いがないか確かめ、違っていなければ、会場の担当者に新しいコードを出してもらってください。"
        raise ConflictError(message, field="code")
    return meeting


def attend(actor: Actor, code: str) -> Meeting:
    """Note that the actor came to the meeting whose code this is; twice is once.

    Raises ConflictError where the code is not valid, the actor has no place in that session, or the host entered an
    absence.
    """
    meeting = meant(code)
    attendance.check_begun(meeting)
    enrolment = enrolments.place_in(meeting.session_id, actor.staff_id)
    if enrolment is None:
        message = f"「{meeting.session.edition.title}」の名簿にお名前がありません。会場の担当者に声をかけてください。"
        raise ConflictError(message, field="code")
    if attendance.attend(meeting.id, enrolment, EnteredBy.CODE) in MISSED:
        message = "実施団体が「欠席」と入力しています。会場の担当者に声をかけて、直してもらってください。"
        raise ConflictError(message, field="code")
    return meeting
