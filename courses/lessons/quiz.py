"""A quiz (確認テスト): its questions, what is asked of somebody by a seed, and how an answer is marked.

A pure module: it knows neither database nor web. Answers are given by the place at which a choice was shown, so
that nothing on the page tells what is right; the seed tells which choice stood where.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from kernel.text import folded, normalised
from kernel.vocabulary import Term

if TYPE_CHECKING:
    from collections.abc import Sequence

WHOLE = 100
LARGEST_EXPONENT = 30


class QuestionKind(Term):
    """How a question is answered."""

    SINGLE = "single", "一つ選ぶ"
    MULTIPLE = "multiple", "すべて選ぶ"
    TRUE_FALSE = "true-false", "正しいか、正しくないか"
    ORDERING = "ordering", "並べる"
    NUMBER = "number", "数を書く"
    SHORT_TEXT = "short-text", "言葉を書く"


@dataclass(frozen=True)
class Choice:
    """A choice of a question, and what is said to who chose it."""

    text: str
    right: bool
    feedback: str


@dataclass(frozen=True)
class Question:
    """A question. Which fields it uses depends on its kind; `items` stand in the right order."""

    kind: QuestionKind
    text: str
    choices: tuple[Choice, ...] = ()
    items: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    right: bool = False
    answer: Decimal = Decimal(0)
    tolerance: Decimal = Decimal(0)
    unit: str = ""
    feedback: str = ""

    @property
    def shown(self) -> tuple[str, ...]:
        """Return what is shown to choose from or to put in order."""
        return tuple(choice.text for choice in self.choices) or self.items


@dataclass(frozen=True)
class Band:
    """What a result up to so many percent means, and the courses (by address) to take next."""

    up_to: int
    text: str
    courses: tuple[str, ...]


@dataclass(frozen=True)
class Quiz:
    """A quiz. `attempts` 0: as often as one likes; `draw` 0: all questions; `pass_percent` 0: nobody fails."""

    intro: str
    pass_percent: int
    attempts: int
    wait_minutes: int
    draw: int
    shuffle: bool
    questions: tuple[Question, ...]
    recommendations: tuple[Band, ...] = ()

    def recommended(self, score: int) -> Band | None:
        """Return what a score means, where the quiz says so."""
        return next((band for band in self.recommendations if score <= band.up_to), None)


@dataclass(frozen=True)
class Asked:
    """A question as it is asked: its number in the quiz, and the places of its choices or items in the order shown."""

    number: int
    question: Question
    order: tuple[int, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """Return what is shown, in the order in which it is shown."""
        return tuple(self.question.shown[place] for place in self.order)


@dataclass(frozen=True)
class Mark:
    """Whether an answer is right, and what is said to it."""

    right: bool
    feedback: tuple[str, ...]


def asked(quiz: Quiz, seed: str) -> list[Asked]:
    """Return what is asked by a seed: the same for the same seed, on every machine and version."""
    numbers = list(range(len(quiz.questions)))
    if 0 < quiz.draw < len(numbers):
        numbers = sorted(sorted(numbers, key=lambda number: _lot(seed, number))[: quiz.draw])
    if quiz.shuffle:
        numbers.sort(key=lambda number: _lot(seed, number, "order"))
    return [Asked(number, quiz.questions[number], _order(quiz, seed, number)) for number in numbers]


def _order(quiz: Quiz, seed: str, number: int) -> tuple[int, ...]:
    question = quiz.questions[number]
    places = range(len(question.shown))
    if not quiz.shuffle and question.kind is not QuestionKind.ORDERING:
        return tuple(places)
    return tuple(sorted(places, key=lambda place: _lot(seed, number, place)))


def _lot(*drawn: object) -> str:
    return hashlib.sha256("|".join(map(str, drawn)).encode()).hexdigest()


def marked(one: Asked, answer: Sequence[str]) -> Mark:
    """Mark an answer: places shown (choices), positions by place shown (ordering), "true"/"false", a number or a word.

    Whatever is not an answer is wrong; nothing is raised.
    """
    question = one.question
    match question.kind:
        case QuestionKind.SINGLE | QuestionKind.MULTIPLE:
            return _chosen(one, places(answer, len(one.order)))
        case QuestionKind.TRUE_FALSE:
            right = list(answer) == ["true" if question.right else "false"]
        case QuestionKind.ORDERING:
            right = [str(place + 1) for place in one.order] == list(answer)
        case QuestionKind.NUMBER:
            given = number_in(answer[0] if answer else "")
            right = given is not None and abs(given - question.answer) <= question.tolerance
        case QuestionKind.SHORT_TEXT:
            right = bool(answer) and folded(answer[0]) in set(map(folded, question.answers))
    return Mark(right, (question.feedback,))


def _chosen(one: Asked, shown: Sequence[int]) -> Mark:
    chosen = {one.order[place] for place in shown}
    right = chosen == {place for place, choice in enumerate(one.question.choices) if choice.right}
    told = tuple(one.question.choices[place].feedback for place in sorted(chosen))
    if not right and all(one.question.choices[place].right for place in chosen):
        told = (*told, "まだ選んでいない正しいものがあります。" if chosen else "まだ答えていません。")
    return Mark(right, told)


def places(answer: Sequence[str], count: int) -> list[int]:
    """Return the places that an answer names, of so many that were shown; what is none is left out."""
    return [int(text) for text in answer if text.isascii() and text.isdigit() and len(text) < 4 and int(text) < count]  # noqa: PLR2004


def number_in(text: str) -> Decimal | None:
    """Return the number that a text says, None where it says none or one beyond all use."""
    try:
        number = Decimal(normalised(text).replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < LARGEST_EXPONENT else None


def score(marks: Sequence[Mark]) -> int:
    """Return the share of right answers in whole percent, rounded down: 100 only if all are right."""
    return sum(mark.right for mark in marks) * WHOLE // len(marks) if marks else WHOLE


def passed(quiz: Quiz, reached: int) -> bool:
    """Tell whether a score passes."""
    return reached >= quiz.pass_percent
