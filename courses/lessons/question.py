"""Questions (問題) of a quiz: for each kind what is shown, how an answer is marked, read in words, and what keeps it from being asked.

A pure module: it knows neither database nor web. Choices and items are answered by the place at which they were shown
(`order`), so that nothing on the page tells what is right.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, ClassVar

from kernel.spelling import folded, folded_word, typed_number, without_unit
from kernel.text import normalised, number_in
from kernel.vocabulary import Term

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST = 2
"""There is nothing to choose or to put in order below it."""
LARGEST_EXPONENT = 30
YES, NO = "true", "false"


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
class Mark:
    """Whether an answer is right, and what is said to it; of choices, that stands beside each, and `missing` says what is not there."""

    right: bool
    feedback: tuple[str, ...]
    missing: str = ""


@dataclass(frozen=True)
class Question(ABC):
    """What every question has, `area` what it asks about. An answer that is none of its kind is wrong; nothing is raised."""

    kind: ClassVar[QuestionKind]
    is_always_shuffled: ClassVar[bool] = False
    hint: ClassVar[str] = ""
    text: str
    area: str = field(default="", kw_only=True)

    @property
    def shown(self) -> tuple[str, ...]:
        """Return what is shown to choose from or to put in order."""
        return ()

    def chosen(self, answer: Sequence[str], order: Sequence[int]) -> list[tuple[Choice, bool]]:  # noqa: ARG002
        """Return what there is to choose from, and of each whether it was chosen; nothing where one writes or orders."""
        return []

    @abstractmethod
    def mark(self, answer: Sequence[str], order: Sequence[int]) -> Mark:
        """Mark an answer; `order` tells which choice or item stood at which place."""

    @abstractmethod
    def in_words(self, answer: Sequence[str], order: Sequence[int]) -> list[str]:
        """Return the parts of an answer as they were read by who gave it."""

    def wrong(self) -> str:
        """Return what keeps the question from being asked; empty where nothing does."""
        return ""


@dataclass(frozen=True)
class ChoiceQuestion(Question):
    """A question with choices, each with what is said to who chose it."""

    choices: tuple[Choice, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """Return the choices."""
        return tuple(choice.text for choice in self.choices)

    @property
    def right_choices(self) -> int:
        """Return how many choices are right."""
        return sum(choice.right for choice in self.choices)

    def chosen(self, answer: Sequence[str], order: Sequence[int]) -> list[tuple[Choice, bool]]:
        """Return the choices in the order shown, and of each whether it was chosen."""
        places = _places(answer, len(order))
        return [(self.choices[number], place in places) for place, number in enumerate(order)]

    def mark(self, answer: Sequence[str], order: Sequence[int]) -> Mark:
        """Mark the places that were chosen."""
        chosen = {order[place] for place in _places(answer, len(order))}
        right = chosen == {place for place, choice in enumerate(self.choices) if choice.right}
        told = tuple(self.choices[place].feedback for place in sorted(chosen))
        lacks = bool(chosen) and not right and all(self.choices[place].right for place in chosen)
        return Mark(right, told, "まだ選んでいない正しいものがあります。" if lacks else "")

    def in_words(self, answer: Sequence[str], order: Sequence[int]) -> list[str]:
        """Return the choices that were chosen."""
        return [self.shown[order[place]] for place in _places(answer, len(order))]


@dataclass(frozen=True)
class SingleQuestion(ChoiceQuestion):
    """One of the choices is right."""

    kind = QuestionKind.SINGLE

    def wrong(self) -> str:
        """Return what is missing."""
        is_wrong = len(self.choices) < FEWEST or self.right_choices != 1
        return "選択肢を二つ以上、そのうち正しいものを一つだけにしてください。" if is_wrong else ""


@dataclass(frozen=True)
class MultipleQuestion(ChoiceQuestion):
    """One or more of the choices are right, and all of them are to be chosen."""

    kind = QuestionKind.MULTIPLE

    def wrong(self) -> str:
        """Return what is missing."""
        is_wrong = len(self.choices) < FEWEST or self.right_choices < 1
        return "選択肢を二つ以上、そのうち正しいものを一つ以上にしてください。" if is_wrong else ""


@dataclass(frozen=True)
class TrueFalseQuestion(Question):
    """A sentence that is right or not."""

    kind = QuestionKind.TRUE_FALSE
    right: bool
    feedback: str = ""

    def mark(self, answer: Sequence[str], order: Sequence[int]) -> Mark:  # noqa: ARG002
        """Mark "true" or "false"."""
        return Mark(list(answer) == [YES if self.right else NO], (self.feedback,))

    def in_words(self, answer: Sequence[str], order: Sequence[int]) -> list[str]:  # noqa: ARG002
        """Return what the answer says of the sentence."""
        return [{YES: "正しい", NO: "正しくない"}.get(part, part) for part in answer]


@dataclass(frozen=True)
class OrderingQuestion(Question):
    """Things to be put in order; `items` stand in the right one."""

    kind = QuestionKind.ORDERING
    is_always_shuffled = True
    hint = "順番を選んで並べます"
    items: tuple[str, ...]
    feedback: str = ""

    @property
    def shown(self) -> tuple[str, ...]:
        """Return the things."""
        return self.items

    def mark(self, answer: Sequence[str], order: Sequence[int]) -> Mark:
        """Mark positions (from 1), one for each place shown."""
        return Mark([str(place + 1) for place in order] == list(answer), (self.feedback,))

    def in_words(self, answer: Sequence[str], order: Sequence[int]) -> list[str]:
        """Return the things in the order that was given."""
        given = zip(answer, (self.items[place] for place in order), strict=False)
        return [text for _position, text in sorted((int(part), text) for part, text in given if part.isdecimal())]

    def wrong(self) -> str:
        """Return what is missing."""
        is_wrong = len(self.items) < FEWEST or len(set(self.items)) < len(self.items)
        return "並べるものを二つ以上、違う文で書いてください。" if is_wrong else ""


@dataclass(frozen=True)
class NumberQuestion(Question):
    """A number, right up to a tolerance."""

    kind = QuestionKind.NUMBER
    answer: Decimal
    tolerance: Decimal = Decimal(0)
    unit: str = ""
    feedback: str = ""

    def mark(self, answer: Sequence[str], order: Sequence[int]) -> Mark:  # noqa: ARG002
        """Mark a number, however it is typed."""
        given = typed_number(answer[0] if answer else "", self.unit)
        return Mark(given is not None and abs(given - self.answer) <= self.tolerance, (self.feedback,))

    def in_words(self, answer: Sequence[str], order: Sequence[int]) -> list[str]:  # noqa: ARG002
        """Return the number with its unit."""
        return [f"{without_unit(part, self.unit)}{self.unit}" for part in answer if part]

    def wrong(self) -> str:
        """Return what is missing."""
        return "許す差は0以上にしてください。" if self.tolerance < 0 else ""


@dataclass(frozen=True)
class ShortTextQuestion(Question):
    """A word; width, case and kana make no difference."""

    kind = QuestionKind.SHORT_TEXT
    answers: tuple[str, ...]
    feedback: str = ""

    def mark(self, answer: Sequence[str], order: Sequence[int]) -> Mark:  # noqa: ARG002
        """Mark a word."""
        return Mark(bool(answer) and folded_word(answer[0]) in set(map(folded_word, self.answers)), (self.feedback,))

    def in_words(self, answer: Sequence[str], order: Sequence[int]) -> list[str]:  # noqa: ARG002
        """Return the word."""
        return [part for part in answer if part]

    def wrong(self) -> str:
        """Return what is missing."""
        return "" if any(map(folded, self.answers)) else "正しい答えを一つ以上書いてください。"


QUESTIONS: dict[QuestionKind, type[Question]] = {
    question.kind: question
    for question in (
        SingleQuestion, MultipleQuestion, TrueFalseQuestion, OrderingQuestion, NumberQuestion, ShortTextQuestion,
    )
}  # fmt: skip
"""The question of each kind."""


def _places(answer: Sequence[str], count: int) -> list[int]:
    """Return the places that an answer names, of so many that were shown; what is none is left out."""
    return [place for text in answer if (place := number_in(text, count)) is not None]


def decimal_in(text: str) -> Decimal | None:
    """Return the number that a text says, None where it says none or one beyond all use."""
    try:
        number = Decimal(normalised(text).replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < LARGEST_EXPONENT else None
