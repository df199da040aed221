"""Calling off (不開催): a session is not run, because too few come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError

from people import audit
from people.act import Act

from courses.sessions.session_state import state_of
from courses.sessions.training_session import lock_hosted

from participation.hosting.ending import not_held
from participation.joint.decision import standing

if TYPE_CHECKING:
    from people.permission import Actor

    from courses.sessions.models import TrainingSession


def call_off(actor: Actor, session_id: int) -> TrainingSession:
    """Say that a session is not run because too few come, and tell everybody concerned.

    Raises NotFoundError for anybody but the host, ConflictError where enough come or it is over.
    """
    session = lock_hosted(actor, session_id)
    state = state_of(session)
    if not state.may_be_called_off or session.starts_at <= clock.now():
        message = f"受付が終わってから開催までのあいだだけ、不開催にできます（いまは「{state.label}」）。"
        raise ConflictError(message)
    coming = len(standing(session)) if state.is_allocating else session.taken
    if coming >= session.minimum:
        message = (
            f"最少の{session.minimum}人に達しています。中止するときは「この回を中止する」から理由を書いてください。"
        )
        raise ConflictError(message)
    session.called_off_at = clock.now()
    session.cancelled_because = f"参加者が最少の{session.minimum}人に満たなかったため"
    session.sequence, session.changed_at = session.sequence + 1, clock.now()
    audit.record(
        actor, Act.SESSION_CALLED_OFF, session.edition.title, organisation_id=session.host_id, session=session.id
    )
    db.session.flush()
    not_held(session, f"この回は開きません。理由：{session.cancelled_because}")
    return session
