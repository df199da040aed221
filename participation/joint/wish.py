"""Wishes (希望): staff ask their organisation to be nominated for a joint session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from kernel.database import NOW, add, db
from kernel.errors import ConflictError

from courses.sessions.models import TrainingSession

from participation import enrolment as enrolments
from participation.joint.models import Wish
from participation.joint.nomination import check_open

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor


def wish(actor: Actor, session: TrainingSession, note: str) -> Wish:
    """Wish to be nominated. Raises ConflictError outside the window, for a second wish and for who takes the course."""
    person = enrolments.entrant(actor, session)
    check_open(session, person.organisation_id)
    if db.session.get(Wish, (session.id, person.staff_id)):
        message = "すでに希望を伝えています。"
        raise ConflictError(message)
    if enrolments.open_enrolment(person.staff_id, session.edition.course_id):
        raise ConflictError(enrolments.ALREADY)
    return add(Wish(session_id=session.id, staff_id=person.staff_id, organisation_id=person.organisation_id, note=note))


def unwish(actor: Actor, session: TrainingSession) -> None:
    """Take back the own wish; where there is none nothing changes."""
    db.session.execute(sa.delete(Wish).where(Wish.session_id == session.id, Wish.staff_id == actor.staff_id))


OWN = (
    sa.select(Wish)
    .join(Wish.session)
    .options(contains_eager(Wish.session).joinedload(TrainingSession.edition))
    .where(Wish.staff_id == sa.bindparam("staff_id"), TrainingSession.starts_at > NOW)
    .order_by(TrainingSession.starts_at)
    .limit(20)
)


def own(actor: Actor) -> Sequence[Wish]:
    """Return the actor's wishes for sessions that are still to come, the next first."""
    return db.session.scalars(OWN, {"staff_id": actor.staff_id}).all()
