"""A list of own staff to be enrolled, and what enrolling them would do, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import commit_part, db, slices
from kernel.errors import ConflictError, InvalidError
from kernel.vocabulary import Term

from people.membership import is_current
from people.models import Membership, Staff
from people.permission import Actor, Permission
from people.recognition import ListedLine, Unclear, directory, lines_of, meant

from courses.sessions.place import why_not
from courses.sessions.session_state import SessionState, state_of

from participation import application, withdrawal
from participation import enrolment as enrolments
from participation.attending.completion import still_counts
from participation.models import Enrolment, EnrolmentState
from participation.prerequisite import lacking

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from people.membership import Member
    from people.recognition import Line

    from courses.models import Course
    from courses.sessions.models import TrainingSession


PART, MOST_CHOSEN, MOST_UNDONE = 100, 200, 500
MOST_PEOPLE = 1_000_000
CAN_ENROL = frozenset({SessionState.OPEN, SessionState.FULL, SessionState.LAST_PLACES})


class Outcome(Term):
    """What becomes of a line that means somebody."""

    ENROLS = "enrols", "申し込みます"
    ENROLLED = "enrolled", "申し込みました"
    ALREADY = "already", "すでに受講しています"
    FINISHED = "finished", "すでに修了しています"
    TWICE = "twice", "一覧に二度あります"
    LACKS = "lacks", "先に受ける講座が未修了です"
    NO_PLACE = "no place", "席が足りません"


GOOD = {Outcome.ENROLS, Outcome.ENROLLED}


def _listed(line: Line, person: Member | None, outcome: Outcome | Unclear) -> ListedLine:
    return ListedLine(line.number, line.text, person, outcome in GOOD, outcome.label)


def preview(
    actor: Actor, course: Course, session: TrainingSession | None, text: str, because: str = ""
) -> list[ListedLine]:
    """Return what enrolling the people of a list would do; nothing is changed.

    Without a session the course is taken at the own pace. `because` lets those into a session who lack a course that comes first.
    Raises InvalidError where the list is empty or too long.
    """
    return [_listed(*found) for found in _found(actor, course, session, text, because)]


def _found(
    actor: Actor, course: Course, session: TrainingSession | None, text: str, because: str
) -> list[tuple[Line, Member | None, Outcome | Unclear]]:
    lines = lines_of(text)
    check_open(course, session)
    known = directory(actor.scope(Permission.ENROL_STAFF).where(Membership.organisation_id))
    enrolled = set(
        db.session.scalars(
            sa.select(Enrolment.staff_id).where(
                Enrolment.course_id == course.id,
                enrolments.takes_it(),
                actor.scope(Permission.ENROL_STAFF).where(Enrolment.organisation_id),
            )
        )
    )
    finished = set(
        db.session.scalars(
            sa.select(Enrolment.staff_id)
            .join(Enrolment.edition)
            .where(
                Enrolment.course_id == course.id,
                still_counts(),
                actor.scope(Permission.ENROL_STAFF).where(Enrolment.organisation_id),
            )
        )
    )
    free = session.capacity - session.taken if session else MOST_PEOPLE
    seen: set[int] = set()
    means = [(line, meant(line, known)) for line in lines]
    people = {person.staff_id for _line, person in means if not isinstance(person, Unclear)}
    here = Enrolment.staff_id.in_(
        sa.select(Membership.staff_id).where(actor.scope(Permission.ENROL_STAFF).where(Membership.organisation_id))
    )
    without = lacking(course.id, people, here) if session and not because else set()
    stands = {
        **dict.fromkeys(without, Outcome.LACKS),
        **dict.fromkeys(finished, Outcome.FINISHED),
        **dict.fromkeys(enrolled, Outcome.ALREADY),
    }
    result: list[tuple[Line, Member | None, Outcome | Unclear]] = []
    for line, person in means:
        if isinstance(person, Unclear):
            result.append((line, None, person))
            continue
        outcome = _outcome(person, seen, stands, free)
        free -= outcome is Outcome.ENROLS
        seen.add(person.staff_id)
        result.append((line, person, outcome))
    return result


def lines_for(actor: Actor, ids: Collection[int]) -> str:
    """Return a list of some of the actor's own staff, by membership, as such a list can be read: number or address, and name."""
    rows = db.session.execute(
        sa.select(Membership.staff_number, Staff.email, Staff.name)
        .join(Staff, Staff.id == Membership.staff_id)
        .where(
            Membership.id.in_(ids), actor.scope(Permission.ENROL_STAFF).where(Membership.organisation_id), is_current()
        )
        .order_by(Staff.reading, Staff.id)
    )
    return "\n".join(f"{row.staff_number or row.email or ''}\t{row.name}".strip() for row in rows)


def check_open(course: Course, session: TrainingSession | None) -> None:
    """Raise InvalidError where nobody can be enrolled: no session was chosen, or it is not open."""
    if session is None:
        if course.published is None or not course.published.format.is_own_pace:
            message = "この講座は開催回を選んで申し込みます。講座のページから開催回を開いてください。"
            raise InvalidError(message)
    elif state_of(session) not in CAN_ENROL or (session.is_by_nomination and state_of(session) is SessionState.OPEN):
        raise InvalidError(why_not(session.id))


def undo(actor: Actor, course: Course, staff_ids: Collection[int]) -> int:
    """Take back what the actor has just entered for people in a course, as one act; who has begun meanwhile stays. Return how many.

    Just now is within a day; the place of a session goes to whoever is next.
    """
    rows = db.session.scalars(
        sa.select(Enrolment.id)
        .where(
            Enrolment.course_id == course.id,
            Enrolment.staff_id.in_(staff_ids),
            Enrolment.enrolled_by_id == actor.staff_id,
            Enrolment.state == EnrolmentState.ENROLLED,
            Enrolment.enrolled_at > clock.now() - clock.DAY,
        )
        .order_by(Enrolment.id)
    ).all()
    for part in slices(rows, PART):  # so that nobody else waits for a long list
        for enrolment_id in part:
            withdrawal.withdraw(actor, enrolments.own_enrolment(actor, enrolment_id))
        commit_part()
    return len(rows)


def _outcome(person: Member, seen: set[int], stands: Mapping[int, Outcome], free: int) -> Outcome:
    if person.staff_id in seen:
        return Outcome.TWICE
    return stands.get(person.staff_id) or (Outcome.ENROLS if free > 0 else Outcome.NO_PLACE)


def enrol_all(
    actor: Actor, course: Course, session: TrainingSession | None, text: str, because: str = ""
) -> list[ListedLine]:
    """Enrol the people of a list; return what became of each line. A line that is refused refuses no other one.

    A long list is entered in parts, so that nobody else waits for it; entered again it enrols nobody twice.
    """
    result = []
    entered = 0
    for line, person, outcome in _found(actor, course, session, text, because):
        became = outcome
        if outcome is Outcome.ENROLS and person:
            try:
                with db.session.begin_nested():
                    if session:
                        application.enrol_in_session(actor, person, session, because)
                    else:
                        enrolments.enrol_in_course(actor, person, course)
                became, entered = Outcome.ENROLLED, entered + 1
                if entered % PART == 0:
                    commit_part()
            except ConflictError as refusal:
                became = Outcome.ALREADY if refusal.message == enrolments.ALREADY else Outcome.NO_PLACE
        result.append(_listed(line, person, became))
    return result
