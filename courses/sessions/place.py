"""Places (席) of a training session. Only this module writes `taken`, the count of places that are given or offered.

Whoever comes first claims a place by one conditional statement: the condition and the count stand in it together, and
a CHECK behind it, so no place is given twice however many people ask at once. Where a rule gives the places, they are
taken and given back one by one under the session's lock (`training_session.lock`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from courses.sessions.models import AdmissionRule, TrainingSession
from courses.sessions.session_state import LAST_DAYS, SessionState, state_of

if TYPE_CHECKING:
    import datetime as dt

WHY_NOT = {
    SessionState.CANCELLED: "この開催回は中止になりました。ほかの開催回をお選びください。",
    SessionState.CALLED_OFF: "この開催回は、人数が集まらなかったため開かれません。ほかの開催回をお選びください。",
    SessionState.ALLOCATING: "推薦の受付は終わり、席の割当を待っています。",
    SessionState.CONFIRMED: "席の割当は終わりました。空いた席は、開催の7日前から先着順で申し込めます。",
    SessionState.FINISHED: "この開催回は終わりました。",
    SessionState.DRAFT: "まだ公開されていません。",
    SessionState.PLANNED: "まだ受付が始まっていません。受付の開始日からお申し込みください。",
    SessionState.FULL: "満席になりました。開催回のページで順番を待つか、ほかの開催回をお選びください。",
    SessionState.CLOSED: "受付は終わりました。ほかの開催回をお選びください。",
    SessionState.HELD: "この開催回は終わりました。",
}


def claim(session_id: int) -> None:
    """Take one place of a session that is open to whoever comes first.

    Raises ConflictError with the reason where there is none, NotFoundError where there is no such session.
    """
    now = clock.now()
    claimed = db.session.execute(
        sa.update(TrainingSession)
        .where(
            TrainingSession.id == session_id,
            TrainingSession.taken < TrainingSession.capacity,
            TrainingSession.is_draft.is_(False),
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
            sa.or_(_first_come(now), _last_places(now)),
        )
        .values(taken=TrainingSession.taken + 1)
        .returning(TrainingSession.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if claimed is None:
        raise ConflictError(why_not(session_id))


def take(session: TrainingSession, places: int = 1) -> None:
    """Take places of a session whose row is locked. Raises ConflictError where so many are not free."""
    if session.taken + places > session.capacity:
        raise ConflictError(WHY_NOT[SessionState.FULL])
    session.taken += places


def give_back(session: TrainingSession, places: int = 1) -> None:
    """Give places of a session whose row is locked back."""
    session.taken -= places


def _first_come(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        TrainingSession.giving == AdmissionRule.FIRST_COME,
        TrainingSession.applications_open_at <= now,
        TrainingSession.applications_close_at > now,
        TrainingSession.starts_at > now,
    )


def _last_places(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Return the condition that the places left of a session by nomination are open to everybody entitled."""
    return sa.and_(
        TrainingSession.giving == AdmissionRule.NOMINATION,
        TrainingSession.decided_at.is_not(None),
        TrainingSession.starts_at <= now + LAST_DAYS,
        TrainingSession.starts_at > now,
    )


def why_not(session_id: int) -> str:
    """Return why no place of a session can be had. Raises NotFoundError."""
    session = db.session.get(TrainingSession, session_id, populate_existing=True)
    if session is None:
        raise NotFoundError
    state = state_of(session)
    if state is SessionState.OPEN and session.is_by_nomination:
        return "この開催回は、団体の推薦で席を決めます。受講したいことを研修担当に伝えてください。"
    if state is SessionState.FULL and session.is_by_nomination:
        return "満席になりました。席が空いたときは、推薦されて待っている人から順に案内します。"
    return WHY_NOT.get(state, WHY_NOT[SessionState.FULL])
