"""Enrolment (受講): a person is entered as taking an edition, at the own pace or with a place; begins, finishes, is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from people import audit
from people.act import Act
from people.membership import Member, is_current, section_of
from people.models import Membership, Organisation, Staff
from people.permission import Actor, Permission

from courses.models import Course, CourseEdition
from courses.offer import is_for_one_of
from courses.sessions.audience import is_open_to
from courses.sessions.models import TrainingSession

from participation import enrolment_count
from participation.models import OPEN_STATES, Enrolment, EnrolmentState
from participation.present_office import is_looked_after_by

if TYPE_CHECKING:
    import datetime as dt


ALREADY = "すでにこの講座を受講しています。マイページで確かめてください。"


def entrant(actor: Actor, session: TrainingSession | None = None) -> Member:
    """Return the actor as an entrant: of the own organisation whose staff may come to a session, the main one first.

    Raises ConflictError for somebody who belongs to no organisation today.
    """
    if actor.organisation_id is None:
        message = "いまの所属がないため申し込めません。研修担当に確かめてください。"
        raise ConflictError(message)
    own = actor.organisation_ids if session else ()
    acting = next((id_ for id_ in own if session and is_open_to(id_, session)), actor.organisation_id)
    size_class = db.session.scalars(sa.select(Organisation.size_class).where(Organisation.id == acting)).one()
    return Member(actor.staff_id, actor.name, acting, size_class)


def own_entrant(actor: Actor, membership_id: int) -> Member:
    """Return one of the own organisation's staff as an entrant. Raises NotFoundError."""
    row = db.session.execute(
        sa.select(Staff.id, Staff.name, Membership.organisation_id, Organisation.size_class)
        .join(Membership, Membership.staff_id == Staff.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Membership.id == membership_id,
            is_current(),
            actor.scope(Permission.ENROL_STAFF).where(Membership.organisation_id),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return Member(*row)


def enrol_in_course(actor: Actor, person: Member, course: Course) -> Enrolment:
    """Enrol a person in a course taken at the own pace, in its published edition (which must be loaded).

    Raises as `check_offered` and `enter` do, and ConflictError where the course is held in sessions.
    """
    check_offered(course, person)
    if course.published is None or not course.published.format.is_own_pace:
        message = "この講座は開催回を選んで申し込みます。"
        raise ConflictError(message)
    return enter(actor, person, course.published)


def check_offered(course: Course, person: Member) -> None:
    """Raise ConflictError for a course that is no longer offered, NotFoundError for one that is not for the person's organisation."""
    if not course.is_for_all and not is_for_one_of(course.id, [person.organisation_id]):
        raise NotFoundError
    if course.published_id is None:
        message = "この講座の公開は終わりました。新しい受講は申し込めません。"
        raise ConflictError(message)


def enter(actor: Actor, person: Member, edition: CourseEdition, session: TrainingSession | None = None) -> Enrolment:
    """Enter the enrolment of a person who needs no place, or for whom one is taken. Raises ConflictError for a second one.

    Who has withdrawn from this edition takes it up again: what was learned and written goes on.
    """
    _close_what_was_never_marked(person.staff_id, edition.course_id)
    year = clock.fiscal_year_at(session.starts_at if session else clock.now())
    enrolment = _withdrawn(person.staff_id, edition, session, year) or Enrolment(
        staff_id=person.staff_id, course_id=edition.course_id, edition_id=edition.id, level=edition.level
    )
    try:
        with db.session.begin_nested():
            enrolment.session_id = session.id if session else None
            enrolment.organisation_id, enrolment.size_class = person.organisation_id, person.size_class
            enrolment.section_id = section_of(person)
            enrolment.fiscal_year, enrolment.state = year, EnrolmentState.ENROLLED
            enrolment.enrolled_at, enrolment.enrolled_by_id = clock.now(), actor.staff_id
            db.session.add(enrolment)
            db.session.flush()
    except IntegrityError as error:
        raise ConflictError(ALREADY) from error
    enrolment_count.moved(enrolment, None)
    if person.staff_id != actor.staff_id:
        audit.record(
            actor, Act.ENROLLED, f"{person.name}:{edition.title}",
            organisation_id=person.organisation_id, enrolment=enrolment.id,
        )  # fmt: skip
        db.session.flush()
    return enrolment


def _withdrawn(staff_id: int, edition: CourseEdition, session: TrainingSession | None, year: int) -> Enrolment | None:
    """Return the last enrolment of a person in an edition, here or at the own pace, if it was withdrawn; it is locked.

    What was learned of a course of every year counts in its own fiscal year only.
    """
    here = Enrolment.session_id == session.id if session else Enrolment.session_id.is_(None)
    last = db.session.scalar(
        sa.select(Enrolment)
        .where(Enrolment.staff_id == staff_id, Enrolment.edition_id == edition.id, here)
        .order_by(Enrolment.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if last is None or last.state is not EnrolmentState.WITHDRAWN or (edition.yearly and last.fiscal_year != year):
        return None
    return last


def takes_it() -> sa.ColumnElement[bool]:
    """Return the condition that an enrolment stands in the way of another one in its course.

    It is open; one in a session that is over and in which nobody marked the person stands in nobody's way.
    """
    return sa.and_(Enrolment.state.in_(OPEN_STATES), sa.not_(_was_never_marked()))


def _was_never_marked() -> sa.ColumnElement[bool]:
    is_over = sa.exists().where(TrainingSession.id == Enrolment.session_id, TrainingSession.ends_at <= clock.now())
    return sa.and_(Enrolment.state == EnrolmentState.ENROLLED, is_over)


def _close_what_was_never_marked(staff_id: int, course_id: int) -> None:
    """Let an enrolment in a session that is over count as missed, so that the person can take the next one."""
    for row in db.session.scalars(
        sa.select(Enrolment).where(
            Enrolment.staff_id == staff_id, Enrolment.course_id == course_id, _was_never_marked()
        )
    ):
        move(row, EnrolmentState.ABSENT)


def move(enrolment: Enrolment, state: EnrolmentState, at: dt.datetime | None = None) -> None:
    """Bring an enrolment into a state, and its count along; a completion is dated by what completed it, by default now.

    The state it comes from stands in the statement, so that two who act at once do not both count. Raises
    ConflictError for the second one.
    """
    before = enrolment.state
    moved = db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.state == before)
        .values(state=state, completed_at=(at or clock.now()) if state is EnrolmentState.COMPLETED else None)
        .returning(Enrolment.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if moved is None:
        message = "ほかの画面で状態が変わりました。ページを読み込み直して、いまの状態を確かめてください。"
        raise ConflictError(message)
    db.session.refresh(enrolment, ["state", "completed_at"])
    enrolment_count.moved(enrolment, before)


def own_enrolment(actor: Actor, enrolment_id: int) -> Enrolment:
    """Return an enrolment of the actor, or of staff whom the own organisation looks after. Raises NotFoundError."""
    enrolment = db.session.scalar(
        sa.select(Enrolment)
        .options(
            joinedload(Enrolment.edition),
            joinedload(Enrolment.course),
            joinedload(Enrolment.session),
            joinedload(Enrolment.staff),
        )
        .where(
            Enrolment.id == enrolment_id,
            sa.or_(
                Enrolment.staff_id == actor.staff_id,
                is_looked_after_by(actor),
            ),
        )
    )
    if enrolment is None:
        raise NotFoundError
    return enrolment


def close(actor: Actor | None, enrolment: Enrolment) -> None:
    """Close an open enrolment as withdrawn; what becomes of its place is decided elsewhere (`participation.withdrawal`).

    Raises ConflictError where the course is finished or the session began.
    """
    if enrolment.state not in OPEN_STATES:
        message = f"「{enrolment.state.label}」なので取りやめられません。"
        raise ConflictError(message)
    session = enrolment.session
    if session and not session.is_off and session.starts_at <= clock.now():
        message = "開催が始まったため、取りやめは研修の実施団体にご連絡ください。"
        raise ConflictError(message)
    move(enrolment, EnrolmentState.WITHDRAWN)
    if actor and enrolment.staff_id != actor.staff_id:
        audit.record(
            actor, Act.WITHDRAWN, f"{enrolment.staff.name}:{enrolment.edition.title}",
            organisation_id=enrolment.organisation_id, enrolment=enrolment.id,
        )  # fmt: skip
        db.session.flush()


def place_in(session_id: int, staff_id: int) -> Enrolment | None:
    """Return the enrolment by which a person has, or had, a place in a session."""
    return db.session.scalar(
        sa.select(Enrolment).where(
            Enrolment.session_id == session_id,
            Enrolment.staff_id == staff_id,
            Enrolment.state != EnrolmentState.WITHDRAWN,
        )
    )


def end_with_session(session: TrainingSession) -> list[Enrolment]:
    """End the open enrolments of a session that is not held; return them. Their people can take its replacement."""
    rows = list(
        db.session.scalars(
            sa.select(Enrolment)
            .where(Enrolment.session_id == session.id, Enrolment.state.in_(OPEN_STATES))
            .order_by(Enrolment.id)
        )
    )
    for row in rows:
        move(row, EnrolmentState.NOT_HELD)
    return rows


def follow_year(session: TrainingSession) -> None:
    """Let the enrolments of a session count in the fiscal year in which it begins."""
    year = clock.fiscal_year_at(session.starts_at)
    for row in db.session.scalars(
        sa.select(Enrolment).where(Enrolment.session_id == session.id, Enrolment.fiscal_year != year)
    ):
        enrolment_count.left(row)
        row.fiscal_year = year
        db.session.flush()
        enrolment_count.moved(row, None)


def open_enrolment(staff_id: int, course_id: int) -> Enrolment | None:
    """Return the open enrolment of a person in a course, if there is one."""
    return db.session.scalar(
        sa.select(Enrolment)
        .options(joinedload(Enrolment.session), joinedload(Enrolment.edition))
        .where(Enrolment.staff_id == staff_id, Enrolment.course_id == course_id, Enrolment.state.in_(OPEN_STATES))
    )


def latest_enrolment_in(staff_id: int, slug: str) -> Enrolment:
    """Return the latest enrolment of a person in the course of an address, open ones first. Raises NotFoundError."""
    mine = db.session.scalar(
        sa.select(Enrolment)
        .join(Enrolment.course)
        .where(Course.slug == slug, Enrolment.staff_id == staff_id, Enrolment.state != EnrolmentState.WITHDRAWN)
        .order_by(Enrolment.state.in_(OPEN_STATES).desc(), Enrolment.id.desc())
        .limit(1)
    )
    if mine is None:
        raise NotFoundError
    return mine


def start(enrolment: Enrolment) -> None:
    """Note that somebody began to learn at the own pace; to begin again changes nothing."""
    db.session.refresh(enrolment, ["state"], with_for_update=True)
    if enrolment.state is EnrolmentState.ENROLLED:
        move(enrolment, EnrolmentState.IN_PROGRESS)


def finish(enrolment: Enrolment) -> None:
    """Finish a course taken at the own pace; twice is once. Raises ConflictError where a session decides."""
    if enrolment.session_id:
        message = "この講座の修了は、出席によって決まります。"
        raise ConflictError(message)
    if enrolment.state in OPEN_STATES:
        move(enrolment, EnrolmentState.COMPLETED)
