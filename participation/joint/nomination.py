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
from kernel.errors import ConflictError, ForbiddenError, NotFoundError

from people import audit
from people.act import Act
from people.membership import is_current
from people.models import Membership, Organisation
from people.permission import Actor, Permission

from courses.models import CourseEdition
from courses.sessions.audience import is_open_to
from courses.sessions.models import TrainingSession
from courses.sessions.session_state import SessionState, state_of

from participation import enrolment as enrolments
from participation import prerequisite
from participation.joint.eligibility import hints_for
from participation.joint.models import Nomination, NominationList, Wish
from participation.models import Enrolment
from participation.notices.kinds import NoticeKind
from participation.notices.telling import Tell, coordinators_of, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.membership import Member


LISTED, TAKES_IT = "すでにこの開催回に推薦されています", "すでにこの講座を受講しています"


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
        message = f"推薦の受付期間ではありません（いまは「{state_of(session).label}」）。"
        raise ConflictError(message)


def nominating_for(actor: Actor, session: TrainingSession) -> int:
    """Return the own organisation that nominates for a session: one whose staff may come. Raises NotFoundError."""
    own = [id_ for id_ in actor.organisation_ids if id_ in actor.scope(Permission.ENROL_STAFF)]
    found = next((id_ for id_ in own if is_open_to(id_, session)), next(iter(own), None))
    if found is None:
        raise NotFoundError
    return found


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
    nominations = nominations_of(session.id, organisation.id)
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


def nominations_of(session_id: int, organisation_id: int) -> Sequence[Nomination]:
    """Return the nominations of an organisation for a session, in its order, as they are now."""
    return db.session.scalars(
        sa.select(Nomination)
        .options(joinedload(Nomination.staff))
        .where(Nomination.session_id == session_id, Nomination.organisation_id == organisation_id)
        .order_by(Nomination.position, Nomination.id)
        .execution_options(populate_existing=True)
    ).all()


def nominate(
    actor: Actor, session: TrainingSession, organisation: Organisation, membership_id: int, because: str = ""
) -> Nomination:
    """Put one of the staff at the end of the list, `because` who lacks a course that comes first.

    Raises NotFoundError, and ConflictError outside the application window, for somebody on a list already and for
    somebody who takes the course.
    """
    if organisation.id not in actor.scope(Permission.ENROL_STAFF):
        raise NotFoundError
    return put_last(actor, session, organisation, enrolments.own_entrant(actor, membership_id), because)


def why_not(session: TrainingSession, organisation_id: int, staff_id: int | None = None) -> dict[int, str]:
    """Return who of an organisation, or whether one person, cannot be nominated now, and why."""
    listed = sa.select(Nomination.staff_id).where(Nomination.session_id == session.id)
    taking = sa.select(Enrolment.staff_id).where(
        Enrolment.course_id == session.edition.course_id, enrolments.takes_it()
    )
    if staff_id is None:
        staff = sa.select(Membership.staff_id).where(Membership.organisation_id == organisation_id, is_current())
        listed, taking = listed.where(Nomination.staff_id.in_(staff)), taking.where(Enrolment.staff_id.in_(staff))
    else:
        listed, taking = listed.where(Nomination.staff_id == staff_id), taking.where(Enrolment.staff_id == staff_id)
    return dict.fromkeys(db.session.scalars(taking), TAKES_IT) | dict.fromkeys(db.session.scalars(listed), LISTED)


def put_last(
    actor: Actor, session: TrainingSession, organisation: Organisation, person: Member, because: str = ""
) -> Nomination:
    """Put somebody at the end of the list of an organisation, for which the caller may act.

    The host, who takes in the list of an organisation, is not told who of it lacks a course that comes first, and decides itself.

    Raises NotFoundError for one of another organisation, ConflictError as `nominate` does.
    """
    check_open(session, organisation.id)
    if person.organisation_id != organisation.id:
        raise NotFoundError
    if reason := why_not(session, organisation.id, person.staff_id).get(person.staff_id):
        message = f"{person.name}さんは、{reason}。"
        raise ConflictError(message)
    if not _acts_on_behalf(actor, organisation.id):
        prerequisite.check(actor, session, person, because)
    last = db.session.scalar(
        sa.select(sa.func.max(Nomination.position)).where(
            Nomination.session_id == session.id, Nomination.organisation_id == organisation.id
        )
    )
    nomination = add(
        Nomination(
            session_id=session.id,
            organisation_id=organisation.id,
            staff_id=person.staff_id,
            position=(last or 0) + 1,
            on_behalf=_acts_on_behalf(actor, organisation.id),
        )
    )
    changed(actor, session, organisation.id, Act.NOMINATED, person.name)
    return nomination


def changed(actor: Actor, session: TrainingSession, organisation_id: int, act: Act, subject: str) -> NominationList:
    """Note that a list was changed, by whom, and whether the host did it on behalf of the organisation."""
    on_behalf = _acts_on_behalf(actor, organisation_id)
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
    if on_behalf:
        _tell_the_organisation(session, organisation_id)
    return row


def _acts_on_behalf(actor: Actor, organisation_id: int) -> bool:
    return organisation_id not in actor.scope(Permission.ENROL_STAFF)


def _tell_the_organisation(session: TrainingSession, organisation_id: int) -> None:
    """Tell the coordinators of an organisation, once a day, that the host changed their list."""
    host = db.session.scalars(sa.select(Organisation.name).where(Organisation.id == session.host_id)).one()
    text = f"実施団体の{host}が、推薦名簿を代わりに入力しました。名簿を確かめてください。"
    about = f"{organisation_id} {clock.today()}"
    coordinators = coordinators_of([organisation_id]).get(organisation_id, [])
    tell(session, session.edition.title, [Tell(NoticeKind.ON_BEHALF, id_, text, about) for id_ in coordinators])


def check_may_change(actor: Actor, session: TrainingSession, organisation_id: int, *nominations: Nomination) -> None:
    """Raise ForbiddenError where the host would change what an organisation put on its list itself."""
    if _acts_on_behalf(actor, organisation_id) and not all(row.on_behalf for row in nominations):
        message = (
            "団体が自分で入れた推薦は、実施団体では変えられません。その団体の研修担当に頼んでください。"
            f"({session.edition.title})"
        )
        raise ForbiddenError(message)


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
    """Take somebody off the list while it can be changed. Raises NotFoundError, ForbiddenError or ConflictError."""
    nomination, session, organisation = own(actor, nomination_id)
    check_open(session, organisation.id)
    check_may_change(actor, session, organisation.id, nomination)
    changed(actor, session, organisation.id, Act.NOMINATION_REMOVED, nomination.staff.name)
    db.session.delete(nomination)
    db.session.flush()
    return nomination


def write_note(actor: Actor, session: TrainingSession, organisation: Organisation, note: str) -> None:
    """Leave a note for the host with the list. Raises ConflictError outside the application window."""
    check_open(session, organisation.id)
    check_may_change(actor, session, organisation.id, *nominations_of(session.id, organisation.id))
    changed(actor, session, organisation.id, Act.NOMINATION_NOTE, organisation.name).note = note
    db.session.flush()
