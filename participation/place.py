"""Places (席) of a training session: claimed and given back by one conditional statement each.

The condition and the count stand in the same statement, and a CHECK behind it, so no place is given twice however
many people ask at once.
"""

from __future__ import annotations

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from courses.models import TrainingSession
from courses.training_session import SessionState, state_of

WHY_NOT = {
    SessionState.CANCELLED: "この開催回は中止になりました。ほかの開催回をお選びください。",
    SessionState.PLANNED: "まだ受付が始まっていません。受付の開始日からお申し込みください。",
    SessionState.FULL: "満席になりました。ほかの開催回をお選びいただくか、研修担当にご相談ください。",
    SessionState.CLOSED: "受付は終わりました。ほかの開催回をお選びください。",
    SessionState.HELD: "この開催回は終わりました。",
}


def claim(session_id: int) -> None:
    """Take one place of a session that is open for applications.

    Raises ConflictError with the reason where there is none, NotFoundError where there is no such session.
    """
    now = clock.now()
    claimed = db.session.execute(
        sa.update(TrainingSession)
        .where(
            TrainingSession.id == session_id,
            TrainingSession.taken < TrainingSession.capacity,
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.applications_open_at <= now,
            TrainingSession.applications_close_at > now,
        )
        .values(taken=TrainingSession.taken + 1)
        .returning(TrainingSession.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if claimed is None:
        raise ConflictError(why_not(session_id))


def why_not(session_id: int) -> str:
    """Return why no place of a session can be had. Raises NotFoundError."""
    session = db.session.get(TrainingSession, session_id, populate_existing=True)
    if session is None:
        raise NotFoundError
    return WHY_NOT.get(state_of(session), WHY_NOT[SessionState.FULL])


def give_back(session_id: int) -> None:
    """Give one place back."""
    db.session.execute(
        sa.update(TrainingSession)
        .where(TrainingSession.id == session_id, TrainingSession.taken > 0)
        .values(taken=TrainingSession.taken - 1)
        .execution_options(synchronize_session=False)
    )
