"""The question to the duties (受講状況): which of them, from the address of the page; what may be asked for, and which rows were chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db
from kernel.page import page_number
from kernel.text import LARGEST_ID, number_in
from kernel.vocabulary import Term

from people.permission import Actor, Permission
from people.sections.post import posts_of
from people.sections.section import sections_of

from catalog.models import Adoption, Curriculum

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from people.models import Post, Section

MOST_CHOSEN, MOST_CHOICES = 100, 200


class Standing(Term):
    """How a duty stands."""

    LATE = "late", "期限切れ"
    OPEN = "open", "まだ修了していない"
    NOT_BEGUN = "not begun", "まだ始めていない"
    UNDER_WAY = "under way", "受講中"
    DONE = "done", "修了"
    EXEMPT = "exempt", "免除"


class By(Term):
    """By what duties are summed up."""

    COURSE = "course", "講座ごと"
    SECTION = "section", "部署ごと"


@dataclass(frozen=True)
class Question:
    """Which duties somebody asks for: in what standing, of which course, curriculum, section and post, of whom, on which page."""

    standing: Standing | None
    course: str
    curriculum: str
    section: int | None
    post: int | None
    text: str
    by: By
    page: int

    @property
    def is_narrowed(self) -> bool:
        """Tell whether not all duties are asked for."""
        return (
            bool(self.standing or self.course or self.curriculum or self.text)
            or self.section is not None
            or bool(self.post)
        )


def ask(arguments: Mapping[str, str]) -> Question:
    """Read a question from an address; what is unknown in it is left out. Section 0: of those who are in none."""

    def text(name: str) -> str:
        return arguments.get(name, "")[:100]

    return Question(
        standing=next((one for one in Standing if one.value == text("standing")), None),
        course=text("course"),
        curriculum=text("curriculum"),
        section=number_in(text("section"), LARGEST_ID),
        post=number_in(text("post"), LARGEST_ID) or None,
        text=text("q"),
        by=next((one for one in By if one.value == text("by")), By.COURSE),
        page=page_number(arguments.get("page")),
    )


def keys_in(texts: Collection[str]) -> list[tuple[int, int]]:
    """Return membership and course of each key that a form named; what is none is left out."""
    pairs = [text.split("-", 1) for text in texts if text.count("-") == 1]
    read = [(number_in(one, LARGEST_ID) or 0, number_in(other, LARGEST_ID) or 0) for one, other in pairs]
    return [pair for pair in read if all(pair)][:MOST_CHOSEN]


def sections(actor: Actor) -> list[Section]:
    """Return the sections of the actor's organisations, each before those below it."""
    own = actor.scope(Permission.SEE_DUTIES).organisation_ids
    return [row for organisation_id in sorted(own) for row in sections_of(organisation_id, with_ended=True)]


def posts(actor: Actor) -> list[Post]:
    """Return the posts of the actor's organisations."""
    own = actor.scope(Permission.SEE_DUTIES).organisation_ids
    return [row for organisation_id in sorted(own) for row in posts_of(organisation_id)]


def curricula(actor: Actor) -> list[tuple[str, str]]:
    """Return address and title of the curricula that the actor's organisations adopted."""
    rows = db.session.execute(
        sa.select(Curriculum.slug, Curriculum.title)
        .join(Adoption, Adoption.curriculum_id == Curriculum.id)
        .where(actor.scope(Permission.SEE_DUTIES).where(Adoption.organisation_id))
        .distinct()
        .order_by(Curriculum.title)
        .limit(MOST_CHOICES)
    )
    return [(slug, title) for slug, title in rows]
