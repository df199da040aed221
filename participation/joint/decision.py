"""The decision (割当の決定): the host previews the allocation and decides.

The decision is stored with its inputs, so that `flask participation allocate` replays it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError
from kernel.page import check_seen

from people import audit
from people.act import Act
from people.models import SizeClass
from people.organisation import comes_after_all

from courses.sessions import place
from courses.sessions.models import TrainingSession
from courses.sessions.session_state import SessionState, state_of
from courses.sessions.training_session import lock_hosted

from participation import enrolment as enrolments
from participation.joint import allocation, waiting_list
from participation.joint.allocation import Call, Nominator, Result
from participation.joint.models import Allocation, Nomination, NominationState
from participation.notices.kinds import NoticeKind
from participation.notices.telling import Tell, coordinators_of, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.models import Organisation
    from people.permission import Actor

NO_CODE = "host-"
"""An organisation without a code is known in an allocation by this and its id."""


AFTER_ALL = 1 + len(SizeClass)
"""The size class in an allocation of an organisation whose size says nothing: it takes no turn before a town."""


def code_of(organisation: Organisation) -> str:
    """Return what an organisation is called in an allocation."""
    return organisation.code or f"{NO_CODE}{organisation.id}"


def call_of(session: TrainingSession, nominations: Sequence[Nomination]) -> Call:
    """Return what is to be allocated: the nominees as they stand, with their organisations and histories."""
    by_organisation: dict[int, list[Nomination]] = {}
    organisations: dict[int, Organisation] = {}
    for nomination in nominations:
        by_organisation.setdefault(nomination.organisation_id, []).append(nomination)
        organisations[nomination.organisation_id] = nomination.organisation
    history = _history(session, list(organisations))
    return Call(
        capacity=session.capacity,
        seed=session.seed,
        organisations=tuple(
            Nominator(
                code_of(organisation),
                AFTER_ALL if comes_after_all(organisation) else int(organisation.size_class.value),
                tuple(nomination.id for nomination in by_organisation[id_]),
                *history.get(id_, (0, 0)),
            )
            for id_, organisation in sorted(organisations.items())
        ),
    )


def standing(session: TrainingSession) -> Sequence[Nomination]:
    """Return the nominations that take part in the allocation.

    Who takes the course by now, or has left the organisation, is left out.
    """
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
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
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
    call = call_of(session, standing(session))
    return call, allocation.allocate(call)


def replayed(session: TrainingSession, stored: Allocation | None) -> tuple[Call, Result]:
    """Return the allocation as it was decided, replayed from what was stored; before that, what it would be now."""
    if stored is None:
        return preview(session)
    call = allocation.call_from(stored.call)
    return call, allocation.allocate(call)


def decide(actor: Actor, session_id: int, seen: str | None = None) -> Allocation:
    """Decide on the allocation: those who are placed are enrolled, the others wait.

    Raises NotFoundError for anybody but the host, ConflictError before the applications close, after a decision, or where
    the preview that was `seen` was another.
    """
    session = lock_hosted(actor, session_id)
    if state_of(session) is not SessionState.ALLOCATING:
        message = f"割当を決められるのは、推薦の受付が終わってからです（いまは「{state_of(session).label}」）。"
        raise ConflictError(message)
    nominations = {nomination.id: nomination for nomination in standing(session)}
    call = call_of(session, list(nominations.values()))
    check_seen(seen, allocation.call_as_json(call))
    result = allocation.allocate(call)
    session.decided_at = clock.now()
    for turn in (*result.places, *result.waiting):
        nomination = nominations[int(turn.id)]
        nomination.turn, nomination.step, nomination.reason = turn.order, turn.step, turn.reason
        nomination.state = NominationState.WAITING
    _leave_out(session)
    for turn in result.places:
        nomination = nominations[int(turn.id)]
        nomination.state, nomination.was_placed = NominationState.PLACED, True
        enrolments.enter(actor, waiting_list.entrant_of(nomination), session.edition, session)
    place.take(session, len(result.places))
    stored = Allocation(
        session_id=session.id, call=allocation.call_as_json(call), result=allocation.result_as_json(result),
        decided_by_id=actor.staff_id,
    )  # fmt: skip
    db.session.add(stored)
    audit.record(
        actor, Act.ALLOCATED, session.edition.title, organisation_id=session.host_id, session=session.id,
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
        Tell(NoticeKind.PLACED, row.staff_id, "席があります。", "", row.id)
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


def decided(session_id: int) -> Allocation | None:
    """Return the allocation of a session as it was decided, if it was."""
    return db.session.get(Allocation, session_id)
