"""The decision (割当の決定): the host previews the allocation, decides, calls the session off, or closes it.

The decision is stored with its inputs, so that `flask participation allocate` replays it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from people import audit
from people.access import Actor, Permission

from courses.models import TrainingSession
from courses.training_session import SessionState, state_of

from participation import allocation, attendance, waiting_list
from participation import enrolment as enrolments
from participation.allocation import Call, Nominator, Result
from participation.enrolment import Offer
from participation.models import (
    Allocation,
    Enrolment,
    Nomination,
    NominationState,
)
from participation.notices.models import NoticeKind
from participation.notices.notice import Tell, coordinators_of, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.models import Organisation

NO_CODE = "host-"
"""An organisation without a code is known in an allocation by this and its id."""


def code_of(organisation: Organisation) -> str:
    """Return what an organisation is called in an allocation."""
    return organisation.code or f"{NO_CODE}{organisation.id}"


def call_of(session: TrainingSession) -> Call:
    """Return what is to be allocated: the nominees as they stand, with their organisations and histories.

    Who takes the course by now, or has left the organisation, is left out.
    """
    by_organisation: dict[int, list[Nomination]] = {}
    organisations: dict[int, Organisation] = {}
    for nomination in _standing(session):
        by_organisation.setdefault(nomination.organisation_id, []).append(nomination)
        organisations[nomination.organisation_id] = nomination.organisation
    history = _history(session, list(organisations))
    return Call(
        capacity=session.capacity,
        seed=session.seed,
        organisations=tuple(
            Nominator(
                code_of(organisation),
                int(organisation.size_class.value),
                tuple(nomination.id for nomination in by_organisation[id_]),
                *history.get(id_, (0, 0)),
            )
            for id_, organisation in sorted(organisations.items())
        ),
    )


def _standing(session: TrainingSession) -> Sequence[Nomination]:
    return db.session.scalars(
        sa.select(Nomination)
        .options(joinedload(Nomination.organisation), joinedload(Nomination.staff))
        .where(
            Nomination.session_id == session.id,
            Nomination.state == NominationState.NOMINATED,
            waiting_list.may_come(session),
        )
        .order_by(Nomination.organisation_id, Nomination.position, Nomination.id)
    ).all()


def _history(session: TrainingSession, organisation_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Return in how many sessions of this and the previous fiscal year each nominated, and in how many it got no place."""
    since = clock.at(dt.date(clock.current_fiscal_year() - 1, clock.FIRST_MONTH, 1), dt.time())
    placed = sa.func.max(sa.case((Nomination.was_placed, 1), else_=0)).label("placed")
    taken_part = (
        sa.select(Nomination.organisation_id.label("organisation_id"), placed)
        .join(TrainingSession, TrainingSession.id == Nomination.session_id)
        .where(
            Nomination.organisation_id.in_(organisation_ids),
            Nomination.turn.is_not(None),
            TrainingSession.decided_at >= since,
            TrainingSession.id != session.id,
        )
        .group_by(Nomination.organisation_id, Nomination.session_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(
            taken_part.c.organisation_id, sa.func.count(), sa.func.count().filter(taken_part.c.placed == 0)
        ).group_by(taken_part.c.organisation_id)
    )
    return {organisation_id: (nominated, without) for organisation_id, nominated, without in rows}


def preview(session: TrainingSession) -> tuple[Call, Result]:
    """Return what the decision would be; nothing is changed."""
    call = call_of(session)
    return call, allocation.allocate(call)


def replayed(session: TrainingSession, stored: Allocation | None) -> tuple[Call, Result]:
    """Return the allocation as it was decided, replayed from what was stored; before that, what it would be now."""
    if stored is None:
        return preview(session)
    call = allocation.call_from(stored.call)
    return call, allocation.allocate(call)


def decide(actor: Actor, session_id: int) -> Allocation:
    """Decide on the allocation: those who are placed are enrolled, the others wait.

    Raises NotFoundError for anybody but the host, ConflictError before the applications close or after a decision.
    """
    session = held(actor, session_id)
    if state_of(session) is not SessionState.ALLOCATING:
        message = f"割当を決められるのは、推薦の受付が終わってからです(いまは「{state_of(session).label}」)。"
        raise ConflictError(message)
    call, result = preview(session)
    nominations = {nomination.id: nomination for nomination in _standing(session)}
    session.decided_at = clock.now()
    for turn in (*result.places, *result.waiting):
        nomination = nominations[int(turn.id)]
        nomination.turn, nomination.step, nomination.reason = turn.order, turn.step, turn.reason
        nomination.state = NominationState.WAITING
    _leave_out(session)
    offer = Offer(session.edition.course, session.edition, session)
    for turn in result.places:
        nomination = nominations[int(turn.id)]
        nomination.state, nomination.was_placed = NominationState.PLACED, True
        enrolments.enter(actor, waiting_list.entrant_of(nomination), offer)
    session.taken += len(result.places)
    stored = Allocation(
        session_id=session.id, call=allocation.call_as_json(call), result=allocation.result_as_json(result),
        decided_by_id=actor.staff_id,
    )  # fmt: skip
    db.session.add(stored)
    audit.record(
        actor, "割当を決定", session.edition.title, organisation_id=session.host_id, session=session.id,
        placed=len(result.places), waiting=len(result.waiting),
    )  # fmt: skip
    db.session.flush()
    _tell_result(session, list(nominations.values()))
    return stored


def _leave_out(session: TrainingSession) -> None:
    """End the nominations that were not allocated: of people who take the course elsewhere or have left."""
    db.session.flush()
    db.session.execute(
        sa.update(Nomination)
        .where(Nomination.session_id == session.id, Nomination.state == NominationState.NOMINATED)
        .values(
            state=NominationState.WITHDRAWN, reason="すでに受講中か、所属が変わったため、割当の対象になりませんでした。"
        )
        .execution_options(synchronize_session="fetch")
    )


def _tell_result(session: TrainingSession, nominations: list[Nomination]) -> None:
    """Tell everybody nominated what came of it, and the coordinators how many of their people have a place."""
    told = [
        Tell(
            NoticeKind.PLACED, row.staff_id, f"{clock.moment_label(session.starts_at)} の回に席があります。", "", row.id
        )
        if row.state is NominationState.PLACED
        else Tell(
            NoticeKind.WAITING, row.staff_id, f"割当の順位は{row.turn}番で、席が空くのを待っています。", "", row.id
        )
        for row in nominations
    ]
    by_organisation: dict[int, list[Nomination]] = {}
    for row in nominations:
        by_organisation.setdefault(row.organisation_id, []).append(row)
    for organisation_id, people in coordinators_of(by_organisation).items():
        rows = by_organisation[organisation_id]
        placed = sum(row.state is NominationState.PLACED for row in rows)
        text = f"{len(rows)}人を推薦し、{placed}人に席があります。理由と待機の順は、開催回のページにあります。"
        told += [Tell(NoticeKind.DECIDED, staff_id, text, str(organisation_id)) for staff_id in people]
    tell(session, session.edition.title, told)


def held(actor: Actor, session_id: int) -> TrainingSession:
    """Return a session of the own organisation, its row held until the transaction ends. Raises NotFoundError."""
    session = waiting_list.locked(session_id)
    if session.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    return session


def call_off(actor: Actor, session_id: int) -> TrainingSession:
    """Say that a session is not run because too few come. Raises ConflictError where enough do or it is over."""
    session = held(actor, session_id)
    state = state_of(session)
    if state not in {SessionState.ALLOCATING, SessionState.CONFIRMED, SessionState.LAST_PLACES, SessionState.CLOSED}:
        message = f"受付が終わってから開催までのあいだだけ、不開催にできます(いまは「{state.label}」)。"
        raise ConflictError(message)
    coming = (
        len(_standing(session)) if session.decided_at is None and state is SessionState.ALLOCATING else session.taken
    )
    if coming >= session.minimum:
        message = (
            f"最少の{session.minimum}人に達しています。中止するときは「この回を中止する」から理由を書いてください。"
        )
        raise ConflictError(message)
    session.called_off_at = clock.now()
    session.cancelled_because = f"参加者が最少の{session.minimum}人に満たなかったため"
    session.sequence += 1
    audit.record(actor, "開催回を不開催に", session.edition.title, organisation_id=session.host_id, session=session.id)
    db.session.flush()
    return session


def close(actor: Actor, session_id: int) -> None:
    """Close a session that was held and whose attendance is entered. Raises ConflictError where it is not so far."""
    session = held(actor, session_id)
    if state_of(session) is not SessionState.HELD:
        message = f"締めることができるのは、開催が終わってからです(いまは「{state_of(session).label}」)。"
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
    audit.record(actor, "開催回を完了", session.edition.title, organisation_id=session.host_id, session=session.id)
    db.session.flush()


def decided(session_id: int) -> Allocation | None:
    """Return the allocation of a session as it was decided, if it was."""
    return db.session.get(Allocation, session_id)
