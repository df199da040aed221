"""Withdrawal (取りやめ): a person gives up a course, and with it the place in its session, which goes on by the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courses.sessions import place
from courses.sessions.training_session import lock

from participation import enrolment as enrolments
from participation.joint import waiting_list

if TYPE_CHECKING:
    from people.permission import Actor

    from participation.models import Enrolment


def withdraw(actor: Actor | None, enrolment: Enrolment) -> None:
    """Withdraw from a course. Without an actor it is a rule that says so. Raises ConflictError where it is finished or its session began."""
    if enrolment.session_id is None:
        enrolments.close(actor, enrolment)
        return
    session = lock(enrolment.session_id)
    enrolments.close(actor, enrolment)
    place.give_back(session)
    waiting_list.end_nomination(session.id, enrolment.staff_id)
    waiting_list.rebalance(session.id, freed_by=enrolment.organisation_id)
