"""Change (変更): what the host changes about a session, with what follows for places and for those concerned."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError

from people.models import Organisation

from courses.sessions import meeting as meetings
from courses.sessions import training_session
from courses.sessions.audience import columns, is_open_to

from participation import enrolment as enrolments
from participation.attending.models import Attendance
from participation.hosting.concerned import tell_changed
from participation.joint import waiting_list
from participation.joint.models import Nomination, NominationState
from participation.models import OPEN_STATES, Enrolment

if TYPE_CHECKING:
    from people.permission import Actor

    from courses.sessions.meeting import MoveMeeting
    from courses.sessions.models import Meeting, TrainingSession
    from courses.sessions.training_session import PlanSession

MOST_NAMED = 5


def change(actor: Actor, session: TrainingSession, command: PlanSession) -> TrainingSession:
    """Change a session; more places go to those who wait.

    Raises as `training_session.change` does, and ConflictError where organisations that have nominated or whose staff
    have a place could not come any more. Where applications open again, lots are drawn anew.
    """
    before, came = (session.place, session.meeting_link), (columns(command.open_to), command.open_to.organisation_ids)
    was = ({name: getattr(session, name) for name in came[0]}, frozenset(row.id for row in session.chosen))
    had_closed = session.applications_close_at <= clock.now()
    training_session.change(actor, session, command)
    if had_closed and session.applications_close_at > clock.now():
        session.seed = secrets.token_hex(16)  # the host has seen what the draw would be
        db.session.flush()
    if was != came:
        _check_all_may_still_come(session)
    if before != (command.place, command.meeting_link):
        tell_changed(session.id, "会場か会議のリンクが変わりました。")
    waiting_list.rebalance(session.id)
    return session


def _check_all_may_still_come(session: TrainingSession) -> None:
    nominating = sa.select(Nomination.organisation_id).where(
        Nomination.session_id == session.id, Nomination.state != NominationState.WITHDRAWN
    )
    coming = sa.select(Enrolment.organisation_id).where(
        Enrolment.session_id == session.id, Enrolment.state.in_(OPEN_STATES)
    )
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name)
        .where(Organisation.id.in_(sa.union(nominating, coming)))
        .order_by(Organisation.id)
    )
    if left_out := [name for organisation_id, name in rows if not is_open_to(organisation_id, session)]:
        message = f"すでに推薦や受講のある団体（{'、'.join(left_out[:MOST_NAMED])}{'ほか' if len(left_out) > MOST_NAMED else ''}）が対象から外れます。"
        raise ConflictError(message, field="audience")


def move_meeting(actor: Actor, meeting: Meeting, command: MoveMeeting) -> Meeting:
    """Hold one meeting at another time or place, and tell everybody concerned; to save it as it is tells nobody.

    What was fixed by its day follows: offers end with the beginning, the enrolments count in its fiscal year. Raises
    as `meeting.move_meeting` does, and ConflictError where attendance is entered for a meeting that is moved ahead.
    """
    if not meetings.changes(meeting, command):
        return meeting
    was = clock.moment_label(meeting.starts_at)
    if command.starts_at > clock.now() and _has_marks(meeting):
        message = "この会の出欠が入力されています。日時を先に移すときは、先に出欠を「未入力」に戻してください。"
        raise ConflictError(message, field="day")
    meetings.move_meeting(actor, meeting, command)
    enrolments.follow_year(meeting.session)
    waiting_list.shorten_offers(meeting.session)
    tell_changed(meeting.session_id, f"{was} の会の日時か会場が変わりました。")
    waiting_list.rebalance(meeting.session_id)
    return meeting


def add_meeting(actor: Actor, session: TrainingSession, command: MoveMeeting) -> Meeting:
    """Add a meeting to a session, and tell everybody concerned; what was fixed by its first day follows. Raises as `meeting.add_meeting` does."""
    added = meetings.add_meeting(actor, session, command)
    enrolments.follow_year(session)
    waiting_list.shorten_offers(session)
    if not session.is_draft:
        tell_changed(session.id, f"{clock.moment_label(added.starts_at)} の会が加わりました。")
    return added


def _has_marks(meeting: Meeting) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Attendance.meeting_id == meeting.id))))
