"""A course as one page that stands by itself (書き出し): its lessons, what finishes each, its quizzes, the files they show.

The page marks quizzes itself, so it holds their answers; what an attempt may not do here (limits of attempts, waiting)
is left to whoever shows it. A package of others cannot be taken along, but where its words may be read instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kernel.errors import ConflictError

from courses.lessons import quiz_data
from courses.lessons.lesson_kind import files_used, finished_by, has_to_be_run, quiz_of
from courses.lessons.lesson_text import rendered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courses.files.files import Files
    from courses.models import Asset, CourseEdition, Lesson, Module

LARGEST = 200 * 1024 * 1024
"""Bytes that the files of one page may come to: they are put together at once."""
_HEADING = re.compile(r"(</?h)([234])(?=>)")


@dataclass(frozen=True)
class StandaloneLesson:
    """A lesson of the page: its anchor, its text one heading level lower than in the player, its quiz as data."""

    anchor: str
    lesson: Lesson
    text: Markup
    quiz: dict[str, Any] | None

    @property
    def rule(self) -> dict[str, Any]:
        """Return what the page's script needs to know of it."""
        return {
            "anchor": self.anchor,
            "title": self.lesson.title,
            "required": self.lesson.required,
            "finishedBy": finished_by(self.lesson).value,
            "quiz": self.quiz,
        }


@dataclass(frozen=True)
class StandaloneModule:
    """A module of the page."""

    title: str
    lessons: tuple[StandaloneLesson, ...]


@dataclass(frozen=True)
class StandaloneCourse:
    """An edition as one page."""

    edition: CourseEdition
    modules: tuple[StandaloneModule, ...]

    @property
    def rules(self) -> list[dict[str, Any]]:
        """Return what the page's script needs to know of the lessons, in their order."""
        return [one.rule for module in self.modules for one in module.lessons]


def standalone(edition: CourseEdition) -> StandaloneCourse:
    """Return an edition (which must be `whole`) as one page. Raises ConflictError that says why it cannot stand by itself."""
    if reason := why_not(edition):
        raise ConflictError(reason)
    return StandaloneCourse(edition, tuple(_module(number, module) for number, module in enumerate(edition.modules, 1)))


def why_not(edition: CourseEdition) -> str:
    """Return why an edition cannot stand by itself; empty where it can."""
    lessons = [lesson for module in edition.modules for lesson in module.lessons]
    if not any(lesson.required for lesson in lessons):
        return "修了に必要なレッスンがない講座は、書き出せません。"
    run = [lesson.title for lesson in lessons if has_to_be_run(lesson) and not lesson.content.get("instead")]
    if run:
        return f"「{run[0]}」は教材のパッケージなので、書き出せません。本文を読んで終えられるレッスンにすると、書き出せます。"
    if sum(asset.size for asset in _shown(edition)) > LARGEST:
        return f"動画などのファイルが合わせて{LARGEST // 1024 // 1024}MBを超えるので、書き出せません。"
    return ""


def _module(number: int, module: Module) -> StandaloneModule:
    lessons = (
        StandaloneLesson(f"l{number}-{place}", lesson, _text(lesson, f"{number}-{place}-"), _quiz(lesson))
        for place, lesson in enumerate(module.lessons, 1)
    )
    return StandaloneModule(module.title, tuple(lessons))


def _text(lesson: Lesson, prefix: str) -> Markup:
    words = str(lesson.content["intro"]) if quiz_of(lesson) else lesson.body
    text = rendered(words, prefix=prefix)
    return Markup(_HEADING.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", text))  # noqa: S704 - safe before


def _quiz(lesson: Lesson) -> dict[str, Any] | None:
    quiz = quiz_of(lesson)
    return quiz_data.as_data(quiz) if quiz else None


def files_shown(edition: CourseEdition, kept: Files) -> Mapping[str, bytes]:
    """Return the files that the page shows, by their address in it; packages stay behind."""
    return {f"assets/{asset.name}": kept.whole(asset.digest) for asset in _shown(edition)}


def _shown(edition: CourseEdition) -> list[Asset]:
    lessons = [lesson for module in edition.modules for lesson in module.lessons]
    used = {name for lesson in lessons for name in files_used(lesson) if not has_to_be_run(lesson)}
    return [asset for asset in edition.assets if asset.name in used]
