"""A quiz (確認テスト): its questions, what is asked of somebody by a seed, and what the marks come to, in all and in each area.

A pure module: it knows neither database nor web. The seed tells which choice stood where.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courses.lessons.question import Choice, Mark, Question

WHOLE = 100


@dataclass(frozen=True)
class Band:
    """What a result up to so many percent means, and the courses (by address) to take next; of an area, where one is named."""

    up_to: int
    text: str
    courses: tuple[str, ...]
    area: str = ""


@dataclass(frozen=True)
class Quiz:
    """A quiz. `attempts` 0: as often as one likes; `draw` 0: all questions; `pass_percent` 0: nobody fails.

    `spares`: whoever answers all of an area rightly has the lesson of that title behind them (事前のためし).
    """

    intro: str
    pass_percent: int
    attempts: int
    wait_minutes: int
    draw: int
    shuffle: bool
    questions: tuple[Question, ...]
    recommendations: tuple[Band, ...] = ()
    spares: bool = False

    def recommended(self, score: int, area: str = "") -> Band | None:
        """Return what a score in all or in an area means, where the quiz says so."""
        return next((band for band in self.recommendations if band.area == area and score <= band.up_to), None)

    @property
    def areas(self) -> tuple[str, ...]:
        """Return the areas that the questions name, in their order."""
        return tuple(dict.fromkeys(one.area for one in self.questions if one.area))


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

    def mark(self, answer: Sequence[str]) -> Mark:
        """Mark an answer: places shown (choices), positions by place shown (ordering), "true"/"false", a number or a word."""
        return self.question.mark(answer, self.order)

    def chosen(self, answer: Sequence[str]) -> list[tuple[Choice, bool]]:
        """Return the choices as they were shown, and of each whether it was chosen."""
        return self.question.chosen(answer, self.order)

    def in_words(self, answer: Sequence[str]) -> str:
        """Return an answer in words; empty where there is none."""
        return "、".join(f"「{part}」" for part in self.question.in_words(answer, self.order))


@dataclass(frozen=True)
class AreaResult:
    """How many questions of an area were asked and answered rightly, and what that means where the quiz says so."""

    area: str
    right: int
    asked: int
    band: Band | None

    @property
    def is_full(self) -> bool:
        """Tell whether all were right."""
        return self.right == self.asked


def asked(quiz: Quiz, seed: str) -> list[Asked]:
    """Return what is asked by a seed: the same for the same seed, on every machine and version; of each area equally many."""
    numbers = list(range(len(quiz.questions)))
    if 0 < quiz.draw < len(numbers):
        numbers = sorted(_by_turns(quiz, sorted(numbers, key=lambda number: _lot(seed, number)))[: quiz.draw])
    if quiz.shuffle:
        numbers.sort(key=lambda number: _lot(seed, number, "order"))
    return [Asked(number, quiz.questions[number], _order(quiz, seed, number)) for number in numbers]


def _by_turns(quiz: Quiz, numbers: Sequence[int]) -> list[int]:
    """Return questions so that each area has its turn: first the first of every area, then the second."""
    turns, earlier = {}, Counter[str]()
    for number in numbers:
        area = quiz.questions[number].area
        turns[number] = earlier[area]
        earlier[area] += 1
    return sorted(numbers, key=lambda number: turns[number])


def _order(quiz: Quiz, seed: str, number: int) -> tuple[int, ...]:
    question = quiz.questions[number]
    places = range(len(question.shown))
    if not (quiz.shuffle or question.is_always_shuffled):
        return tuple(places)
    return tuple(sorted(places, key=lambda place: _lot(seed, number, place)))


def _lot(*drawn: object) -> str:
    return hashlib.sha256("|".join(map(str, drawn)).encode()).hexdigest()


def score(marks: Sequence[Mark]) -> int:
    """Return the share of right answers in whole percent, rounded down: 100 only if all are right."""
    return sum(mark.right for mark in marks) * WHOLE // len(marks) if marks else WHOLE


def by_area(quiz: Quiz, marks: Sequence[tuple[Question, Mark]]) -> list[AreaResult]:
    """Return what the marks come to in each area of a quiz, in the areas' order; nothing where it has none."""
    found = []
    for area in quiz.areas:
        its = [mark for question, mark in marks if question.area == area]
        if its:
            right = sum(mark.right for mark in its)
            found.append(AreaResult(area, right, len(its), quiz.recommended(score(its), area)))
    return found


def passed(quiz: Quiz, reached: int) -> bool:
    """Tell whether a score passes."""
    return reached >= quiz.pass_percent
