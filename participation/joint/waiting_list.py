"""The waiting list (待機): what becomes of places after the allocation. `rebalance` is the only code that moves them on.

A place that comes free is offered to the next nominee of the organisation that gave it back, then to those who wait
in order, each time for some days. From the seventh day before a joint session on, free places are open to everybody.
Where whoever comes first has a place, it is offered in the order in which people came (`queueing`), until the session begins.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from people import audit
from people.act import Act
from people.membership import Member, is_current
from people.models import Membership
from people.permission import Actor, Permission

from courses.models import CourseEdition
from courses.sessions import place
from courses.sessions.models import AdmissionRule, TrainingSession
from courses.sessions.session_state import LAST_DAYS
from courses.sessions.training_session import lock

from participation import enrolment as enrolments
from participation.joint.models import Nomination, NominationState
from participation.models import Enrolment
from participation.notices.kinds import NoticeKind
from participation.notices.telling import Tell, coordinators_of, tell


def rebalance(session_id: int, freed_by: int | None = None) -> None:
    """Let offers expire that nobody answered, and offer every free place to whoever is next.

    `freed_by` is the organisation that just gave a place back: its next nominee is asked first. Safe to call at any
    time and from several processes at once; where nothing is to be done it does nothing.
    """
    session = lock(session_id)
    now = clock.now()
    if _is_undecided(session):
        return
    _expire(session, now)
    until = _offered_until(session)
    if session.is_off or session.closed_at or now >= until:
        return
    if not session.is_by_nomination:
        freed_by = None
    while session.taken < session.capacity:
        following = _next(session, freed_by) or _next(session, None)
        freed_by = None
        if following is None:
            return
        following.state = NominationState.OFFERED
        following.answer_by = min(now + dt.timedelta(days=session.offer_days), until)
        place.take(session)
        db.session.flush()
        _tell_offer(session, following)


def _is_undecided(session: TrainingSession) -> bool:
    """Tell whether its host has not said yet who has a place."""
    return session.is_by_nomination and session.decided_at is None


def _offered_until(session: TrainingSession) -> dt.datetime:
    """Return from when on no place of a session is offered any more."""
    return session.starts_at - LAST_DAYS if session.is_by_nomination else session.starts_at


def _tell_offer(session: TrainingSession, nomination: Nomination) -> None:
    """Tell the nominee, and the coordinators of the organisation, that a place is offered and until when."""
    until = clock.moment_label(nomination.answer_by) if nomination.answer_by else ""
    others = coordinators_of([nomination.organisation_id]).get(nomination.organisation_id, [])
    told = [
        (nomination.staff_id, f"空いた席をご案内します。{until} までに、受けるか辞退するかをお答えください。"),
        *(
            (staff_id, f"{nomination.staff.name}さんに空いた席を案内しています。返事は {until} までです。")
            for staff_id in others
        ),
    ]
    tell(
        session,
        session.edition.title,
        [
            Tell(
                NoticeKind.OFFERED, staff_id, text, f"{nomination.id} {clock.now().isoformat()} {until}", nomination.id
            )
            for staff_id, text in dict(
                reversed(told)
            ).items()  # a coordinator who is the nominee reads the nominee's sentence
        ],
    )


def _expire(session: TrainingSession, now: dt.datetime) -> None:
    """Take back the offers that nobody answered in time, and those of a session that is not held."""
    unanswered = db.session.scalars(
        sa.select(Nomination).where(
            Nomination.session_id == session.id,
            Nomination.state == NominationState.OFFERED,
            sa.true() if session.is_off or session.starts_at <= now else Nomination.answer_by <= now,
        )
    ).all()
    for nomination in unanswered:
        nomination.state, nomination.answer_by = NominationState.EXPIRED, None
    place.give_back(session, len(unanswered))
    db.session.flush()


def shorten_offers(session: TrainingSession) -> None:
    """Let no offer be open beyond the beginning of a session, which may have been moved; who is asked is told anew."""
    late = db.session.scalars(
        sa.select(Nomination)
        .options(joinedload(Nomination.staff))
        .where(
            Nomination.session_id == session.id,
            Nomination.state == NominationState.OFFERED,
            Nomination.answer_by > session.starts_at,
        )
    ).all()
    for nomination in late:
        nomination.answer_by = session.starts_at
        _tell_offer(session, nomination)
    db.session.flush()


def may_come(session: TrainingSession) -> sa.ColumnElement[bool]:
    """Return the condition that a nominee still belongs to the organisation and does not take the course elsewhere."""
    takes_it = sa.exists(
        sa.select(Enrolment.id).where(
            Enrolment.staff_id == Nomination.staff_id,
            Enrolment.course_id == session.edition.course_id,
            enrolments.takes_it(),
        )
    )
    belongs = sa.exists(
        sa.select(Membership.id).where(
            Membership.staff_id == Nomination.staff_id,
            Membership.organisation_id == Nomination.organisation_id,
            is_current(),
        )
    )
    return sa.and_(~takes_it, belongs)


def _next(session: TrainingSession, organisation_id: int | None) -> Nomination | None:
    """Return who waits with the lowest turn, of an organisation or of all; who takes the course elsewhere is passed over."""
    statement = (
        sa.select(Nomination)
        .options(joinedload(Nomination.staff))
        .where(Nomination.session_id == session.id, Nomination.state == NominationState.WAITING, may_come(session))
    )
    if organisation_id is not None:
        statement = statement.where(Nomination.organisation_id == organisation_id)
    return db.session.scalar(statement.order_by(Nomination.turn, Nomination.id).limit(1))


def due() -> list[int]:
    """Return the sessions in which an offer has expired or a place waits to be offered, as the worker asks for."""
    now = clock.now()
    is_first_come = TrainingSession.giving == AdmissionRule.FIRST_COME
    open_offers = sa.exists(
        sa.select(Nomination.id).where(
            Nomination.session_id == TrainingSession.id,
            Nomination.state == NominationState.OFFERED,
            sa.or_(Nomination.answer_by <= now, TrainingSession.starts_at <= now),
        )
    )
    waiting = sa.exists(
        sa.select(Nomination.id).where(
            Nomination.session_id == TrainingSession.id, Nomination.state == NominationState.WAITING
        )
    )
    free = sa.and_(
        TrainingSession.taken < TrainingSession.capacity,
        sa.or_(TrainingSession.starts_at > now + LAST_DAYS, sa.and_(is_first_come, TrainingSession.starts_at > now)),
        waiting,
    )
    return list(
        db.session.scalars(
            sa.select(TrainingSession.id).where(
                sa.or_(is_first_come, TrainingSession.decided_at.is_not(None)), sa.or_(open_offers, free)
            )
        )
    )


def own_nomination(actor: Actor, nomination_id: int) -> Nomination:
    """Return a nomination of the actor, or of staff of the own organisation. Raises NotFoundError."""
    nomination = db.session.scalar(
        sa.select(Nomination)
        .options(
            joinedload(Nomination.staff),
            joinedload(Nomination.organisation),
            joinedload(Nomination.session).joinedload(TrainingSession.edition).joinedload(CourseEdition.course),
        )
        .where(
            Nomination.id == nomination_id,
            sa.or_(
                Nomination.staff_id == actor.staff_id,
                actor.scope(Permission.ENROL_STAFF).where(Nomination.organisation_id),
            ),
        )
        .execution_options(populate_existing=True)
    )
    if nomination is None:
        raise NotFoundError
    return nomination


def accept(actor: Actor, nomination_id: int) -> Enrolment:
    """Take the place that is offered. Raises NotFoundError, and ConflictError where it is not offered any more."""
    session = lock(own_nomination(actor, nomination_id).session_id)
    nomination = _offered(actor, nomination_id)
    if session.starts_at <= clock.now() or session.is_off:
        message = "この開催回は、すでに始まったか、開かれなくなりました。"
        raise ConflictError(message)
    taken = enrolments.enter(actor, entrant_of(nomination), session.edition, session)
    nomination.state, nomination.answer_by = NominationState.PLACED, None
    _record(actor, nomination, Act.OFFER_ACCEPTED)
    return taken


def decline(actor: Actor, nomination_id: int) -> Nomination:
    """Leave the place that is offered to the next. Raises NotFoundError, and ConflictError where it is not offered."""
    session = lock(own_nomination(actor, nomination_id).session_id)
    nomination = _offered(actor, nomination_id)
    nomination.state, nomination.answer_by = NominationState.DECLINED, None
    place.give_back(session)
    _record(actor, nomination, Act.OFFER_DECLINED)
    rebalance(session.id)
    return nomination


def _offered(actor: Actor, nomination_id: int) -> Nomination:
    nomination = own_nomination(actor, nomination_id)
    if nomination.state is not NominationState.OFFERED or (nomination.answer_by or clock.now()) <= clock.now():
        message = f"席の案内は終わっています（いまは「{nomination.state.label}」）。"
        raise ConflictError(message)
    return nomination


def _record(actor: Actor, nomination: Nomination, act: Act) -> None:
    if nomination.staff_id != actor.staff_id:
        audit.record(
            actor, act, nomination.staff.name, organisation_id=nomination.organisation_id,
            session=nomination.session_id,
        )  # fmt: skip
    db.session.flush()


def entrant_of(nomination: Nomination) -> Member:
    """Return the nominee, loaded with person and organisation, as somebody to be enrolled for the organisation."""
    return Member(
        nomination.staff_id, nomination.staff.name, nomination.organisation_id, nomination.organisation.size_class
    )


def end_nomination(session_id: int, staff_id: int) -> None:
    """Note that a nominee has given the place back."""
    db.session.execute(
        sa.update(Nomination)
        .where(Nomination.session_id == session_id, Nomination.staff_id == staff_id)
        .values(state=NominationState.WITHDRAWN, answer_by=None)
    )
    db.session.flush()


def withdraw_nomination(actor: Actor, nomination_id: int) -> Nomination:
    """Take somebody off the waiting list. Raises ConflictError where the nomination does not wait."""
    session = lock(own_nomination(actor, nomination_id).session_id)
    nomination = own_nomination(actor, nomination_id)
    if nomination.state is not NominationState.WAITING or _is_undecided(session):
        message = f"いまは「{nomination.state.label}」なので、待機を取り下げられません。"
        raise ConflictError(message)
    nomination.state = NominationState.WITHDRAWN
    _record(actor, nomination, Act.WAITING_WITHDRAWN)
    return nomination
