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

from people.membership import are_said_by, is_current
from people.models import Membership, Staff
from people.permission import Actor, Permission

from courses.models import Course, CourseEdition

from catalog.curriculum import concerns
from catalog.models import Adoption, Curriculum, CurriculumState, CurriculumStep

from participation.attending.completion import still_counts
from participation.models import OPEN_STATES, Enrolment, EnrolmentState

from front.office.question import MOST_CHOICES, By, Standing, ask

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from front.office.question import Question

A_PAGE = 50
YEAR_END: sa.BindParameter[dt.date] = sa.bindparam("year_end", callable_=clock.fiscal_year_end, type_=sa.Date())


@dataclass(frozen=True)
class Duty:
    """A person and a course that they are to take: until when, when it was done, and whether it is under way."""

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

    @property
    def key(self) -> str:
        """Return what names it in a form."""
        return f"{self.membership_id}-{self.course_id}"

    @property
    def is_late(self) -> bool:
        """Tell whether its date is past and it is not done."""
        return self.done_at is None and self.due_on is not None and self.due_on < clock.today()

    @property
    def days_left(self) -> int:
        """Return how many days there are, below zero where the date is past."""
        return (self.due_on - clock.today()).days if self.due_on else 0

    @property
    def standing(self) -> Standing:
        """Return how it stands, whatever its date."""
        if self.done_at:
            return Standing.DONE
        return Standing.UNDER_WAY if self.is_under_way else Standing.NOT_BEGUN


@dataclass(frozen=True)
class Totals:
    """How many duties there are, and in which standing; `label` and `value` say of what, where they are of a part."""

    all: int
    done: int
    under_way: int
    late: int
    label: str = ""
    value: str = ""

    @property
    def open(self) -> int:
        """Return how many are not done."""
        return self.all - self.done

    @property
    def not_begun(self) -> int:
        """Return how many are neither done nor under way."""
        return self.open - self.under_way

    def of(self, standing: Standing | None) -> int:
        """Return how many are in a standing, or all."""
        return getattr(self, standing.value.replace(" ", "_")) if standing else self.all

    @property
    def share(self) -> int:
        """Return the share of those done in percent, rounded down: 100 is all of them."""
        return 100 * self.done // self.all if self.all else 0


def _duties(actor: Actor, question: Question) -> sa.Subquery:
    """Return every duty that is asked for but for its standing, with when it was done, whether it is under way, and its date."""
    wanted = [actor.scope(Permission.ENROL_STAFF).where(Membership.organisation_id), *are_said_by(question.text)]
    if question.course:
        wanted.append(Course.slug == question.course)
    if question.curriculum:
        wanted.append(Curriculum.slug == question.curriculum)
    if question.department is not None:
        wanted.append(Membership.department == question.department)
    due = (
        sa.select(
            Membership.id.label("membership_id"),
            Membership.staff_id,
            CurriculumStep.course_id,
            sa.func.min(Adoption.due_on).label("due_on"),
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
            sa.case((is_to_be_repeated, YEAR_END), else_=due.c.due_on).label("due_on"),
        )
        .outerjoin(taken, sa.and_(taken.c.staff_id == due.c.staff_id, taken.c.course_id == due.c.course_id))
        .subquery("duty")
    )


def _taken(actor: Actor) -> sa.Subquery:
    """Return what the own staff took of the courses that their organisations require: by person and course."""
    own = actor.scope(Permission.ENROL_STAFF)
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


def _stands(duty: sa.Subquery, standing: Standing) -> sa.ColumnElement[bool]:
    is_open = duty.c.done_at.is_(None)
    match standing:
        case Standing.DONE:
            return sa.not_(is_open)
        case Standing.OPEN:
            return is_open
        case Standing.LATE:
            return sa.and_(is_open, duty.c.due_on < TODAY)
        case Standing.UNDER_WAY:
            return sa.and_(is_open, duty.c.under_way)
        case Standing.NOT_BEGUN:
            return sa.and_(is_open, sa.not_(duty.c.under_way))


def _rows(actor: Actor, question: Question) -> sa.Select[Any]:
    duty = _duties(actor, question)
    statement = (
        sa.select(
            duty.c.membership_id, duty.c.staff_id, duty.c.course_id, Staff.name, Staff.reading, Membership.department,
            Membership.post, Course.slug, CourseEdition.title, duty.c.due_on, duty.c.done_at, duty.c.under_way,
        )
        .join(Membership, Membership.id == duty.c.membership_id)
        .join(Staff, Staff.id == duty.c.staff_id)
        .join(Course, Course.id == duty.c.course_id)
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .order_by(
            duty.c.done_at.is_not(None), duty.c.due_on.nulls_last(), Membership.department, Staff.reading, Staff.id,
            duty.c.course_id,
        )
    )  # fmt: skip
    return statement.where(_stands(duty, question.standing)) if question.standing else statement


def board(actor: Actor, question: Question, sums: Sequence[Totals]) -> Page[Duty]:
    """Return a page of the duties of the actor's own staff, the most urgent first, whose totals are known: one query."""
    total = sums[0].of(question.standing) if sums else 0
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


def of_person(actor: Actor, membership_id: int) -> list[Duty]:
    """Return the duties of one of the actor's own staff."""
    return [Duty(*row) for row in db.session.execute(_rows(actor, ask({})).where(Membership.id == membership_id))]


def totals(actor: Actor, question: Question) -> list[Totals]:
    """Return the totals of what is asked for whatever its standing: of all first, then by course or department; one query."""
    duty = _duties(actor, question)
    by = (
        (CourseEdition.title, Course.slug)
        if question.by is By.COURSE
        else (Membership.department, Membership.department)
    )
    label, value = by[0].label("label"), by[1].label("value")
    is_open = duty.c.done_at.is_(None)
    rows = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(duty.c.done_at),
            sa.func.count().filter(is_open, duty.c.under_way),
            sa.func.count().filter(is_open, duty.c.due_on < TODAY),
            label,
            value,
        )
        .join(Membership, Membership.id == duty.c.membership_id)
        .join(Course, Course.id == duty.c.course_id)
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .group_by(label, value)
        .order_by(label)
    ).all()
    parts = [Totals(*row) for row in rows]
    if not parts:
        return []
    whole = Totals(
        all=sum(part.all for part in parts),
        done=sum(part.done for part in parts),
        under_way=sum(part.under_way for part in parts),
        late=sum(part.late for part in parts),
    )
    return [whole, *parts[:MOST_CHOICES]]
