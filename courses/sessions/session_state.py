"""Session states (開催回の状態): where a training session stands, which follows from dates, places and acts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from kernel import clock
from kernel.vocabulary import Term

if TYPE_CHECKING:
    from courses.sessions.models import TrainingSession

LAST_DAYS = dt.timedelta(days=7)
"""So long before it starts, free places of a session by nomination are open to everybody entitled."""


class SessionState(Term):
    """Where a training session stands: it follows from dates, places and acts, and is never set by hand."""

    DRAFT = "draft", "下書き"
    CANCELLED = "cancelled", "中止"
    CALLED_OFF = "called off", "不開催"
    PLANNED = "planned", "受付前"
    OPEN = "open", "受付中"
    FULL = "full", "満席"
    ALLOCATING = "allocating", "割当中"
    CONFIRMED = "confirmed", "開催決定"
    LAST_PLACES = "last places", "空席受付中"
    CLOSED = "closed", "受付終了"
    HELD = "held", "開催済"
    FINISHED = "finished", "完了"

    @property
    def is_draft(self) -> bool:
        """Tell whether its host alone sees it."""
        return self is SessionState.DRAFT

    @property
    def is_open(self) -> bool:
        """Tell whether applications or nominations are taken."""
        return self is SessionState.OPEN

    @property
    def is_allocating(self) -> bool:
        """Tell whether the host is to decide on the allocation."""
        return self is SessionState.ALLOCATING

    @property
    def is_held(self) -> bool:
        """Tell whether it was held and is not closed yet."""
        return self is SessionState.HELD

    @property
    def gives_places(self) -> bool:
        """Tell whether places may go to whoever comes first."""
        return self in {SessionState.OPEN, SessionState.LAST_PLACES}

    @property
    def can_be_entered(self) -> bool:
        """Tell whether somebody can apply, or be nominated, now."""
        return self.is_open or self.gives_places

    @property
    def takes_lists(self) -> bool:
        """Tell whether lists of nominees are written or looked at."""
        return self in {SessionState.OPEN, SessionState.ALLOCATING}

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing more is to come of it."""
        return self in ENDED

    @property
    def may_be_called_off(self) -> bool:
        """Tell whether it can be said that too few come."""
        return self in {
            SessionState.ALLOCATING,
            SessionState.CONFIRMED,
            SessionState.LAST_PLACES,
            SessionState.CLOSED,
        }


ENDED = frozenset({SessionState.CANCELLED, SessionState.CALLED_OFF, SessionState.HELD, SessionState.FINISHED})


def state_of(session: TrainingSession, now: dt.datetime | None = None) -> SessionState:
    """Return where a session stands at a moment, by default now."""
    now = now or clock.now()
    for came_so, state in (
        (session.is_draft, SessionState.DRAFT),
        (session.cancelled_at, SessionState.CANCELLED),
        (session.called_off_at, SessionState.CALLED_OFF),
        (session.closed_at, SessionState.FINISHED),
        (session.ends_at <= now, SessionState.HELD),
        (now < session.applications_open_at, SessionState.PLANNED),
    ):
        if came_so:
            return state
    if session.is_by_nomination:
        return _state_by_nomination(session, now)
    if now >= min(session.applications_close_at, session.starts_at):
        return SessionState.CLOSED
    return SessionState.FULL if session.taken >= session.capacity else SessionState.OPEN


def _state_by_nomination(session: TrainingSession, now: dt.datetime) -> SessionState:
    if session.decided_at is None:
        if now >= session.starts_at:
            return SessionState.CLOSED
        return SessionState.OPEN if now < session.applications_close_at else SessionState.ALLOCATING
    is_late = session.starts_at - LAST_DAYS <= now < session.starts_at
    return SessionState.LAST_PLACES if is_late and session.taken < session.capacity else SessionState.CONFIRMED
