"""Closing (完了): a session that was held, and whose attendance is entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError

from people import audit
from people.act import Act

from courses.sessions.session_state import SessionState, state_of
from courses.sessions.training_session import lock_hosted

from participation.attending import attendance
from participation.models import Enrolment

if TYPE_CHECKING:
    from people.permission import Actor


def close(actor: Actor, session_id: int) -> None:
    """Close a session that was held and whose attendance is entered. Raises ConflictError where it is not so far."""
    session = lock_hosted(actor, session_id)
    if state_of(session) is not SessionState.HELD:
        message = f"締めることができるのは、開催が終わってからです（いまは「{state_of(session).label}」）。"
        raise ConflictError(message)
    missing = db.session.scalar(
        sa.select(sa.func.count(sa.distinct(Enrolment.id))).where(
            Enrolment.session_id == session.id, Enrolment.id.in_(attendance.unmarked())
        )
    )
    if missing:
        message = f"出欠が未入力の人が{missing}人います。先に出欠を入力してください。"
        raise ConflictError(message)
    session.closed_at = clock.now()
    audit.record(actor, Act.SESSION_CLOSED, session.edition.title, organisation_id=session.host_id, session=session.id)
    db.session.flush()
