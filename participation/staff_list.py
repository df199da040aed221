"""A list of own staff to be enrolled, and what enrolling them would do, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import ConflictError, InvalidError
from kernel.vocabulary import Term

from people.models import Membership
from people.permission import Actor, Permission
from people.recognition import Unclear, lines_of, meant, staff_by_key

from courses.sessions.place import why_not
from courses.sessions.training_session import SessionState, state_of

from participation import application
from participation import enrolment as enrolments
from participation.models import OPEN_STATES, Enrolment

if TYPE_CHECKING:
    from people.membership import Member

    from courses.models import Course
    from courses.sessions.models import TrainingSession


MOST_PEOPLE = 1_000_000
CAN_ENROL = frozenset({SessionState.OPEN, SessionState.FULL, SessionState.LAST_PLACES})


class Outcome(Term):
    """What becomes of a line."""

    ENROLS = "enrols", "申し込みます"
    ENROLLED = "enrolled", "申し込みました"
    ALREADY = "already", "すでに受講しています"
    TWICE = "twice", "一覧に二度あります"
    UNKNOWN = Unclear.UNKNOWN.value, Unclear.UNKNOWN.label
    SEVERAL = Unclear.SEVERAL.value, Unclear.SEVERAL.label
    DIFFERENT = Unclear.DIFFERENT.value, Unclear.DIFFERENT.label
    NO_PLACE = "no place", "席が足りません"

    @property
    def is_good(self) -> bool:
        """Tell whether the person is, or will be, enrolled by this list."""
        return self in {Outcome.ENROLS, Outcome.ENROLLED}


@dataclass(frozen=True)
class ListedLine:
    """A line of the list: its number, what it says, whom it means and what becomes of it."""

    number: int
    text: str
    person: Member | None
    outcome: Outcome


def preview(actor: Actor, course: Course, session: TrainingSession | None, text: str) -> list[ListedLine]:
    """Return what enrolling the people of a list would do; nothing is changed.

    Without a session the course is taken at the own pace. A line is known by a staff number, an e-mail address or a name that only one of the own staff bears.
    Raises InvalidError where the list is empty or too long.
    """
    lines = lines_of(text)
    check_open(course, session)
    by_key = staff_by_key(actor.scope(Permission.ENROL_STAFF).where(Membership.organisation_id))
    enrolled = set(
        db.session.scalars(
            sa.select(Enrolment.staff_id).where(
                Enrolment.course_id == course.id,
                Enrolment.state.in_(OPEN_STATES),
                actor.scope(Permission.ENROL_STAFF).where(Enrolment.organisation_id),
            )
        )
    )
    free = session.capacity - session.taken if session else MOST_PEOPLE
    seen: set[int] = set()
    result = []
    for number, cells in lines:
        person = meant(cells, by_key)
        if isinstance(person, Unclear):
            result.append(ListedLine(number, " ".join(cells), None, Outcome(person.value)))
            continue
        outcome = _outcome(person, seen, enrolled, free)
        free -= outcome is Outcome.ENROLS
        seen.add(person.staff_id)
        result.append(ListedLine(number, " ".join(cells), person, outcome))
    return result


def check_open(course: Course, session: TrainingSession | None) -> None:
    """Raise InvalidError where nobody can be enrolled: no session was chosen, or it is not open."""
    if session is None:
        if course.published is None or not course.published.format.is_own_pace:
            message = "この講座は開催回を選んで申し込みます。講座のページから開催回を開いてください。"
            raise InvalidError(message)
    elif state_of(session) not in CAN_ENROL or (session.is_by_nomination and state_of(session) is SessionState.OPEN):
        raise InvalidError(why_not(session.id))


def _outcome(person: Member, seen: set[int], enrolled: set[int], free: int) -> Outcome:
    if person.staff_id in seen:
        return Outcome.TWICE
    if person.staff_id in enrolled:
        return Outcome.ALREADY
    return Outcome.ENROLS if free > 0 else Outcome.NO_PLACE


def enrol_all(actor: Actor, course: Course, session: TrainingSession | None, text: str) -> list[ListedLine]:
    """Enrol the people of a list; return what became of each line. A line that is refused refuses no other one."""
    result = []
    for line in preview(actor, course, session, text):
        outcome = line.outcome
        if outcome is Outcome.ENROLS and line.person:
            try:
                with db.session.begin_nested():
                    if session:
                        application.enrol_in_session(actor, line.person, session)
                    else:
                        enrolments.enrol_in_course(actor, line.person, course)
                outcome = Outcome.ENROLLED
            except ConflictError as refusal:
                outcome = Outcome.ALREADY if refusal.message == enrolments.ALREADY else Outcome.NO_PLACE
        result.append(ListedLine(line.number, line.text, line.person, outcome))
    return result
