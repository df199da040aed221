"""Withdrawal (取りやめ): a person gives up a course, and with it the place in its session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courses.sessions.training_session import lock

from participation import enrolment as enrolments
from participation.joint.waiting_list import end_nomination, rebalance

if TYPE_CHECKING:
    from people.permission import Actor

    from participation.models import Enrolment


def withdraw(actor: Actor, enrolment: Enrolment) -> None:
    """Withdraw from a course; a place of a session goes on by the rule. Raises ConflictError as `enrolment.withdraw`."""
    if enrolment.session_id is None:
        enrolments.withdraw(actor, enrolment)
        return
    session = lock(enrolment.session_id)
    enrolments.withdraw(actor, enrolment)
    session.taken -= 1
    end_nomination(session.id, enrolment.staff_id)
    rebalance(session.id, freed_by=enrolment.organisation_id)
