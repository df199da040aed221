"""The question to the duties (受講状況): which of them, from the address of the page; what may be asked for, and which rows were chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db
from kernel.page import page_number
from kernel.text import LARGEST_ID, number_in
from kernel.vocabulary import Term

from people.membership import is_current
from people.models import Membership
from people.permission import Actor, Permission

from catalog.models import Adoption, Curriculum

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

MOST_CHOSEN, MOST_CHOICES = 100, 200


class Standing(Term):
    """How a duty stands."""

    LATE = "late", "期限切れ"
    OPEN = "open", "まだ修了していない"
    NOT_BEGUN = "not begun", "まだ始めていない"
    UNDER_WAY = "under way", "受講中"
    DONE = "done", "修了"


class By(Term):
    """By what duties are summed up."""

    COURSE = "course", "講座ごと"
    DEPARTMENT = "department", "部署ごと"


@dataclass(frozen=True)
class Question:
    """Which duties somebody asks for: in what standing, of which course, curriculum and department, of whom, on which page."""

    standing: Standing | None
    course: str
    curriculum: str
    department: str | None
    text: str
    by: By
    page: int

    @property
    def is_narrowed(self) -> bool:
        """Tell whether not all duties are asked for."""
        return bool(self.standing or self.course or self.curriculum or self.text) or self.department is not None


def ask(arguments: Mapping[str, str]) -> Question:
    """Read a question from an address; what is unknown in it is left out."""

    def text(name: str) -> str:
        return arguments.get(name, "")[:100]

    return Question(
        standing=next((one for one in Standing if one.value == text("standing")), None),
        course=text("course"),
        curriculum=text("curriculum"),
        department=text("department") if "department" in arguments and text("department") != "*" else None,
        text=text("q"),
        by=next((one for one in By if one.value == text("by")), By.COURSE),
        page=page_number(arguments.get("page")),
    )


def keys_in(texts: Collection[str]) -> list[tuple[int, int]]:
    """Return membership and course of each key that a form named; what is none is left out."""
    pairs = [text.split("-", 1) for text in texts if text.count("-") == 1]
    read = [(number_in(one, LARGEST_ID) or 0, number_in(other, LARGEST_ID) or 0) for one, other in pairs]
    return [pair for pair in read if all(pair)][:MOST_CHOSEN]


def departments(actor: Actor) -> Sequence[str]:
    """Return the departments of the actor's own staff."""
    return db.session.scalars(
        sa.select(Membership.department)
        .where(actor.scope(Permission.ENROL_STAFF).where(Membership.organisation_id), is_current())
        .distinct()
        .order_by(Membership.department)
        .limit(MOST_CHOICES)
    ).all()


def curricula(actor: Actor) -> list[tuple[str, str]]:
    """Return address and title of the curricula that the actor's organisations adopted."""
    rows = db.session.execute(
        sa.select(Curriculum.slug, Curriculum.title)
        .join(Adoption, Adoption.curriculum_id == Curriculum.id)
        .where(actor.scope(Permission.ENROL_STAFF).where(Adoption.organisation_id))
        .distinct()
        .order_by(Curriculum.title)
        .limit(MOST_CHOICES)
    )
    return [(slug, title) for slug, title in rows]
