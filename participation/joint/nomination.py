"""Nomination (推薦): an organisation puts its people for a joint session in order; staff wish to be nominated.

The list as it stands when the applications close is the nomination: nothing has to be handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, NotFoundError
from kernel.text import folded

from people import audit
from people.act import Act
from people.membership import is_current
from people.models import Membership, Organisation
from people.permission import Actor, Permission
from people.recognition import Unclear, lines_of, meant, staff_by_key

from courses.models import CourseEdition
from courses.sessions.audience import is_open_to
from courses.sessions.models import TrainingSession
from courses.sessions.training_session import SessionState, state_of

from participation import enrolment as enrolments
from participation.joint.eligibility import hints_for
from participation.joint.models import Nomination, NominationList, Wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.membership import Member


@dataclass(frozen=True)
class Standing:
    """A nominee in the list of an organisation, and what is to be known while choosing."""

    nomination: Nomination
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Wished:
    """Somebody who wishes to be nominated, and what is to be known while choosing."""

    wish: Wish
    membership_id: int
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """The list of an organisation: nominees in its order, note for the host, wishes of staff not yet on it."""

    organisation: Organisation
    nominees: Sequence[Standing]
    note: str
    on_behalf: bool
    wishes: Sequence[Wished]


def check_open(session: TrainingSession, organisation_id: int) -> None:
    """Raise ConflictError unless the session takes nominations now, NotFoundError where it is not for the organisation."""
    if not is_open_to(organisation_id, session):
        raise NotFoundError
    if not session.is_by_nomination:
        raise NotFoundError
    if state_of(session) is not SessionState.OPEN:
        message = f"推薦の受付期間ではありません(いまは「{state_of(session).label}」)。"
        raise ConflictError(message)


def nominating(actor: Actor, session: TrainingSession, organisation_id: int) -> Organisation:
    """Return the organisation whose list the actor may change: an own one, or any one for the host of the session.

    Raises NotFoundError, also for a session whose places are not given by nomination.
    """
    if not session.is_by_nomination:
        raise NotFoundError
    own = organisation_id in actor.scope(Permission.ENROL_STAFF)
    hosts = session.host_id in actor.scope(Permission.PLAN_SESSIONS) and is_open_to(organisation_id, session)
    organisation = db.session.get(Organisation, organisation_id)
    if not (own or hosts) or organisation is None:
        raise NotFoundError
    return organisation


def listed(actor: Actor, session: TrainingSession, organisation: Organisation) -> Listed:
    """Return the list of an organisation for a session. Wishes and what is known of people are for itself only."""
    is_own = organisation.id in actor.scope(Permission.ENROL_STAFF)
    nominations = _nominations(session.id, organisation.id)
    row = db.session.get(NominationList, (session.id, organisation.id))
    on_it = [nomination.staff_id for nomination in nominations]
    wishes = db.session.execute(
        sa.select(Wish, Membership.id)
        .join(Membership, Membership.staff_id == Wish.staff_id)
        .options(joinedload(Wish.staff))
        .where(
            sa.true() if is_own else sa.false(),
            Wish.session_id == session.id,
            Wish.organisation_id == organisation.id,
            Membership.organisation_id == organisation.id,
            is_current(),
            Wish.staff_id.not_in(on_it),
        )
        .order_by(Wish.wished_at)
    ).all()
    hints = hints_for(session, [*on_it, *(wish.staff_id for wish, _membership in wishes)]) if is_own else {}
    return Listed(
        organisation=organisation,
        nominees=[Standing(nomination, hints.get(nomination.staff_id, ())) for nomination in nominations],
        note=row.note if row else "",
        on_behalf=bool(row and row.on_behalf),
        wishes=[Wished(wish, membership_id, hints.get(wish.staff_id, ())) for wish, membership_id in wishes],
    )


def _nominations(session_id: int, organisation_id: int) -> Sequence[Nomination]:
    return db.session.scalars(
        sa.select(Nomination)
        .options(joinedload(Nomination.staff))
        .where(Nomination.session_id == session_id, Nomination.organisation_id == organisation_id)
        .order_by(Nomination.position, Nomination.id)
        .execution_options(populate_existing=True)
    ).all()


def nominate(actor: Actor, session: TrainingSession, organisation: Organisation, membership_id: int) -> Nomination:
    """Put one of the staff at the end of the list.

    Raises NotFoundError, and ConflictError outside the application window, for somebody on a list already and for
    somebody who takes the course.
    """
    if organisation.id not in actor.scope(Permission.ENROL_STAFF):
        raise NotFoundError
    return _put_last(actor, session, organisation, enrolments.own_entrant(actor, membership_id))


def _put_last(actor: Actor, session: TrainingSession, organisation: Organisation, person: Member) -> Nomination:
    check_open(session, organisation.id)
    if person.organisation_id != organisation.id:
        raise NotFoundError
    if db.session.scalar(
        sa.select(Nomination.id).where(Nomination.session_id == session.id, Nomination.staff_id == person.staff_id)
    ):
        message = f"{person.name}さんは、すでにこの開催回に推薦されています。"
        raise ConflictError(message)
    if enrolments.open_enrolment(person.staff_id, session.edition.course_id):
        message = f"{person.name}さんは、すでにこの講座を受講しています。"
        raise ConflictError(message)
    last = db.session.scalar(
        sa.select(sa.func.max(Nomination.position)).where(
            Nomination.session_id == session.id, Nomination.organisation_id == organisation.id
        )
    )
    nomination = add(
        Nomination(
            session_id=session.id, organisation_id=organisation.id, staff_id=person.staff_id, position=(last or 0) + 1
        )
    )
    _changed(actor, session, organisation.id, Act.NOMINATED, person.name)
    return nomination


def _changed(actor: Actor, session: TrainingSession, organisation_id: int, act: Act, subject: str) -> NominationList:
    """Note that a list was changed, by whom, and whether the host did it on behalf of the organisation."""
    on_behalf = organisation_id not in actor.scope(Permission.ENROL_STAFF)
    row = db.session.get(NominationList, (session.id, organisation_id))
    if row is None:
        row = add(NominationList(session_id=session.id, organisation_id=organisation_id))
    row.on_behalf = row.on_behalf or on_behalf
    row.changed_at, row.changed_by_id = clock.now(), actor.staff_id
    audit.record(
        actor, act.on_behalf if on_behalf else act, subject, organisation_id=organisation_id,
        session=session.id,
    )  # fmt: skip
    db.session.flush()
    return row


NEEDS_NAME_AND_NUMBER = "加えられませんでした。氏名と、職員番号かメールアドレスを並べて入力してください"


@dataclass(frozen=True)
class NominatedLine:
    """A line of a list that was read: what it says, and what became of it in words."""

    number: int
    text: str
    is_nominated: bool
    outcome: str


def nominate_all(actor: Actor, session: TrainingSession, organisation: Organisation, text: str) -> list[NominatedLine]:
    """Put the people of a list at the end, in its order; a line that is refused refuses no other one.

    The host of a session, who does it on behalf of an organisation, must give the name with number or address, and
    is not told why somebody cannot be nominated. Raises InvalidError where the list is empty or too long, ConflictError outside the application window.
    """
    check_open(session, organisation.id)
    by_key = staff_by_key(Membership.organisation_id == organisation.id)
    on_behalf = organisation.id not in actor.scope(Permission.ENROL_STAFF)
    result = []
    for number, cells in lines_of(text):
        person, said = meant(cells, by_key), " ".join(cells)
        if on_behalf and (isinstance(person, Unclear) or not _names(cells, person)):
            person = Unclear.UNKNOWN
        if isinstance(person, Unclear):
            told = NEEDS_NAME_AND_NUMBER if on_behalf else person.label
            result.append(NominatedLine(number, said, False, told))  # noqa: FBT003
            continue
        try:
            _put_last(actor, session, organisation, person)
        except ConflictError as refusal:
            told = NEEDS_NAME_AND_NUMBER if on_behalf else refusal.message
            result.append(NominatedLine(number, said, False, told))  # noqa: FBT003
        else:
            result.append(NominatedLine(number, said, True, "推薦に加えました"))  # noqa: FBT003
    return result


def _names(cells: list[str], person: Member) -> bool:
    """Tell whether a line says a person's name and something else beside it."""
    return len(cells) > 1 and any(folded(cell) == folded(person.name) for cell in cells)


