"""A quiz (確認テスト): its questions, what is asked of somebody by a seed, and how an answer is marked.

A pure module: it knows neither database nor web. Answers are given by the place at which a choice was shown, so
that nothing on the page tells what is right; the seed tells which choice stood where.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from kernel.errors import InvalidError
from kernel.text import folded, normalised
from kernel.vocabulary import Term

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WHOLE = 100
MOST_QUESTIONS = 200
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
            given = _number(answer[0] if answer else "")
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


def _number(text: str) -> Decimal | None:
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


EMPTY = Quiz(
    intro="", pass_percent=80, attempts=0, wait_minutes=0, draw=0, shuffle=True, questions=(), recommendations=()
)
"""What an author begins with."""


def quiz_from(data: Mapping[str, Any], *, may_be_empty: bool = False) -> Quiz:
    """Read a quiz as it is stored and exchanged. Raises InvalidError that names the question."""
    questions = data.get("questions")
    fewest = 0 if may_be_empty else 1
    if not isinstance(questions, list) or not fewest <= len(questions) <= MOST_QUESTIONS:
        message = f"問題を1問以上{MOST_QUESTIONS}問以内で書いてください。"
        raise InvalidError(message)
    return Quiz(
        intro=_text(data, "intro", "はじめの文"),
        pass_percent=_whole(data, "pass_percent", "合格点", WHOLE),
        attempts=_whole(data, "attempts", "受けられる回数", 1000),
        wait_minutes=_whole(data, "wait_minutes", "次に受けるまでの時間", 60 * 24 * 365),
        draw=_whole(data, "draw", "出す問題の数", MOST_QUESTIONS),
        shuffle=bool(data.get("shuffle", True)),
        questions=tuple(question_from(row, f"{number}問目") for number, row in enumerate(questions, 1)),
        recommendations=tuple(_band(row) for row in data.get("recommendations") or ()),
    )


def _band(row: Mapping[str, Any]) -> Band:
    return Band(
        _whole(row, "up_to", "おすすめの範囲", WHOLE), _text(row, "text", "おすすめの文"),
        tuple(map(str, row.get("courses") or ())),
    )  # fmt: skip


def _text(data: Mapping[str, Any], name: str, label: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        message = f"{label}({name})は文で書いてください。"
        raise InvalidError(message)
    return value


def _whole(data: Mapping[str, Any], name: str, label: str, most: int) -> int:
    value = data.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        message = f"{label}({name})は0から{most}までの数で書いてください。"
        raise InvalidError(message)
    return value


def question_from(row: Any, where: str) -> Question:
    """Read a question as it is stored and exchanged. Raises InvalidError that says where."""
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        message = f"{where}: 問いの文がありません。"
        raise InvalidError(message)
    kind = next((kind for kind in QuestionKind if kind.value == row.get("kind")), None)
    if kind is None:
        message = f"{where}: 問題の種類(kind)は {'、'.join(kind.value for kind in QuestionKind)} のどれかです。"
        raise InvalidError(message)
    question = Question(
        kind,
        row["text"],
        choices=tuple(_choice(choice, where) for choice in row.get("choices") or ()),
        items=tuple(map(str, row.get("items") or ())),
        answers=tuple(map(str, row.get("answers") or ())),
        right=bool(row.get("right", False)),
        answer=_decimal(row.get("answer", 0), where),
        tolerance=_decimal(row.get("tolerance", 0), where),
        unit=_text(row, "unit", f"{where}の単位"),
        feedback=_text(row, "feedback", f"{where}の解説"),
    )
    if wrong := _wrong(question):
        message = f"{where}: {wrong}"
        raise InvalidError(message)
    return question


def _choice(row: Any, where: str) -> Choice:
    if not isinstance(row, dict) or not str(row.get("text", "")).strip():
        message = f"{where}: 選択肢の文がありません。"
        raise InvalidError(message)
    return Choice(str(row["text"]), bool(row.get("right", False)), str(row.get("feedback", "")))


def _decimal(value: Any, where: str) -> Decimal:
    number = None if isinstance(value, bool) else _number(str(value))
    if number is None:
        message = f"{where}: 「{value}」は数ではありません。"
        raise InvalidError(message)
    return number


def _wrong(question: Question) -> str:
    """Return what keeps a question from being asked; empty where nothing does."""
    right = sum(choice.right for choice in question.choices)
    match question.kind:
        case QuestionKind.SINGLE if len(question.choices) < 2 or right != 1:  # noqa: PLR2004
            return "選択肢を二つ以上、そのうち正しいものを一つだけにしてください。"
        case QuestionKind.MULTIPLE if len(question.choices) < 2 or right < 1:  # noqa: PLR2004
            return "選択肢を二つ以上、そのうち正しいものを一つ以上にしてください。"
        case QuestionKind.ORDERING if len(question.items) < 2 or len(set(question.items)) < len(question.items):  # noqa: PLR2004
            return "並べるものを二つ以上、違う文で書いてください。"
        case QuestionKind.NUMBER if question.tolerance < 0:
            return "許す差は0以上にしてください。"
        case QuestionKind.SHORT_TEXT if not any(map(folded, question.answers)):
            return "正しい答えを一つ以上書いてください。"
    return ""


_OF_KIND = {
    QuestionKind.SINGLE: ("choices",),
    QuestionKind.MULTIPLE: ("choices",),
    QuestionKind.TRUE_FALSE: ("right", "feedback"),
    QuestionKind.ORDERING: ("items", "feedback"),
    QuestionKind.NUMBER: ("answer", "tolerance", "unit", "feedback"),
    QuestionKind.SHORT_TEXT: ("answers", "feedback"),
}


def as_data(quiz: Quiz) -> dict[str, Any]:
    """Return a quiz as it is stored and exchanged; `quiz_from` reads it again."""
    plain = ("intro", "pass_percent", "attempts", "wait_minutes", "draw", "shuffle")
    return {
        **{name: getattr(quiz, name) for name in plain},
        "questions": [
            {
                "kind": one.kind.value,
                "text": one.text,
                **{name: _plain(getattr(one, name)) for name in _OF_KIND[one.kind]},
            }
            for one in quiz.questions
        ],
        "recommendations": [
            {"up_to": band.up_to, "text": band.text, "courses": list(band.courses)} for band in quiz.recommendations
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, tuple):
        return [
            {"text": one.text, "right": one.right, "feedback": one.feedback} if isinstance(one, Choice) else one
            for one in value
        ]
    return value
