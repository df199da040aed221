"""Duties (受講状況): who of the own staff is to take which required course, until when, and how far they are.

A duty is a person and a required course of a curriculum that the organisation adopted for them. It is done while a completion
counts (once, or in this fiscal year where the course is of every year), and late once its date is past.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import TODAY, db
from kernel.page import Page

from people.membership import are_said_by, is_current, is_in_section, is_seen_by
from people.models import Membership, Post, Section, Staff
from people.permission import Actor, Permission

from courses.models import Course, CourseEdition

from catalog.adopting.adoption import concerns, due_date
from catalog.models import Adoption, Curriculum, CurriculumState, CurriculumStep

from participation.attending.completion import still_counts
from participation.exemption import is_of
from participation.models import OPEN_STATES, Enrolment, EnrolmentState, Exemption

from review.duties.question import Standing, ask

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from review.duties.question import Question

A_PAGE = 50
YEAR_END: sa.BindParameter[dt.date] = sa.bindparam("year_end", callable_=clock.fiscal_year_end, type_=sa.Date())


@dataclass(frozen=True)
class Duty:
    """A person and a course that they are to take: until when, when it was done, and whether it is under way.

    `reason` says why the office let them off it (`is_exempt`), or gave them more time.
    """

    membership_id: int
    staff_id: int
    course_id: int
    name: str
    reading: str
    department: str
    post: str
    slug: str
    title: str
    due_on: dt.date | None
    done_at: dt.datetime | None
    is_under_way: bool
    is_exempt: bool
    reason: str

    @property
    def key(self) -> str:
        """Return what names it in a form."""
        return f"{self.membership_id}-{self.course_id}"

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be done."""
        return self.done_at is None and not self.is_exempt

    @property
    def is_late(self) -> bool:
        """Tell whether its date is past and it is not done."""
        return self.is_open and self.due_on is not None and self.due_on < clock.today()

    @property
    def days_left(self) -> int:
        """Return how many days there are, below zero where the date is past."""
        return (self.due_on - clock.today()).days if self.due_on else 0

    @property
    def standing(self) -> Standing:
        """Return how it stands, whatever its date."""
        if self.done_at:
            return Standing.DONE
        if self.is_exempt:
            return Standing.EXEMPT
        return Standing.UNDER_WAY if self.is_under_way else Standing.NOT_BEGUN


def duties_of(actor: Actor, question: Question, *more: sa.ColumnElement[bool]) -> sa.Subquery:
    """Return every duty that is asked for but for its standing, with when it was done, whether it is under way, and its date.

    `more` are conditions on memberships.
    """
    wanted = [is_seen_by(actor), *are_said_by(question.text), *more]
    if question.course:
        wanted.append(Course.slug == question.course)
    if question.curriculum:
        wanted.append(Curriculum.slug == question.curriculum)
    if question.section is not None:
        wanted.append(is_in_section(question.section) if question.section else Membership.section_id.is_(None))
    if question.post:
        wanted.append(Membership.post_id == question.post)
    due = (
        sa.select(
            Membership.id.label("membership_id"),
            Membership.staff_id,
            CurriculumStep.course_id,
            sa.func.min(due_date()).label("due_on"),
        )
        .join(Staff, Staff.id == Membership.staff_id)
        .join(Adoption, concerns())
        .join(Curriculum, Curriculum.id == Adoption.curriculum_id)
        .join(CurriculumStep, CurriculumStep.curriculum_id == Curriculum.id)
        .join(Course, Course.id == CurriculumStep.course_id)
        .where(
            is_current(),
            Curriculum.state == CurriculumState.PUBLISHED,
            CurriculumStep.required,
            Course.published_id.is_not(None),
            *wanted,
        )
        .group_by(Membership.id, Membership.staff_id, CurriculumStep.course_id)
        .subquery("due")
    )
    taken = _taken(actor)
    is_to_be_repeated = sa.and_(taken.c.ended > 0, taken.c.done_at.is_(None))  # in this fiscal year
    return (
        sa.select(
            due.c.membership_id,
            due.c.staff_id,
            due.c.course_id,
            taken.c.done_at,
            (sa.func.coalesce(taken.c.opened, 0) > 0).label("under_way"),
            sa.case(
                (is_to_be_repeated, YEAR_END), else_=sa.func.coalesce(Exemption.until, due.c.due_on, type_=sa.Date())
            ).label("due_on"),
            Exemption.reason,
            sa.and_(Exemption.reason.is_not(None), Exemption.until.is_(None), taken.c.done_at.is_(None)).label(
                "exempt"
            ),
        )
        .outerjoin(Exemption, is_of(due.c.membership_id, due.c.course_id))
        .outerjoin(taken, sa.and_(taken.c.staff_id == due.c.staff_id, taken.c.course_id == due.c.course_id))
        .subquery("duty")
    )


