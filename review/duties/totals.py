"""How many duties there are (受講状況の数): of all, by course, by section with those below it, and of each person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.database import TODAY, db

from people.models import Membership, Section
from people.sections.section import summed

from courses.models import Course, CourseEdition

from review.duties.duty import duties_of, is_open_in
from review.duties.question import MOST_CHOICES, By, Standing, ask, sections

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from people.permission import Actor

    from review.duties.question import Question


@dataclass(frozen=True)
class Totals:
    """How many duties there are, and in which standing; `label` and `value` say of what, where they are of a part."""

    all: int
    done: int
    under_way: int
    late: int
    exempt: int
    label: str = ""
    value: str | int = ""

    def __add__(self, other: Totals) -> Totals:
        """Return both together."""
        return Totals(
            self.all + other.all,
            self.done + other.done,
            self.under_way + other.under_way,
            self.late + other.late,
            self.exempt + other.exempt,
        )

    @property
    def open(self) -> int:
        """Return how many are still to be done."""
        return self.all - self.done - self.exempt

    @property
    def not_begun(self) -> int:
        """Return how many are neither done nor under way."""
        return self.open - self.under_way

    def of(self, standing: Standing | None) -> int:
        """Return how many are in a standing, or all."""
        return getattr(self, standing.value.replace(" ", "_")) if standing else self.all

    @property
    def share(self) -> int:
        """Return the share of those done in percent, rounded down, of those that nobody was let off: 100 is all of them."""
        return 100 * self.done // (self.all - self.exempt) if self.all > self.exempt else 0


NOTHING = Totals(0, 0, 0, 0, 0)


def totals(actor: Actor, question: Question) -> list[Totals]:
    """Return the totals of what is asked for whatever its standing: of all first, then by course or section.

    What a section comes to holds what those below it come to.
    """
    duty = duties_of(actor, question)
    of_section = (sa.func.coalesce(Section.path, ""), sa.literal(""))
    by = (CourseEdition.title, Course.slug) if question.by is By.COURSE else of_section
    label, value = by[0].label("label"), by[1].label("value")
    rows: Any = db.session.execute(
        sa.select(*_counted(duty), label, value)
        .join(Membership, Membership.id == duty.c.membership_id)
        .join(Course, Course.id == duty.c.course_id)
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .outerjoin(Section, Section.id == Membership.section_id)
        .group_by(label, value)
        .order_by(label)
    ).all()
    if not (parts := [Totals(*row) for row in rows]):
        return []
    whole = sum(parts, NOTHING)
    return [whole, *(parts if question.by is By.COURSE else _by_section(actor, parts))[:MOST_CHOICES]]


def totals_of(actor: Actor, ids: Collection[int] | None) -> dict[int, Totals]:
    """Return what each of some of the actor's own staff, or all of them, has to do: by membership, one query."""
    if ids is not None and not ids:
        return {}
    duty = duties_of(actor, ask({}), *([] if ids is None else [Membership.id.in_(ids)]))
    rows: Any = db.session.execute(sa.select(*_counted(duty), duty.c.membership_id).group_by(duty.c.membership_id))
    return {row[-1]: Totals(*row[:-1]) for row in rows}


def _counted(duty: sa.Subquery) -> list[sa.ColumnElement[int]]:
    """Return what is counted of duties: all, done, under way, late, let off."""
    is_open = is_open_in(duty)
    return [
        sa.func.count(),
        sa.func.count(duty.c.done_at),
        sa.func.count().filter(is_open, duty.c.under_way),
        sa.func.count().filter(is_open, duty.c.due_on < TODAY),
        sa.func.count().filter(duty.c.exempt),
    ]


def _by_section(actor: Actor, parts: Sequence[Totals]) -> list[Totals]:
    """Return what each section comes to with those below it, from what those of each path come to; last those of no section."""
    alone = {part.label: part for part in parts}
    rows = [replace(of, label=row.title, value=row.id) for row, of in summed(sections(actor), alone)]
    return [*rows, *(replace(part, label="（部署なし）", value=0) for part in parts if not part.label)]
