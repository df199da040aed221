"""Application (申込): a place in a session for whoever comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errors import ConflictError, NotFoundError

from courses.sessions import place
from courses.sessions.audience import is_open_to

from participation import enrolment as enrolments
from participation import prerequisite
from participation.joint import queueing, waiting_list
from participation.notices.kinds import NoticeKind
from participation.notices.telling import Tell, tell

if TYPE_CHECKING:
    from people.membership import Member
    from people.permission import Actor

    from courses.sessions.models import TrainingSession

    from participation.models import Enrolment


def enrol_in_session(actor: Actor, person: Member, session: TrainingSession, because: str = "") -> Enrolment:
    """Enrol a person in a session that gives a place to whoever comes first.

    `because` says why somebody may come who lacks a course that comes first (`participation.prerequisite`).
    Who applies for themselves finds the places free whose offers expired; who enrols others, those that are free now.

    Who is being asked whether they take a place that came free takes that one.

    Raises NotFoundError where the session is not open to the person's organisation, ConflictError where the person
    takes the course already, no place can be had, or the course is no longer offered.
    """
    enrolments.check_offered(session.edition.course, person)
    if not is_open_to(person.organisation_id, session):
        raise NotFoundError
    if enrolments.place_in(session.id, person.staff_id):
        raise ConflictError(enrolments.ALREADY)
    prerequisite.check(actor, session, person, because)
    if offer := queueing.offer_to(session.id, person.staff_id):
        return waiting_list.accept(actor, offer)
    is_own = person.staff_id == actor.staff_id
    if is_own and session.is_by_nomination:
        waiting_list.rebalance(session.id)
    place.claim(session.id)
    enrolment = enrolments.enter(actor, person, session.edition, session)
    if not is_own:
        text = f"{actor.name}さんが、あなたの受講を申し込みました。"
        tell(
            session,
            session.edition.title,
            [Tell(NoticeKind.ENROLLED, person.staff_id, text, f"{enrolment.id} {enrolment.enrolled_at.isoformat()}")],
        )
    return enrolment