def _taken(actor: Actor) -> sa.Subquery:
    """Return what the own staff took of the courses that their organisations require: by person and course."""
    own = actor.scope(Permission.SEE_DUTIES)
    required = (
        sa.select(CurriculumStep.course_id)
        .join(Adoption, Adoption.curriculum_id == CurriculumStep.curriculum_id)
        .where(own.where(Adoption.organisation_id))
    )
    return (
        sa.select(
            Enrolment.staff_id,
            Enrolment.course_id,
            sa.func.max(sa.case((still_counts(), Enrolment.completed_at))).label("done_at"),
            sa.func.sum(sa.case((Enrolment.state == EnrolmentState.COMPLETED, 1), else_=0)).label("ended"),
            sa.func.sum(sa.case((Enrolment.state.in_(OPEN_STATES), 1), else_=0)).label("opened"),
        )
        .join(CourseEdition, CourseEdition.id == Enrolment.edition_id)
        .join(Membership, Membership.staff_id == Enrolment.staff_id)
        .where(own.where(Membership.organisation_id), is_current(), Enrolment.course_id.in_(required))
        .group_by(Enrolment.staff_id, Enrolment.course_id)
        .subquery("taken")
    )


def is_open_in(duty: sa.Subquery) -> sa.ColumnElement[bool]:
    """Return the condition that a duty is still to be done: neither done nor let off."""
    return sa.and_(duty.c.done_at.is_(None), sa.not_(duty.c.exempt))


def _stands(duty: sa.Subquery, standing: Standing) -> sa.ColumnElement[bool]:
    is_open = is_open_in(duty)
    match standing:
        case Standing.DONE:
            return duty.c.done_at.is_not(None)
        case Standing.EXEMPT:
            return duty.c.exempt
        case Standing.OPEN:
            return is_open
        case Standing.LATE:
            return sa.and_(is_open, duty.c.due_on < TODAY)
        case Standing.UNDER_WAY:
            return sa.and_(is_open, duty.c.under_way)
        case Standing.NOT_BEGUN:
            return sa.and_(is_open, sa.not_(duty.c.under_way))


def _rows(actor: Actor, question: Question) -> sa.Select[Any]:
    duty = duties_of(actor, question)
    statement = (
        sa.select(
            duty.c.membership_id, duty.c.staff_id, duty.c.course_id, Staff.name, Staff.reading,
            sa.func.coalesce(Section.title, ""), sa.func.coalesce(Post.name, ""), Course.slug, CourseEdition.title, duty.c.due_on, duty.c.done_at, duty.c.under_way,
            duty.c.exempt, sa.func.coalesce(duty.c.reason, ""),
        )
        .join(Membership, Membership.id == duty.c.membership_id)
        .join(Staff, Staff.id == duty.c.staff_id)
        .join(Course, Course.id == duty.c.course_id)
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .outerjoin(Section, Section.id == Membership.section_id)
        .outerjoin(Post, Post.id == Membership.post_id)
        .order_by(
            duty.c.done_at.is_not(None), duty.c.exempt, duty.c.due_on.nulls_last(), Section.title, Staff.reading, Staff.id,
            duty.c.course_id,
        )
    )  # fmt: skip
    return statement.where(_stands(duty, question.standing)) if question.standing else statement


def board(actor: Actor, question: Question, total: int) -> Page[Duty]:
    """Return a page of the duties of the actor's own staff, the most urgent first, of which there are so many: one query."""
    page = min(question.page, max(1, -(-total // A_PAGE)))
    statement = _rows(actor, question).limit(A_PAGE).offset((page - 1) * A_PAGE)
    rows = [Duty(*row) for row in db.session.execute(statement)] if total else []
    return Page(rows, total, page, A_PAGE)


def every(actor: Actor, question: Question, most: int | None = None) -> list[Duty]:
    """Return all duties that are asked for, as a download holds them, or so many."""
    return [Duty(*row) for row in db.session.execute(_rows(actor, question).limit(most))]


def chosen(actor: Actor, keys: Collection[tuple[int, int]]) -> list[Duty]:
    """Return those of the actor's duties that are named by membership and course."""
    named = _rows(actor, ask({})).where(Membership.id.in_([membership_id for membership_id, _course in keys]))
    found = (Duty(*row) for row in db.session.execute(named))
    return [duty for duty in found if (duty.membership_id, duty.course_id) in keys]


def of_people(actor: Actor, ids: Collection[int]) -> list[Duty]:
    """Return the duties of some of the actor's own staff, by membership."""
    return [Duty(*row) for row in db.session.execute(_rows(actor, ask({})).where(Membership.id.in_(ids)))]
