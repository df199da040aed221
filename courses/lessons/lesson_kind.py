"""Kinds of lessons: what each needs, shows, begins with and is finished by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.errors import NotFoundError

from courses.lessons import quiz_data
from courses.lessons.asset import PACKED
from courses.lessons.lesson_text import assets_in
from courses.models import CourseEdition, Lesson, LessonKind

if TYPE_CHECKING:
    from courses.edition import LessonText
    from courses.lessons.quiz import Quiz

CONTENT_OF = {
    LessonKind.LINK: ("address",), LessonKind.VIDEO: ("asset", "captions"), LessonKind.DOCUMENT: ("asset",),
    LessonKind.PACKAGE: ("asset", "instead"),
}  # fmt: skip
"""What a lesson of a kind needs beyond its text."""


SHOWN = {
    LessonKind.VIDEO: ("video/",), LessonKind.DOCUMENT: ("application/pdf",), LessonKind.PACKAGE: (PACKED,),
}  # fmt: skip
"""The kinds of lessons that show a file, and how its media type begins."""


CAPTIONS = ("text/vtt",)


def _empty(kind: LessonKind) -> dict[str, Any]:
    if kind is LessonKind.QUIZ:
        return quiz_data.as_data(quiz_data.EMPTY)
    if kind is LessonKind.PACKAGE:
        return {"asset": "", "instead": "text"}
    return dict.fromkeys(CONTENT_OF.get(kind, ()), "")


def quiz_in(lesson: Lesson) -> Quiz:
    """Return the quiz of a lesson, which may have no question yet. Raises NotFoundError for a lesson without one."""
    if lesson.kind is not LessonKind.QUIZ:
        raise NotFoundError
    return quiz_data.quiz_from(lesson.content, may_be_empty=True)


def files_used(lesson: LessonText | Lesson) -> set[str]:
    """Return the names of the files that a lesson shows or leads to."""
    parts = (name for name in ("asset", "captions") if lesson.content.get(name))
    return assets_in(lesson.body) | {str(lesson.content[name]) for name in parts}


def lacks(edition: CourseEdition) -> list[str]:
    """Return what the lessons of an edition (which must be `whole`) still need before learners can take them."""
    names = {asset.name for asset in edition.assets}
    sentences = []
    for module in edition.modules:
        for lesson in module.lessons:
            if lesson.kind is LessonKind.QUIZ and not quiz_in(lesson).questions:
                sentences.append(f"「{lesson.title}」に問題を加えてください。")
            elif lesson.kind is not LessonKind.QUIZ and not lesson.body.strip():
                sentences.append(f"「{lesson.title}」の本文を書いてください。")
            elif lesson.kind is LessonKind.LINK and not lesson.content["address"]:
                sentences.append(f"「{lesson.title}」のリンク先を書いてください。")
            elif lesson.kind in SHOWN and not lesson.content["asset"]:
                sentences.append(f"「{lesson.title}」で見せるファイルを選んでください。")
            sentences += [
                f"「{lesson.title}」が使う「{name}」のファイルを加えてください。"
                for name in sorted(files_used(lesson) - names)
            ]
    return sentences


LESSON_RULES = {
    LessonKind.PRACTICE: "ためしたことを書いて保存すると、このレッスンを終えられます。",
    LessonKind.PACKAGE: "教材のすべての部分が「終わりました」か「合格」になると、このレッスンは終わりです。",
}


def lesson_sentence(lesson: Lesson) -> str:
    """Return when a lesson is finished, where that is more than reading it to its end; empty elsewhere."""
    return LESSON_RULES.get(lesson.kind, "")
