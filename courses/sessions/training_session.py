"""Training sessions (開催回): planned by a host, in one or several meetings, open for applications in a window."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.permission import Actor, Permission

from courses.files.models import SessionMaterial
from courses.models import Course, CourseEdition
from courses.sessions import audience
from courses.sessions.audience import WhoMayCome
from courses.sessions.models import AdmissionRule, Audience, Meeting, TrainingSession, session_lecturer
from courses.sessions.session_state import ENDED, SessionState, state_of


@dataclass(frozen=True)
class PlanSession:
    """A training session to be planned; times are aware. It meets `meetings` times, `weeks_between` apart."""

    host_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    meeting_link: str
    capacity: int
    applications_open_at: dt.datetime
    applications_close_at: dt.datetime
    open_to: WhoMayCome = field(default_factory=WhoMayCome)
    giving: AdmissionRule = AdmissionRule.FIRST_COME
    minimum: int = 1
    offer_days: int = 3
    joining_notes: str = ""
    lecturers: tuple[str, ...] = ()
    meetings: int = 1
    weeks_between: int = 1
    is_draft: bool = False


SAID = (
    "place", "meeting_link", "capacity", "giving", "minimum", "offer_days", "joining_notes", "applications_open_at",
    "applications_close_at",
)  # fmt: skip


def plan(actor: Actor, edition: CourseEdition, command: PlanSession) -> TrainingSession:
    """Plan a session of an edition with its meetings.

    Raises NotFoundError for another organisation, InvalidError where the times or numbers cannot be.
    """
    if command.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    _check(command)
    if command.starts_at <= clock.now():
        message = "過ぎた日時には計画できません。年に誤りがないか確かめてください。"
        raise InvalidError(message, field="day")
    if not command.is_draft and command.applications_close_at <= clock.now():
        message = "受付の終わりが過ぎています。これからの日にするか、下書きとして保存してください。"
        raise InvalidError(message, field="applications_close_on")
    _check_not_there(edition, command)
    step = dt.timedelta(weeks=command.weeks_between)
    meetings = [
        Meeting(starts_at=command.starts_at + number * step, ends_at=command.ends_at + number * step)
        for number in range(command.meetings)
    ]
    session = add(
        TrainingSession(
            edition_id=edition.id, host_id=command.host_id, meetings=meetings,
            starts_at=command.starts_at, ends_at=meetings[-1].ends_at, lecturers=list(command.lecturers),
            chosen=audience.chosen(command.open_to), is_draft=command.is_draft, **audience.columns(command.open_to), **{name: getattr(command, name) for name in SAID},
        )
    )  # fmt: skip
    audit.record(actor, Act.SESSION_PLANNED, edition.title, organisation_id=command.host_id, session=session.id)
    return session


def _check_not_there(edition: CourseEdition, command: PlanSession) -> None:
    """Raise InvalidError where an organisation holds the same course at the same time and place already: a form that was sent twice."""
    db.session.execute(sa.select(Course.id).where(Course.id == edition.course_id).with_for_update())
    there = db.session.scalar(
        sa.select(TrainingSession.id)
        .join(CourseEdition, CourseEdition.id == TrainingSession.edition_id)
        .where(
            CourseEdition.course_id == edition.course_id, TrainingSession.host_id == command.host_id,
            TrainingSession.starts_at == command.starts_at, TrainingSession.place == command.place,
            TrainingSession.cancelled_at.is_(None),
        )
    )  # fmt: skip
    if there:
        message = (
            "同じ日時と会場の開催回が、すでにあります。二つに分けて開くときは、会場の欄に部屋や組を書いてください。"
        )
        raise InvalidError(message, field="day")


def change(actor: Actor, session: TrainingSession, command: PlanSession) -> None:
    """Change a session of the own organisation, whose times are those of its meetings.

    Lowering the capacity below the places given is refused: the condition stands in the statement itself, so that a
    place given meanwhile is not overlooked. How places are given stays as it is once applications are open.
    """
    if session.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    if state_of(session) in ENDED:
        message = f"「{state_of(session).label}」の開催回は変更できません。"
        raise ConflictError(message)
    _check(replace(command, starts_at=session.starts_at, ends_at=session.ends_at))
    if command.giving is not session.giving and state_of(session) not in {SessionState.PLANNED, SessionState.DRAFT}:
        message = "受付が始まったあとは、席の決め方を変えられません。"
        raise ConflictError(message, field="giving")
    changed = db.session.execute(
        sa.update(TrainingSession)
        .where(TrainingSession.id == session.id, TrainingSession.taken <= command.capacity)
        .values(
            **{name: getattr(command, name) for name in SAID}, **audience.columns(command.open_to),
            lecturers=list(command.lecturers), sequence=TrainingSession.sequence + 1, changed_at=clock.now(),
        )
        .returning(TrainingSession.id)
    ).one_or_none()  # fmt: skip
    if changed is None:
        message = f"すでに{session.taken}人に席があるため、定員を{command.capacity}人にはできません。"
        raise ConflictError(message, field="capacity")
    db.session.expire(session)
    db.session.refresh(session, ["chosen"])
    session.chosen = audience.chosen(command.open_to)
    audit.record(actor, Act.SESSION_CHANGED, str(session.id), organisation_id=session.host_id, session=session.id)
    db.session.flush()


def _check(command: PlanSession) -> None:
    for is_wrong, message, at in (
        (command.ends_at <= command.starts_at, "終わりの時刻は、始まりより後にしてください。", "ends_time"),
        (
            command.applications_close_at <= command.applications_open_at,
            "受付の終わりは、受付の始まりより後の日にしてください。", "applications_close_on",
        ),
        (
            command.applications_open_at >= command.starts_at,
            "受付の始まりは、開催日より前にしてください。", "applications_open_on",
        ),
        (command.minimum > command.capacity, "最少の人数は、定員以下にしてください。", "minimum"),
    ):  # fmt: skip
        if is_wrong:
            raise InvalidError(message, field=at)
    audience.check(command.open_to)


def cancel(actor: Actor, session: TrainingSession, reason: str) -> None:
    """Cancel a session of the own organisation, with a reason. Raises ConflictError where it was held or cancelled."""
    if session.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    if state_of(session) in ENDED:
        message = f"この開催回は「{state_of(session).label}」です。"
        raise ConflictError(message)
    if any(meeting.ends_at <= clock.now() for meeting in session.going_on):
        message = "すでに開かれた会があります。残りの会を「この会だけ中止する」から一つずつ中止してください。"
        raise ConflictError(message)
    session.cancelled_at, session.cancelled_because = clock.now(), reason
    session.sequence, session.changed_at = session.sequence + 1, clock.now()
    audit.record(actor, Act.SESSION_CANCELLED, reason, organisation_id=session.host_id, session=session.id)
    db.session.flush()


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that a session is open to the actor's organisations, or planned by the actor."""
    own = sorted({organisation_id for organisation_id, _role in actor.roles})
    everybodys = sa.and_(
        sa.not_(TrainingSession.is_draft), actor.scope(Permission.MANAGE_CATALOG).where(TrainingSession.host_id)
    )
    planned = actor.scope(Permission.PLAN_SESSIONS).where(TrainingSession.host_id)
    return sa.or_(audience.is_open_to_one_of(own), everybodys, planned)


