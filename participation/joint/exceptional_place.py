"""Exceptional places (例外の席): the host gives a place against the rule, with a reason that everybody concerned reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError

from people import audit
from people.act import Act

from courses.sessions import place
from courses.sessions.session_state import SessionState, state_of
from courses.sessions.training_session import lock_hosted

from participation import enrolment as enrolments
from participation.joint import waiting_list
from participation.joint.models import Nomination, NominationState, Override
from participation.models import OPEN_STATES, Enrolment
from participation.notices.kinds import NoticeKind
from participation.notices.telling import Tell, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

    from courses.sessions.models import TrainingSession


@dataclass(frozen=True)
class GivePlace:
    """A place given against the rule: to whom, perhaps instead of whom, and why."""

    nomination_id: int
    instead_of_id: int | None
    reason: str


def override(actor: Actor, session_id: int, command: GivePlace) -> Override:
    """Give a place to somebody who waits, with a reason that everybody concerned can read.

    Raises NotFoundError for anybody but the host, InvalidError without a reason or for nominations of another
    session, ConflictError where no place is free or the two do not wait and hold a place.
    """
    session = lock_hosted(actor, session_id)
    is_over = session.starts_at <= clock.now()
    if (
        is_over
        or session.decided_at is None
        or state_of(session) not in {SessionState.CONFIRMED, SessionState.LAST_PLACES}
    ):
        message = "例外の席を決められるのは、割当を決めてから開催までのあいだです。"
        raise ConflictError(message)
    if not command.reason.strip():
        message = "例外にする理由を入力してください。推薦した団体に表示されます。"
        raise InvalidError(message, field="reason")
    nomination = _of(session, command.nomination_id)
    if nomination.state not in {NominationState.WAITING, NominationState.EXPIRED, NominationState.DECLINED}:
        message = f"席を渡せるのは待機している人です（いまは「{nomination.state.label}」）。"
        raise ConflictError(message, field="nomination_id")
    instead = _of(session, command.instead_of_id) if command.instead_of_id else None
    if instead is None:
        if session.taken >= session.capacity:
            message = "空いている席がありません。だれの席と替えるかを選ぶか、定員を増やしてください。"
            raise ConflictError(message, field="instead_of_id")
        place.take(session)
    else:
        _take_back(actor, session, instead)
    nomination.state, nomination.answer_by = NominationState.PLACED, None
    _tell_exception(session, nomination, instead)
    enrolments.enter(actor, waiting_list.entrant_of(nomination), session.edition, session)
    made = Override(
        session_id=session.id, given_to_id=nomination.id, instead_of_id=command.instead_of_id, reason=command.reason,
        made_by_id=actor.staff_id,
    )  # fmt: skip
    db.session.add(made)
    audit.record(
        actor, Act.EXCEPTION, session.edition.title, organisation_id=session.host_id, session=session.id,
        nomination=nomination.id, reason=command.reason,
    )  # fmt: skip
    db.session.flush()
    waiting_list.rebalance(session.id)  # who lost the place may be offered one that is free
    return made


def _tell_exception(session: TrainingSession, given_to: Nomination, instead: Nomination | None) -> None:
    about = f"exception {clock.now().isoformat()}"
    told = [Tell(NoticeKind.PLACED, given_to.staff_id, "席があります。", about, given_to.id)]
    if instead:
        text = "実施団体の判断により、席を別の人に替わり、待機にもどりました。理由は研修担当にお尋ねください。"
        told.append(Tell(NoticeKind.WAITING, instead.staff_id, text, about, instead.id))
    tell(session, session.edition.title, told)


def _of(session: TrainingSession, nomination_id: int) -> Nomination:
    nomination = db.session.scalar(
        sa.select(Nomination)
        .options(joinedload(Nomination.staff), joinedload(Nomination.organisation))
        .where(Nomination.id == nomination_id, Nomination.session_id == session.id)
        .execution_options(populate_existing=True)
    )
    if nomination is None:
        message = "この開催回に推薦されている人から選んでください。"
        raise InvalidError(message, field="nomination_id")
    return nomination


def _take_back(actor: Actor, session: TrainingSession, nomination: Nomination) -> None:
    """Let somebody who holds a place wait again at the old turn."""
    if nomination.state is NominationState.PLACED:
        enrolment = db.session.scalar(
            sa.select(Enrolment)
            .options(joinedload(Enrolment.session), joinedload(Enrolment.edition), joinedload(Enrolment.staff))
            .where(
                Enrolment.session_id == session.id,
                Enrolment.staff_id == nomination.staff_id,
                Enrolment.state.in_(OPEN_STATES),
            )
        )
        if enrolment is None:
            message = "この人の席は、もうありません。ページを読み込み直してください。"
            raise ConflictError(message, field="instead_of_id")
        enrolments.close(actor, enrolment)
    elif nomination.state is not NominationState.OFFERED:
        message = f"席を持っている人を選んでください（いまは「{nomination.state.label}」）。"
        raise ConflictError(message, field="instead_of_id")
    nomination.state, nomination.answer_by = NominationState.WAITING, None
    db.session.flush()


def overrides_of(session_id: int) -> Sequence[Override]:
    """Return the exceptions of a session with the people concerned, in the order in which they were made."""
    return db.session.scalars(
        sa.select(Override)
        .options(
            joinedload(Override.given_to).joinedload(Nomination.staff),
            joinedload(Override.instead_of).joinedload(Nomination.staff),
        )
        .where(Override.session_id == session_id)
        .order_by(Override.id)
    ).all()
