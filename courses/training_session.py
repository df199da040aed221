"""Training sessions (開催回): planned by a host, open for applications in a window, cancelled with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.vocabulary import Term

from people import audit
from people.access import Actor, Permission

from courses.models import Audience, Course, CourseEdition, TrainingSession

if TYPE_CHECKING:
    import datetime as dt


class SessionState(Term):
    """Where a training session stands: it follows from dates, places and acts, and is never set by hand."""

    CANCELLED = "cancelled", "中止"
    PLANNED = "planned", "受付前"
    OPEN = "open", "受付中"
    FULL = "full", "満席"
    CLOSED = "closed", "受付終了"
    HELD = "held", "開催済"


@dataclass(frozen=True)
class PlanSession:
    """A training session to be planned; times are aware."""

    host_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    meeting_link: str
    capacity: int
    audience: Audience
    applications_open_at: dt.datetime
    applications_close_at: dt.datetime


def state_of(session: TrainingSession, now: dt.datetime | None = None) -> SessionState:
    """Return where a session stands at a moment, by default now."""
    now = now or clock.now()
    if session.cancelled_at:
        return SessionState.CANCELLED
    if session.ends_at <= now:
        return SessionState.HELD
    if now < session.applications_open_at:
        return SessionState.PLANNED
    if now >= session.applications_close_at:
        return SessionState.CLOSED
    return SessionState.FULL if session.taken >= session.capacity else SessionState.OPEN


def plan(actor: Actor, edition: CourseEdition, command: PlanSession) -> TrainingSession:
    """Plan a session of an edition.

    Raises NotFoundError for another organisation, InvalidError where the times cannot be.
    """
    if command.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    _check_times(command)
    session = add(TrainingSession(edition_id=edition.id, taken=0, **vars(command)))
    audit.record(actor, "開催回を計画", edition.title, organisation_id=command.host_id, session=session.id)
    return session


def change(actor: Actor, session: TrainingSession, command: PlanSession) -> None:
    """Change a session of the own organisation. Lowering the capacity below the places given is refused.

    The condition stands in the statement itself, so that a place given meanwhile is not overlooked.
    """
    if session.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    _check_times(command)
    changed = db.session.execute(
        sa.update(TrainingSession)
        .where(TrainingSession.id == session.id, TrainingSession.taken <= command.capacity)
        .values(**{name: value for name, value in vars(command).items() if name != "host_id"})
        .returning(TrainingSession.id)
    ).one_or_none()
    if changed is None:
        message = f"すでに{session.taken}人に席があるため、定員を{command.capacity}人にはできません。"
        raise ConflictError(message, field="capacity")
    audit.record(actor, "開催回を変更", str(session.id), organisation_id=session.host_id, session=session.id)
    db.session.expire(session)


def _check_times(command: PlanSession) -> None:
    if command.ends_at <= command.starts_at:
        message = "終わりの時刻は、始まりより後にしてください。"
        raise InvalidError(message, field="ends_time")
    if command.applications_close_at <= command.applications_open_at:
        message = "受付の終わりは、受付の始まりより後の日にしてください。"
        raise InvalidError(message, field="applications_close_on")
    if command.applications_open_at >= command.starts_at:
        message = "受付の始まりは、開催日より前にしてください。"
        raise InvalidError(message, field="applications_open_on")


def cancel(actor: Actor, session: TrainingSession, reason: str) -> None:
    """Cancel a session of the own organisation, with a reason. Raises ConflictError where it was held or cancelled."""
    if session.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    if state_of(session) in {SessionState.CANCELLED, SessionState.HELD}:
        message = f"この開催回は「{state_of(session).label}」です。"
        raise ConflictError(message)
    session.cancelled_at, session.cancelled_because = clock.now(), reason
    audit.record(actor, "開催回を中止", reason, organisation_id=session.host_id, session=session.id)
    db.session.flush()


def is_open_to(organisation_id: int, session: TrainingSession) -> bool:
    """Tell whether an organisation's staff may take a place in a session."""
    return session.audience is Audience.ALL or session.host_id == organisation_id


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that a session is open to the actor's organisations, or held by them."""
    own = {organisation_id for organisation_id, _role in actor.roles}
    return sa.or_(
        TrainingSession.audience == Audience.ALL,
        TrainingSession.host_id.in_(sorted(own)),
        actor.scope(Permission.MANAGE_CATALOG).where(TrainingSession.host_id),
    )


def session_for(actor: Actor, session_id: int) -> TrainingSession:
    """Return a session the actor may see, with edition, course and host. Raises NotFoundError."""
    session = db.session.scalar(
        sa.select(TrainingSession)
        .options(joinedload(TrainingSession.edition).joinedload(CourseEdition.course), joinedload(TrainingSession.host))
        .where(TrainingSession.id == session_id, visible_to(actor))
    )
    if session is None:
        raise NotFoundError
    return session


def coming_sessions(course: Course, actor: Actor | None) -> list[TrainingSession]:
    """Return the sessions of a course that are still to come and that this person may see, soonest first."""
    whose = visible_to(actor) if actor else TrainingSession.audience == Audience.ALL
    return list(
        db.session.scalars(
            sa.select(TrainingSession)
            .join(TrainingSession.edition)
            .options(joinedload(TrainingSession.host), contains_eager(TrainingSession.edition))
            .where(CourseEdition.course_id == course.id, TrainingSession.ends_at > clock.now(), whose)
            .order_by(TrainingSession.starts_at)
            .limit(20)
        )
    )
