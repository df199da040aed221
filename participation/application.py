"""Application (申込): a place in a session for whoever comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courses.sessions.models import AdmissionRule, TrainingSession

from participation import enrolment as enrolments
from participation.enrolment import Offer
from participation.joint.waiting_list import rebalance

if TYPE_CHECKING:
    from people.permission import Actor

    from participation.models import Enrolment


def enrol_in_session(actor: Actor, session: TrainingSession) -> Enrolment:
    """Take a place that is open to whoever comes first; offers that have expired are free by then.

    Raises ConflictError where there is none.
    """
    if session.giving is AdmissionRule.NOMINATION:
        rebalance(session.id)
    return enrolments.enrol(actor, enrolments.entrant(actor), Offer(session.edition.course, session.edition, session))
