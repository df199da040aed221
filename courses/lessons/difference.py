"""What differs between two editions, field by field and lesson by lesson, in the words of the screen."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from rapidfuzz.distance import Indel

from courses import completion_rule, offer
from courses.lessons.lesson_kind import quiz_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from courses.lessons.question import Question
    from courses.lessons.quiz import Quiz
    from courses.models import CourseEdition, Lesson

    Part = tuple[str, list[str]]

MOST_LINES, MOST_SAME = 5000, 6
CONTENT = {
    "asset": "ファイル",
    "captions": "字幕",
    "address": "リンク先",
    "instead": "かわりの文",
    "finish": "終わりの決まり",
}
ANSWERS = {
    "right": "答え",
    "items": "正しい順",
    "answer": "答え",
    "tolerance": "許す差",
    "unit": "単位",
    "answers": "正解にする答え",
    "feedback": "説明",
}


@dataclass(frozen=True)
class Difference:
    """What differs between two editions in one field: lines as (sign, text), sign being "-", "+", " ", or "…" where lines that stay the same are left out."""

    label: str
    lines: tuple[tuple[str, str], ...]


def differences(old: CourseEdition, new: CourseEdition) -> list[Difference]:
    """Return the fields and lessons in which two editions differ, line by line, what stays the same folded. Both must be `whole`."""
    before, after = {**_said(old), **_lessons(old)}, {**_said(new), **_lessons(new)}
    return [
        Difference(
            (after.get(name) or before[name])[0], tuple(folded_lines(compared(_of(before, name), _of(after, name))))
        )
        for name in [*before, *(name for name in after if name not in before)]
        if _of(before, name) != _of(after, name)
    ]


def _of(parts: Mapping[str, Part], name: str) -> list[str]:
    return parts[name][1] if name in parts else []


def folded_lines(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield compared lines; of many in a row that stay the same the first and the last, and how many lie between (sign "…")."""
    for is_same, group in itertools.groupby(lines, key=lambda line: line[0] == " "):
        run = list(group)
        if is_same and len(run) > MOST_SAME:
            yield from (run[0], ("…", f"変わらない{len(run) - 2}行"), run[-1])
        else:
            yield from run


def compared(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the lines of two texts with what became of each: the fewest are gone ("-") and new ("+").

    Comparing takes time and memory with the product of the lines, 64 at a time; beyond `MOST_LINES` all are shown as changed.
    """
    if max(len(before), len(after)) > MOST_LINES:
        yield from (("-", line) for line in before)
        yield from (("+", line) for line in after)
        return
    for step in Indel.opcodes(before, after):
        sign = " " if step.tag == "equal" else "-"
        yield from ((sign, line) for line in before[step.src_start : step.src_end])
        yield from (("+", line) for line in after[step.dest_start : step.dest_end] if sign != " ")


def _said(edition: CourseEdition) -> dict[str, Part]:
    """Return what an edition says beside its lessons, and in which order these stand: by name, the label and the lines."""
    said = {
        "講座名": [edition.title],
        "概要": edition.summary.splitlines(),
        "レベル": [edition.level.label],
        "形式": [edition.format.label],
        "所要時間": [f"{edition.minutes}分" if edition.minutes else "未定"],
        "修了の条件": [completion_rule.sentence(edition)],
        "対象": [edition.target_staff],
        "対象の団体": [offer.in_words(edition)],
        "分野": [edition.track.title],
        "学習目標": list(edition.objectives),
        "スキル": sorted(f"{skill.category}：{skill.name}" for skill in edition.skills),
        "単元とレッスン": [
            line for module in edition.modules for line in (f"■ {module.title}", *map(_heading, module.lessons))
        ],
    }
    return {name: (name, lines) for name, lines in said.items()}


def _heading(lesson: Lesson) -> str:
    time = f"、{lesson.minutes}分" if lesson.minutes else ""
    return f"● {lesson.title}（{lesson.kind.label}{'' if lesson.required else '、任意'}{time}）"


def _lessons(edition: CourseEdition) -> dict[str, Part]:
    """Return what each lesson says; a lesson is known across editions by its key."""
    return {
        f"lesson {lesson.key}": (f"レッスン「{lesson.title}」", [*lesson.body.splitlines(), *_content(lesson)])
        for module in edition.modules
        for lesson in module.lessons
    }


def _content(lesson: Lesson) -> Iterator[str]:
    """Yield in words what the kind of a lesson needs beyond its text."""
    if quiz := quiz_of(lesson):
        yield from _quiz(quiz)
        return
    for name, label in CONTENT.items():
        if value := lesson.content.get(name):
            yield f"{label}：{value}"


def _quiz(quiz: Quiz) -> Iterator[str]:
    yield f"はじめの文：{quiz.intro}"
    yield f"合格点：{quiz.pass_percent}%、受けられる回数：{f'{quiz.attempts}回' if quiz.attempts else '何回でも'}"
    if quiz.spares:
        yield "全部正解した分野と同じ題のレッスンを、終わりにする"
    yield f"出す問題：{f'{quiz.draw}問' if quiz.draw else 'すべて'}、問題の順：{'受けるたびに替える' if quiz.shuffle else '書いた順'}"
    for number, question in enumerate(quiz.questions, 1):
        area = f"、{question.area}" if question.area else ""
        yield f"{number}問目（{question.kind.label}{area}） {question.text}"
        yield from _question(question)
    yield from (f"{band.area}{band.up_to}%まで：{band.text}" for band in quiz.recommendations)


def _question(question: Question) -> Iterator[str]:
    for part in fields(question):
        value = getattr(question, part.name)
        if part.name == "choices":
            for choice in value:
                yield f"　{'○' if choice.right else '×'} {choice.text}{f'（説明：{choice.feedback}）' if choice.feedback else ''}"
        elif part.name in ANSWERS and value not in ("", ()):
            words = "、".join(map(str, value)) if isinstance(value, tuple) else value
            yield f"　{ANSWERS[part.name]}：{('正しい' if words else '正しくない') if isinstance(words, bool) else words}"
