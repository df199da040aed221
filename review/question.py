"""The question (条件) that the participation page answers: of whom, of what, in which fiscal year, told by what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.text import number_in
from kernel.vocabulary import Term

from people.organisation import prefecture_names

from courses.models import Course, CourseEdition, Level

from catalog.curriculum_audience import is_shown_to
from catalog.models import Curriculum

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

FIRST_YEAR, LAST_YEAR = 2000, 2100


class By(Term):
    """What there is a line for."""

    ORGANISATION = "organisation", "団体ごと"
    COURSE = "course", "講座ごと"
    CURRICULUM = "curriculum", "カリキュラムごと"
    LEVEL = "level", "レベルごと"

    @property
    def unit(self) -> str:
        """Return what its lines are counted in."""
        return "件" if self is By.LEVEL else self.label.removesuffix("ごと")


@dataclass(frozen=True)
class Question:
    """What is asked for; empty means everything. `organisation` is a code or a name, as it was typed.

    `as_of`: as it was counted on a day (`review.month_end`), not as it is.
    """

    fiscal_year: int
    by: By | None = None
    level: Level | None = None
    curriculum: str = ""
    course: str = ""
    prefecture: str = ""
    organisation: str = ""
    page: int = 1
    as_of: dt.date | None = None

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything but the fiscal year was chosen."""
        return bool(self.level or self.curriculum or self.course or self.prefecture or self.organisation)


def read(arguments: Mapping[str, str], page: int) -> Question:
    """Read a question from an address; what is unknown in it is left out."""

    def text(name: str, most: int) -> str:
        return arguments.get(name, "")[:most].replace("\x00", "")

    year = number_in(arguments.get("year", ""), LAST_YEAR + 1) or 0
    return Question(
        fiscal_year=year if year >= FIRST_YEAR else clock.current_fiscal_year(),
        by=next((by for by in By if by.value == arguments.get("by")), None),
        level=next((level for level in Level if level.value == arguments.get("level")), None),
        curriculum=text("curriculum", 80),
        course=text("course", 80),
        prefecture=text("prefecture", 4),
        organisation=text("organisation", 40),
        page=page,
    )


def is_known(curriculum: str, own: Collection[int]) -> bool:
    """Tell whether somebody of some organisations may ask for the curriculum of an address."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Curriculum.slug == curriculum, is_shown_to(own)))))


@dataclass(frozen=True)
class Choices:
    """What can be asked for: curricula as (slug, title), prefectures; and the title of the course that is asked for."""

    curricula: Sequence[tuple[str, str]]
    prefectures: Sequence[str]
    course: str


def choices(asked: Question, own: Collection[int]) -> Choices:
    """Return what a question can be narrowed by, by somebody of some organisations, in at most three queries."""
    published = sa.select(Curriculum.slug, Curriculum.title).where(is_shown_to(own))
    title = sa.select(CourseEdition.title).join(Course, Course.id == CourseEdition.course_id)
    newest = title.where(Course.slug == asked.course).order_by(CourseEdition.number.desc()).limit(1)
    return Choices(
        curricula=[(slug, name) for slug, name in db.session.execute(published.order_by(Curriculum.id))],
        prefectures=prefecture_names(),
        course=(db.session.scalar(newest) or "") if asked.course else "",
    )
