"""Substitution (代理): a colleague takes somebody's place in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import InvalidError, NotFoundError

from people import audit
from people.act import Act

from courses.sessions import place, training_session

from participation import enrolment as enrolments
from participation import prerequisite
from participation.joint import waiting_list
from participation.joint.models import Nomination, NominationState
from participation.notices.kinds import NoticeKind
from participation.notices.telling import Tell, tell

if TYPE_CHECKING:
    from people.membership import Member
    from people.permission import Actor

    from courses.sessions.models import TrainingSession

    from participation.models import Enrolment


def _nominate_instead(session: TrainingSession, enrolment: Enrolment, person: Member) -> None:
    """Let the colleague stand in the list where the person replaced stood; an offer to the colleague is free again."""
    rows = {
        row.staff_id: row
        for row in db.session.scalars(
            sa.select(Nomination).where(
                Nomination.session_id == session.id, Nomination.staff_id.in_([enrolment.staff_id, person.staff_id])
            )
        )
    }
    if (replaced := rows.get(enrolment.staff_id)) is None:
        return
    row = rows.get(person.staff_id) or Nomination(
        session_id=session.id, organisation_id=replaced.organisation_id, staff_id=person.staff_id,
        position=replaced.position,
    )  # fmt: skip
    if row.state is NominationState.OFFERED:
        place.give_back(session)
    row.state, row.answer_by, row.turn = NominationState.PLACED, None, row.turn or replaced.turn
    row.reason = f"{enrolment.staff.name}さんの代理です。"
    db.session.add(row)
    db.session.flush()


def substitute(actor: Actor, enrolment: Enrolment, person: Member, because: str = "") -> Enrolment:
    """Let a colleague take somebody's place (代理) in one step.

    Raises NotFoundError where the colleague is of another organisation, InvalidError for the same person,
    ConflictError where the session began, the colleague takes the course already, or lacks one that comes first without a reason.
    """
    if enrolment.session_id is None or person.organisation_id != enrolment.organisation_id:
        raise NotFoundError
    if person.staff_id == enrolment.staff_id:
        message = "代理には、別の職員を選んでください。"
        raise InvalidError(message)
    session = training_session.lock(enrolment.session_id)
    prerequisite.check(actor, session, person, because)
    enrolments.close(actor, enrolment)
    waiting_list.end_nomination(session.id, enrolment.staff_id)
    taken = enrolments.enter(actor, person, session.edition, session)
    _nominate_instead(session, enrolment, person)
    audit.record(
        actor, Act.SUBSTITUTED, f"{enrolment.staff.name}→{person.name}", organisation_id=person.organisation_id,
        session=session.id,
    )  # fmt: skip
    about = f"{taken.id} {taken.enrolled_at.isoformat()}"
    told = [
        Tell(
            NoticeKind.ENROLLED,
            person.staff_id,
            f"{enrolment.staff.name}さんの代理で席があります。",
            about,
        ),
        Tell(
            NoticeKind.REPLACED,
            enrolment.staff_id,
            f"席を{person.name}さんに替わりました。",
            about,
        ),
    ]
    tell(session, session.edition.title, [telling for telling in told if telling.staff_id != actor.staff_id])
    waiting_list.rebalance(session.id, freed_by=person.organisation_id)
    return taken
