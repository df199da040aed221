"""A quiz as it is stored and exchanged: read with a reason where it cannot be asked, and written again without loss."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kernel.errors import InvalidError

from courses.lessons.question import QUESTIONS, Choice, Question, QuestionKind, decimal_in
from courses.lessons.quiz import WHOLE, Band, Quiz

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_QUESTIONS = 200

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
        spares=bool(data.get("spares", False)),
    )


def _band(row: Mapping[str, Any]) -> Band:
    return Band(
        _whole(row, "up_to", "おすすめの範囲", WHOLE), _text(row, "text", "おすすめの文"),
        tuple(map(str, row.get("courses") or ())), _text(row, "area", "おすすめの分野"),
    )  # fmt: skip


def _text(data: Mapping[str, Any], name: str, label: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        message = f"{label}（{name}）は文で書いてください。"
        raise InvalidError(message)
    return value


def _whole(data: Mapping[str, Any], name: str, label: str, most: int) -> int:
    value = data.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        message = f"{label}（{name}）は0から{most}までの数で書いてください。"
        raise InvalidError(message)
    return value


def question_from(row: Any, where: str) -> Question:
    """Read a question as it is stored and exchanged. Raises InvalidError that says where."""
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        message = f"{where}: 問いの文がありません。"
        raise InvalidError(message)
    kind = next((kind for kind in QuestionKind if kind.value == row.get("kind")), None)
    if kind is None:
        message = f"{where}: 問題の種類（kind）は {'、'.join(kind.value for kind in QuestionKind)} のどれかです。"
        raise InvalidError(message)
    form = QUESTIONS[kind]
    said = {part.name: _READ[part.name](row, part.name, where) for part in fields(form) if part.name != "text"}
    question = form(row["text"], **said)
    if wrong := question.wrong():
        message = f"{where}: {wrong}"
        raise InvalidError(message)
    return question


def _choices(row: Any, name: str, where: str) -> tuple[Choice, ...]:
    return tuple(_choice(choice, where) for choice in row.get(name) or ())


def _choice(row: Any, where: str) -> Choice:
    if not isinstance(row, dict) or not str(row.get("text", "")).strip():
        message = f"{where}: 選択肢の文がありません。"
        raise InvalidError(message)
    return Choice(str(row["text"]), bool(row.get("right", False)), str(row.get("feedback", "")))


def _texts(row: Any, name: str, _where: str) -> tuple[str, ...]:
    return tuple(map(str, row.get(name) or ()))


def _yes(row: Any, name: str, _where: str) -> bool:
    return bool(row.get(name, False))


def _decimal(row: Any, name: str, where: str) -> Decimal:
    value = row.get(name, 0)
    number = None if isinstance(value, bool) else decimal_in(str(value))
    if number is None:
        message = f"{where}: 「{value}」は数ではありません。"
        raise InvalidError(message)
    return number


def _words(row: Any, name: str, where: str) -> str:
    return _text(row, name, f"{where}の{LABELS[name]}")


LABELS = {"unit": "単位", "feedback": "解説", "area": "分野"}
_READ: dict[str, Callable[[Any, str, str], Any]] = {
    "choices": _choices, "items": _texts, "answers": _texts, "right": _yes, "answer": _decimal, "tolerance": _decimal,
    "unit": _words, "feedback": _words, "area": _words,
}  # fmt: skip
"""How each part of a question is read, whatever its kind."""


def as_data(quiz: Quiz) -> dict[str, Any]:
    """Return a quiz as it is stored and exchanged; `quiz_from` reads it again."""
    plain = ("intro", "pass_percent", "attempts", "wait_minutes", "draw", "shuffle")
    return {
        **{name: getattr(quiz, name) for name in plain},
        **({"spares": True} if quiz.spares else {}),
        "questions": [
            {
                "kind": one.kind.value,
                **{
                    part.name: _plain(getattr(one, part.name))
                    for part in fields(one)
                    if part.name != "area" or one.area
                },
            }
            for one in quiz.questions
        ],
        "recommendations": [
            {
                **({"area": band.area} if band.area else {}),
                "up_to": band.up_to,
                "text": band.text,
                "courses": list(band.courses),
            }
            for band in quiz.recommendations
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
