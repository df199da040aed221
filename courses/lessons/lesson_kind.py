"""Kinds of lessons: one row of one table for each kind says what it needs, shows, begins with and is finished by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kernel.errors import NotFoundError
from kernel.vocabulary import Term

from courses.lessons import quiz_data
from courses.lessons.asset import PACKED
from courses.lessons.lesson_text import assets_in, pictures_elsewhere
from courses.models import CourseEdition, Lesson, LessonKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courses.edition import LessonText
    from courses.lessons.quiz import Quiz

CAPTIONS = ("text/vtt",)


class FinishedBy(Term):
    """What finishes a lesson; the label says it to who would finish it otherwise."""

    READING = "reading", ""
    WRITING = "writing", "ためしたことを書いて保存すると、このレッスンを終えられます。"
    PASSING = "passing", "確認テストは、合格すると終わりになります。"
    RUNNING = "running", "教材パッケージを最後まで進めると終わりになります。"


class PackageFinish(Term):
    """Which parts of a package finish its lesson; the label is a choice of its author."""

    OWN = "", "教材の決まりのとおり（なければ、すべての部分）"
    ALL = "all", "すべての部分を終えたとき"
    ANY = "any", "どれか一つの部分を終えたとき"
    LAST = "last", "最後の部分を終えたとき"


@dataclass(frozen=True)
class KindOfLesson:
    """What a kind of lesson is. `needs` are the names of what it keeps beyond its text (`Lesson.content`).

    `lacking` says what is still missing where one of them is empty, `shows` how the media type of its file begins,
    `words_for` what its text is for, `rule` when it is finished, where that is more than reading it to its end.
    """

    finished_by: FinishedBy = FinishedBy.READING
    needs: tuple[str, ...] = ()
    lacking: Mapping[str, str] = field(default_factory=dict)
    shows: tuple[str, ...] = ()
    words_for: str = ""
    begins_with: Mapping[str, Any] = field(default_factory=dict)
    has_questions: bool = False
    rule: str = ""

    @property
    def is_written(self) -> bool:
        """Tell whether learners write something in it."""
        return self.finished_by is FinishedBy.WRITING


FILE = {"asset": "で見せるファイルを選んでください。"}
KINDS: dict[LessonKind, KindOfLesson] = {
    LessonKind.TEXT: KindOfLesson(),
    LessonKind.QUIZ: KindOfLesson(
        FinishedBy.PASSING, lacking={"questions": "に問題を加えてください。"}, has_questions=True,
        begins_with=quiz_data.as_data(quiz_data.EMPTY),
    ),
    LessonKind.PRACTICE: KindOfLesson(FinishedBy.WRITING, rule=FinishedBy.WRITING.label),
    LessonKind.VIDEO: KindOfLesson(
        needs=("asset", "captions"), lacking=FILE, shows=("video/",),
        words_for="動画を見られない人のために、話の内容",
    ),
    LessonKind.DOCUMENT: KindOfLesson(
        needs=("asset",), lacking=FILE, shows=("application/pdf",), words_for="資料を開けない人のために、要点",
    ),
    LessonKind.PACKAGE: KindOfLesson(
        FinishedBy.RUNNING, ("asset", "instead", "finish"), FILE, (PACKED,), "教材を動かせない人のために、同じ内容",
        begins_with={"instead": "text"},
    ),
    LessonKind.LINK: KindOfLesson(needs=("address",), lacking={"address": "のリンク先を書いてください。"}),
}  # fmt: skip


def kind_of(lesson: Lesson | LessonText) -> KindOfLesson:
    """Return the kind of a lesson."""
    return KINDS[lesson.kind]


PACKAGE_RULES = {
    PackageFinish.OWN: "教材のすべての部分が「終わりました」か「合格」になると、このレッスンは終わりです。",
    PackageFinish.ALL: "教材のすべての部分が「終わりました」か「合格」になると、このレッスンは終わりです。",
    PackageFinish.ANY: "教材のどれか一つの部分が「終わりました」か「合格」になると、このレッスンは終わりです。",
    PackageFinish.LAST: "教材の最後の部分が「終わりました」か「合格」になると、このレッスンは終わりです。",
}
RULE_OF_PACKAGE = "教材が求める部分が「終わりました」か「合格」になると、このレッスンは終わりです。"


def package_finish(lesson: Lesson) -> PackageFinish:
    """Return which parts of its package finish a lesson; what says nothing follows the package."""
    return PackageFinish(str(lesson.content.get("finish") or ""))


def rule_of(lesson: Lesson, *, has_own_rule: bool = False) -> str:
    """Return when a lesson is finished, in a sentence; `has_own_rule`: its package decides it by a rule of its own."""
    if lesson.kind is not LessonKind.PACKAGE:
        return kind_of(lesson).rule
    finish = package_finish(lesson)
    return RULE_OF_PACKAGE if has_own_rule and finish is PackageFinish.OWN else PACKAGE_RULES[finish]


def first_content(kind: LessonKind) -> dict[str, Any]:
    """Return what a lesson of a kind begins with."""
    return {**dict.fromkeys(KINDS[kind].needs, ""), **KINDS[kind].begins_with}


def finished_by(lesson: Lesson) -> FinishedBy:
    """Return what finishes a lesson: that of its kind, but reading where its author lets its words stand instead."""
    return FinishedBy.READING if lesson.content.get("instead") else kind_of(lesson).finished_by


def quiz_in(lesson: Lesson) -> Quiz:
    """Return the quiz of a lesson, which may have no question yet. Raises NotFoundError for a lesson without one."""
    if not kind_of(lesson).has_questions:
        raise NotFoundError
    return quiz_data.quiz_from(lesson.content, may_be_empty=True)


def quiz_of(lesson: Lesson) -> Quiz | None:
    """Return the quiz of a lesson, None for a lesson without one."""
    return quiz_in(lesson) if kind_of(lesson).has_questions else None


def has_to_be_run(lesson: Lesson) -> bool:
    """Tell whether a lesson shows something that must be run to be seen."""
    return kind_of(lesson).finished_by is FinishedBy.RUNNING and bool(lesson.content.get("asset"))


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
            if missing := _lacks(lesson):
                sentences.append(f"「{lesson.title}」{missing}")
            sentences += [
                f"「{lesson.title}」が使う「{name}」のファイルを加えてください。"
                for name in sorted(files_used(lesson) - names)
            ]
            sentences += [
                f"「{lesson.title}」の図「{address}」は表示されません。ファイルを加え、本文に assets/ファイル名 と書いてください。"
                for address in sorted(pictures_elsewhere(lesson.body))
            ]
    return sentences


def _lacks(lesson: Lesson) -> str:
    kind = kind_of(lesson)
    if not kind.has_questions and not lesson.body.strip():
        return "の本文を書いてください。"
    return next((sentence for name, sentence in kind.lacking.items() if not lesson.content.get(name)), "")
