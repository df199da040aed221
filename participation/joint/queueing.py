"""Queueing (順番待ち): where whoever comes first has a place and all are given, people wait in the order in which they came.

A place that comes free is offered to the first of them, as on the waiting list of a joint session (`waiting_list.rebalance`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, NotFoundError

from courses.sessions.audience import is_open_to
from courses.sessions.session_state import SessionState, state_of
from courses.sessions.training_session import lock

from participation import enrolment as enrolments
from participation import prerequisite
from participation.joint import waiting_list
from participation.joint.models import Nomination, NominationState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

QUEUES = "申し込んだときに満席だったため、申し込んだ順に待っています。"


def queue(actor: Actor, session_id: int, because: str = "") -> Nomination:
    """Let the actor wait for a place in a session that is full; who has waited before begins anew at the end.

    Raises NotFoundError where the session is not open to the actor's organisation or gives its places by nomination,
    ConflictError where it is not full, the actor waits already or takes the course, or lacks one that comes first
    without a reason (`participation.prerequisite`).
    """
    session = lock(session_id)
    waiting_list.rebalance(session.id)
    person = enrolments.entrant(actor, session)
    if session.is_by_nomination or not is_open_to(person.organisation_id, session):
        raise NotFoundError
    enrolments.check_offered(session.edition.course, person)
    if state_of(session) is not SessionState.FULL:
        message = "いまは満席ではありません。ページを読み込み直すと、申し込めるかどうかが表示されます。"
        raise ConflictError(message)
    if enrolments.open_enrolment(person.staff_id, session.edition.course_id):
        raise ConflictError(enrolments.ALREADY)
    prerequisite.check(actor, session, person, because)
    row = db.session.scalar(
        sa.select(Nomination).where(Nomination.session_id == session.id, Nomination.staff_id == person.staff_id)
    )
    if row and row.state in {NominationState.WAITING, NominationState.OFFERED}:
        message = "すでに順番を待っています。"
        raise ConflictError(message)
    last = db.session.scalar(sa.select(sa.func.max(Nomination.turn)).where(Nomination.session_id == session.id)) or 0
    row = row or Nomination(session_id=session.id, staff_id=person.staff_id)
    row.organisation_id, row.state, row.reason = person.organisation_id, NominationState.WAITING, QUEUES
    row.turn = row.position = last + 1
    return add(row)


def waiting_in(session_id: int) -> Sequence[Nomination]:
    """Return who waits for a place in a session, or is asked whether they take one, the first first."""
    return db.session.scalars(
        sa.select(Nomination)
        .options(joinedload(Nomination.staff), joinedload(Nomination.organisation))
        .where(
            Nomination.session_id == session_id,
            Nomination.state.in_((NominationState.WAITING, NominationState.OFFERED)),
        )
        .order_by(Nomination.turn, Nomination.id)
    ).all()


def offer_to(session_id: int, staff_id: int) -> int | None:
    """Return the nomination by which somebody is being asked whether they take a place, if they are."""
    return db.session.scalar(
        sa.select(Nomination.id).where(
            Nomination.session_id == session_id,
            Nomination.staff_id == staff_id,
            Nomination.state == NominationState.OFFERED,
            Nomination.answer_by > clock.now(),
        )
    )
