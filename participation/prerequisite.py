"""Prerequisites (先に受ける講座): who lacks a course that comes first takes part in a session only for a reason that somebody writes down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import db, insert
from kernel.errors import ConflictError

from people import audit
from people.act import Act
from people.membership import is_not_over
from people.models import Membership

from courses.models import Course, CourseEdition, prerequisite
from courses.offer import is_meant_for

from participation.models import Enrolment, EnrolmentState, PrerequisiteException

if TYPE_CHECKING:
    from collections.abc import Collection

    from people.membership import Member
    from people.permission import Actor

    from courses.sessions.models import TrainingSession


@dataclass(frozen=True)
class FirstCourse:
    """A published course that comes before another one, and whether somebody has completed it."""

    slug: str
    title: str
    is_done: bool


def first_courses(course_id: int, staff_id: int | None = None) -> list[FirstCourse]:
    """Return the published courses that come before a course and are for a person, and which of them they have completed: one query."""
    done = sa.exists().where(
        Enrolment.staff_id == staff_id,
        Enrolment.course_id == Course.id,
        Enrolment.state == EnrolmentState.COMPLETED,
    )
    rows = db.session.execute(
        sa.select(Course.slug, CourseEdition.title, done)
        .join(prerequisite, prerequisite.c.requires_id == Course.id)
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .where(prerequisite.c.course_id == course_id, is_meant_for(_organisations_of(Membership.staff_id == staff_id)))
        .order_by(CourseEdition.title)
    )
    return [FirstCourse(*row) for row in rows]


def lacking(course_id: int, staff_ids: Collection[int], whose: sa.ColumnElement[bool] | None = None) -> set[int]:
    """Return who of some people has not completed a published course that comes first and is for them.

    `whose` is a condition on enrolments that holds for all of them, where they are too many to be named.
    """
    rows = db.session.execute(
        sa.select(Course.id, Course.is_for_all)
        .join(prerequisite, prerequisite.c.requires_id == Course.id)
        .where(prerequisite.c.course_id == course_id, Course.published_id.is_not(None))
    ).all()
    if not rows:
        return set()
    done = db.session.execute(
        sa.select(Enrolment.staff_id, Enrolment.course_id).where(
            Enrolment.staff_id.in_(staff_ids) if whose is None else whose,
            Enrolment.course_id.in_([row.id for row in rows]),
            Enrolment.state == EnrolmentState.COMPLETED,
        )
    )
    completed = {tuple(row) for row in done}
    needed = {(staff_id, row.id) for row in rows if row.is_for_all for staff_id in staff_ids}
    narrow = [row.id for row in rows if not row.is_for_all]
    needed |= _meant(narrow, staff_ids) if narrow else set()
    return {staff_id for staff_id, _course_id in needed - completed}


def _organisations_of(whose: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(Membership.organisation_id).where(whose, is_not_over())


def _meant(course_ids: list[int], staff_ids: Collection[int]) -> set[tuple[int, int]]:
    """Return for whom of some people each of some courses is that are for some organisations only: person and course."""
    rows = db.session.execute(
        sa.select(Membership.staff_id, Course.id)
        .join(Course, is_meant_for([Membership.organisation_id]))
        .where(Course.id.in_(course_ids), Membership.staff_id.in_(staff_ids), is_not_over())
    )
    return {(staff_id, course_id) for staff_id, course_id in rows}


def check(actor: Actor, session: TrainingSession, person: Member, because: str) -> None:
    """Let somebody into a session who has completed what comes first, or for whom there is a reason, which is kept.

    Raises ConflictError for anybody else.
    """
    first = first_courses(session.edition.course_id, person.staff_id)
    if all(one.is_done for one in first):
        return
    reason = because.strip()
    if not reason:
        if db.session.get(PrerequisiteException, (session.id, person.staff_id)):
            return
        titles = "」「".join(one.title for one in first if not one.is_done)
        message = (
            f"先に受ける講座「{titles}」を、まだ修了していません。先にその講座を受けるか、"
            "それでも参加する理由を入力してください。理由は実施団体が読みます。"
        )
        raise ConflictError(message, field="because")
    said = {"reason": reason, "given_by_id": actor.staff_id, "given_at": clock.now()}
    db.session.execute(
        insert(PrerequisiteException)
        .values(session_id=session.id, staff_id=person.staff_id, **said)
        .on_conflict_do_update(index_elements=["session_id", "staff_id"], set_=said)
    )
    audit.record(
        actor, Act.PREREQUISITE_WAIVED, person.name, organisation_id=person.organisation_id, session=session.id,
        reason=reason,
    )  # fmt: skip
    db.session.flush()


def reasons(session_id: int) -> dict[int, str]:
    """Return why people may take part in a session who lack what comes first, by person: for the host."""
    rows = db.session.execute(
        sa.select(PrerequisiteException.staff_id, PrerequisiteException.reason).where(
            PrerequisiteException.session_id == session_id
        )
    )
    return {row.staff_id: row.reason for row in rows}
