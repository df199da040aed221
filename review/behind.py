"""What is behind a figure (内訳): the enrolments of an office that it counts, each with the person, for who may read the names."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError
from kernel.page import Page, page_number
from kernel.text import LARGEST_ID, number_in
from kernel.vocabulary import Term

from people.models import Section, Staff
from people.organisation import by_code_or_name
from people.permission import Actor, Permission

from courses.models import Course, CourseEdition

from catalog.curriculum_audience import is_shown_to
from catalog.models import Curriculum, CurriculumStep

from participation.enrolment_count import COUNTED
from participation.models import Enrolment, EnrolmentState

from review import question

if TYPE_CHECKING:
    from collections.abc import Mapping

A_PAGE, MOST_AT_ONCE = 50, 20_000
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


class What(Term):
    """Which enrolments are asked for: of a month, those begun or finished in it."""

    TAKEN = "taken", "受講"
    IN_PROGRESS = "in progress", "受講中"
    FINISHED = "finished", "修了"


@dataclass(frozen=True)
class Behind:
    """Which enrolments are asked for. `month` is its first day."""

    asked: question.Question
    what: What
    section: int | None
    month: dt.date | None

    @property
    def label(self) -> str:
        """Return in words what is listed."""
        when = (
            f"{self.month.year}年{self.month.month}月に"
            if self.month
            else f"{clock.fiscal_year_label(self.asked.fiscal_year)}の"
        )
        what = {
            What.TAKEN: "申し込んだ講座" if self.month else "受講",
            What.FINISHED: "修了した講座" if self.month else "修了",
        }
        return f"{when}{what.get(self.what, '受講中の講座')}"


def ask(arguments: Mapping[str, str]) -> Behind:
    """Read from an address which enrolments are asked for; what is unknown in it is left out."""
    match = _MONTH.fullmatch(arguments.get("month", ""))
    return Behind(
        asked=question.read(arguments, page_number(arguments.get("page"))),
        what=next((one for one in What if one.value == arguments.get("what")), What.TAKEN),
        section=number_in(arguments.get("section", ""), LARGEST_ID) or None,
        month=dt.date(int(match[1]), int(match[2]), 1) if match else None,
    )


class Row(NamedTuple):
    """An enrolment: who, in which section at that time, which course, how it stands and since when."""

    staff_id: int
    name: str
    section: str
    slug: str
    title: str
    state: EnrolmentState
    enrolled_at: dt.datetime
    completed_at: dt.datetime | None


def _whose(actor: Actor, asked: question.Question) -> list[int]:
    """Return the organisations of which a figure counts: those whose figures and names the actor may read, or the one asked for."""
    own = (
        actor.scope(Permission.READ_NAMES).organisation_ids
        & actor.scope(Permission.READ_PARTICIPATION).organisation_ids
    )
    if not asked.organisation:
        return sorted(own)
    try:
        return sorted(own & {by_code_or_name(asked.organisation).id})
    except InvalidError:
        return []


def _statement(actor: Actor, behind: Behind) -> Any:
    asked = behind.asked
    where: list[sa.ColumnElement[bool]] = [
        Enrolment.organisation_id.in_(_whose(actor, asked)), COUNTED,
    ]  # fmt: skip
    if behind.month:
        column = Enrolment.completed_at if behind.what is What.FINISHED else Enrolment.enrolled_at
        following = (behind.month + dt.timedelta(days=31)).replace(day=1)
        where += [column >= clock.at(behind.month, dt.time()), column < clock.at(following, dt.time())]
    else:
        where.append(Enrolment.fiscal_year == asked.fiscal_year)
    if behind.what is What.IN_PROGRESS:
        where.append(Enrolment.state == EnrolmentState.IN_PROGRESS)
    if behind.what is What.FINISHED:
        where.append(Enrolment.state == EnrolmentState.COMPLETED)
    if asked.level:
        where.append(Enrolment.level == asked.level)
    if asked.course:
        where.append(Course.slug == asked.course)
    if asked.curriculum:
        steps = sa.select(CurriculumStep.course_id).join(Curriculum, Curriculum.id == CurriculumStep.curriculum_id)
        where.append(
            Enrolment.course_id.in_(
                steps.where(Curriculum.slug == asked.curriculum, is_shown_to(actor.organisation_ids))
            )
        )
    if behind.section:
        whole = aliased(Section)
        where.append(sa.exists().where(whole.id == behind.section, Section.path.startswith(whole.path)))
    return (
        sa.select(
            Enrolment.staff_id, Staff.name, sa.func.coalesce(Section.title, ""), Course.slug, CourseEdition.title,
            Enrolment.state, Enrolment.enrolled_at, Enrolment.completed_at,
        )
        .join(Staff, Staff.id == Enrolment.staff_id)
        .join(Course, Course.id == Enrolment.course_id)
        .join(CourseEdition, CourseEdition.id == Enrolment.edition_id)
        .outerjoin(Section, Section.id == Enrolment.section_id)
        .where(*where)
        .order_by(Section.title, Staff.reading, Staff.id, Enrolment.enrolled_at)
    )  # fmt: skip


def enrolments(actor: Actor, behind: Behind) -> Page[Row]:
    """Return a page of the enrolments that are asked for, of the own office: two queries."""
    statement = _statement(actor, behind)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(behind.asked.page, max(1, -(-total // A_PAGE)))
    rows = db.session.execute(statement.limit(A_PAGE).offset((number - 1) * A_PAGE)) if total else ()
    return Page([Row(*row) for row in rows], total, number, A_PAGE)


def every(actor: Actor, behind: Behind) -> list[Row]:
    """Return all the enrolments that are asked for, so many at most, as a download holds them."""
    return [Row(*row) for row in db.session.execute(_statement(actor, behind).limit(MOST_AT_ONCE))]
