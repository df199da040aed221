"""Wishes (希望): staff ask their organisation to be nominated for a joint session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import add, db
from kernel.errors import ConflictError

from participation import enrolment as enrolments
from participation.joint.models import Wish
from participation.joint.nomination import check_open

if TYPE_CHECKING:
    from people.permission import Actor

    from courses.sessions.models import TrainingSession


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
