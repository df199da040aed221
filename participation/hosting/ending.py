"""Ending (終了): all that follows when a session is not held, in one place and in the transaction of the act.

Its open enrolments end and leave the figures, its places and offers are free, nobody is held back from the session
that replaces it, and everybody concerned is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.database import db

from courses.sessions import place

from participation import enrolment as enrolments
from participation.hosting.concerned import tell_cancelled
from participation.joint import waiting_list

if TYPE_CHECKING:
    from courses.sessions.models import TrainingSession


def not_held(session: TrainingSession, text: str) -> None:
    """End what hangs on a session (its row locked) that was cancelled or called off, and tell everybody concerned."""
    db.session.flush()
    tell_cancelled(session.id, text)
    place.give_back(session, len(enrolments.end_with_session(session)))
    db.session.flush()
    waiting_list.rebalance(session.id)