def publish(actor: Actor, session: TrainingSession) -> None:
    """Show a draft to those whom it is for. Raises ConflictError for one that is none, or that lies in the past."""
    if not session.is_draft:
        message = "この開催回は、もう公開されています。"
        raise ConflictError(message)
    if session.starts_at <= clock.now() or session.applications_close_at <= clock.now():
        message = "開催日か受付の終わりが過ぎています。日時と受付の期間を直してから、公開してください。"
        raise ConflictError(message)
    session.is_draft = False
    audit.record(actor, Act.SESSION_PUBLISHED, str(session.id), organisation_id=session.host_id, session=session.id)
    db.session.flush()


def discard(actor: Actor, session: TrainingSession) -> None:
    """Throw a draft away. Raises ConflictError for a session that is none."""
    if not session.is_draft:
        message = "公開した開催回は、削除できません。開かないときは、中止にしてください。"
        raise ConflictError(message)
    audit.record(actor, Act.SESSION_DISCARDED, str(session.id), organisation_id=session.host_id, session=session.id)
    session.chosen = []
    db.session.execute(sa.delete(session_lecturer).where(session_lecturer.c.session_id == session.id))
    db.session.execute(sa.delete(SessionMaterial).where(SessionMaterial.session_id == session.id))
    db.session.flush()
    db.session.delete(session)
    db.session.flush()


def session_for(actor: Actor, session_id: int, also: sa.ColumnElement[bool] | None = None) -> TrainingSession:
    """Return a session the actor may see, with edition, course, host, meetings and the organisations chosen.

    `also` is a condition that opens it to people for another reason. Raises NotFoundError.
    """
    session = _session(session_id, sa.or_(visible_to(actor), sa.false() if also is None else also))
    if session.audience is Audience.CHOSEN:
        db.session.refresh(session, ["chosen"])
    return session


def session_for_all(session_id: int) -> TrainingSession:
    """Return a session that is open to all, as `session_for` does. Raises NotFoundError for any other."""
    return _session(session_id, audience.is_open_to_all())


def _session(session_id: int, may_be_seen: sa.ColumnElement[bool]) -> TrainingSession:
    session = db.session.scalar(
        sa.select(TrainingSession)
        .options(
            joinedload(TrainingSession.edition).options(
                joinedload(CourseEdition.course), joinedload(CourseEdition.track)
            ),
            joinedload(TrainingSession.host),
            selectinload(TrainingSession.meetings),
        )
        .where(TrainingSession.id == session_id, may_be_seen)
    )
    if session is None:
        raise NotFoundError
    return session


def hosted(actor: Actor, session_id: int) -> TrainingSession:
    """Return a session that the actor's organisation holds, with the organisations chosen. Raises NotFoundError."""
    session = session_for(actor, session_id)
    if session.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    db.session.refresh(session, ["chosen"])
    return session


def coming_sessions(course_id: int, actor: Actor | None) -> list[TrainingSession]:
    """Return the sessions of a course that are still to come and that this person may see, soonest first."""
    whose = visible_to(actor) if actor else audience.is_open_to_all()
    return list(
        db.session.scalars(
            sa.select(TrainingSession)
            .join(TrainingSession.edition)
            .options(joinedload(TrainingSession.host), contains_eager(TrainingSession.edition))
            .where(CourseEdition.course_id == course_id, TrainingSession.ends_at > clock.now(), whose)
            .order_by(TrainingSession.starts_at)
            .limit(20)
        )
    )


def lock(session_id: int) -> TrainingSession:
    """Return a session with edition and course, its row locked until the transaction ends. Raises NotFoundError."""
    session = db.session.scalar(
        sa.select(TrainingSession)
        .options(joinedload(TrainingSession.edition).joinedload(CourseEdition.course))
        .where(TrainingSession.id == session_id)
        .with_for_update(of=TrainingSession)
        .execution_options(populate_existing=True)
    )
    if session is None:
        raise NotFoundError
    return session


def lock_hosted(actor: Actor, session_id: int) -> TrainingSession:
    """Return a session of the own organisation, its row held until the transaction ends. Raises NotFoundError."""
    session = lock(session_id)
    if session.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    return session