def own(actor: Actor, nomination_id: int) -> tuple[Nomination, TrainingSession, Organisation]:
    """Return a nomination whose list the actor may change, with session and organisation. Raises NotFoundError."""
    nomination = db.session.scalar(
        sa.select(Nomination)
        .options(
            joinedload(Nomination.staff),
            joinedload(Nomination.session).joinedload(TrainingSession.edition).joinedload(CourseEdition.course),
        )
        .where(Nomination.id == nomination_id)
    )
    if nomination is None:
        raise NotFoundError
    return nomination, nomination.session, nominating(actor, nomination.session, nomination.organisation_id)


def remove(actor: Actor, nomination_id: int) -> Nomination:
    """Take somebody off the list while it can be changed. Raises NotFoundError or ConflictError."""
    nomination, session, organisation = own(actor, nomination_id)
    check_open(session, organisation.id)
    _changed(actor, session, organisation.id, Act.NOMINATION_REMOVED, nomination.staff.name)
    db.session.delete(nomination)
    db.session.flush()
    return nomination


def move(actor: Actor, nomination_id: int, *, up: bool) -> Nomination:
    """Move somebody one place up or down in the organisation's order. Raises NotFoundError or ConflictError."""
    nomination, session, organisation = own(actor, nomination_id)
    check_open(session, organisation.id)
    order = list(_nominations(session.id, organisation.id))
    place = next(index for index, row in enumerate(order) if row.id == nomination_id)
    other = place - 1 if up else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    for position, row in enumerate(order, 1):
        row.position = position
    _changed(actor, session, organisation.id, Act.NOMINATION_MOVED, nomination.staff.name)
    return nomination


def write_note(actor: Actor, session: TrainingSession, organisation: Organisation, note: str) -> None:
    """Leave a note for the host with the list. Raises ConflictError outside the application window."""
    check_open(session, organisation.id)
    _changed(actor, session, organisation.id, Act.NOMINATION_NOTE, organisation.name).note = note
    db.session.flush()
