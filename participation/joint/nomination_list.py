"""A list of people to be nominated, and what nominating them would do, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.errors import ConflictError

from people.models import Membership, Organisation
from people.permission import Actor, Permission
from people.recognition import ListedLine, Unclear, directory, lines_of, meant

from participation.joint import nomination
from participation.joint.eligibility import LACKS
from participation.models import Enrolment
from participation.prerequisite import lacking

if TYPE_CHECKING:
    from people.membership import Member
    from people.recognition import Line

    from courses.sessions.models import TrainingSession

NOMINATES, NOMINATED, TWICE = "推薦に加えます", "推薦に加えました", "一覧に二度あります"
NEEDS_NAME_AND_NUMBER = "加えられません。氏名と、職員番号かメールアドレスを並べて入力してください"


def preview(
    actor: Actor, session: TrainingSession, organisation: Organisation, text: str, because: str = ""
) -> list[ListedLine]:
    """Return what putting the people of a list on the list of an organisation would do; nothing is changed.

    The host of a session, who does it on behalf of an organisation, must give the name with number or address, and
    is not told why somebody cannot be nominated. `because`: see `participation.prerequisite`.

    Raises InvalidError where the list is empty or too long, ConflictError outside the application window.
    """
    return [
        ListedLine(line.number, line.text, person, not refused, refused or NOMINATES)
        for line, person, refused in _found(actor, session, organisation, text, because)
    ]


def nominate_all(
    actor: Actor, session: TrainingSession, organisation: Organisation, text: str, because: str = ""
) -> list[ListedLine]:
    """Put the people of a list at the end, in its order; a line that is refused refuses no other one.

    Raises what `preview` raises.
    """
    result = []
    for line, person, refused in _found(actor, session, organisation, text, because):
        told = refused
        if person and not refused:
            try:
                nomination.put_last(actor, session, organisation, person, because)
            except ConflictError as refusal:
                told = refusal.message
        result.append(ListedLine(line.number, line.text, person, not told, told or NOMINATED))
    return result


def _found(
    actor: Actor, session: TrainingSession, organisation: Organisation, text: str, because: str
) -> list[tuple[Line, Member | None, str]]:
    """Return for each line whom it means, and why that person cannot be nominated, empty where one can."""
    nomination.check_open(session, organisation.id)
    known = directory(Membership.organisation_id == organisation.id)
    refused = nomination.why_not(session, organisation.id)
    on_behalf = organisation.id not in actor.scope(Permission.ENROL_STAFF)
    lines = lines_of(text)
    people = {person.staff_id for line in lines if not isinstance(person := meant(line, known), Unclear)}
    here = Enrolment.staff_id.in_(sa.select(Membership.staff_id).where(Membership.organisation_id == organisation.id))
    without = set() if because or on_behalf else lacking(session.edition.course_id, people, here)
    result: list[tuple[Line, Member | None, str]] = []
    for line in lines:
        person = meant(line, known)
        if on_behalf and not line.is_above and (_is_unclear(person, refused) or not line.names_and_identifies):
            result.append((line, None, NEEDS_NAME_AND_NUMBER))
        elif isinstance(person, Unclear):
            result.append((line, None, person.label))
        else:
            lacks = LACKS if person.staff_id in without else ""
            result.append((line, person, refused.get(person.staff_id, lacks)))
            refused.setdefault(person.staff_id, TWICE)
    return result


def _is_unclear(person: Member | Unclear, refused: dict[int, str]) -> bool:
    """Tell whether the host is told no more than that a line needs name and number."""
    return isinstance(person, Unclear) or refused.get(person.staff_id, TWICE) != TWICE
