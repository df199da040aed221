"""Questions from files of other tools: GIFT and Moodle XML (as the documentation of Moodle has them), and a table (CSV, Excel).

What cannot be asked here is left out, and said with its place and the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kernel.errors import InvalidError
from kernel.spelling import folded, typed_number
from kernel.tables.office_table import delimiter_of, rows_of, text_of_file

from courses.lessons import gift
from courses.lessons.question_row import of_choices, without_tags
from courses.lessons.quiz_data import MOST_QUESTIONS, question_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from courses.lessons.question import Question
    from courses.lessons.question_row import Found

LARGEST = 2 * 1024 * 1024
YES, NO = (
    {"○", "◯", "〇", "正", "正しい", "true", "t", "yes"},
    {"×", "✕", "誤", "誤り", "正しくない", "false", "f", "no"},
)


@dataclass(frozen=True)
class ReadQuestions:
    """The questions of a file, and a sentence for each that was left out."""

    questions: tuple[Question, ...]
    left_out: tuple[str, ...]


def read(content: bytes) -> ReadQuestions:
    """Read the questions of a file, whichever of the formats it is in.

    Raises InvalidError where it is too large, in none of them, or holds no question.
    """
    if len(content) > LARGEST:
        message = f"問題のファイルは{LARGEST // 1024 // 1024}MBまでにしてください。"
        raise InvalidError(message, field="file")
    start = content.lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith((b"<?xml", b"<quiz")):
        found = list(_of_moodle(content))
    else:
        text = text_of_file(content).text
        found = list(gift.read(text) if gift.is_gift(text) else _of_table(text))
    return _checked(found)


def _checked(found: Sequence[Found]) -> ReadQuestions:
    questions, left_out = [], []
    for where, said in found:
        if isinstance(said, str):
            left_out.append(f"{where}: {said}")
            continue
        try:
            questions.append(question_from(said, where))
        except InvalidError as refusal:
            left_out.append(refusal.message)
    if not questions:
        why = f"({left_out[0]})" if left_out else ""
        message = (
            f"取り込める問題が見つかりません{why}。GIFT、Moodle XML、または「問い」「正解」の列のある表にしてください。"
        )
        raise InvalidError(message, field="file")
    if len(questions) > MOST_QUESTIONS:
        message = f"問題が{len(questions)}問あります。一度に取り込めるのは{MOST_QUESTIONS}問までです。"
        raise InvalidError(message, field="file")
    return ReadQuestions(tuple(questions), tuple(left_out))


# --- Moodle XML


def _of_moodle(content: bytes) -> Iterator[Found]:
    try:
        root = fromstring(content)
    except (DefusedXmlException, ValueError, LookupError, SyntaxError, RecursionError) as error:
        message = "Moodle XMLとして読めません。書き出し直してください。"
        raise InvalidError(message, field="file") from error
    rows = [row for row in root.iter("question") if row.get("type") != "category"]
    for number, row in enumerate(rows, 1):
        reader = MOODLE.get(row.get("type", ""))
        words = _words(row, "questiontext/text")
        if reader is None:
            yield f"{number}問目", f"この種類({row.get('type')})の問題は取り込めません。"
        elif "<img" in (row.findtext("questiontext/text") or "").lower():
            yield f"{number}問目", "図のある問題は取り込めません。図は、はじめの文かレッスンの本文に入れてください。"
        else:
            yield f"{number}問目", {"text": words, **reader(row)}


def _words(row: Element, path: str) -> str:
    return without_tags(row.findtext(path) or "")


def _share(answer: Element) -> float:
    return float(typed_number(answer.get("fraction", "0")) or 0)


def _moodle_choices(row: Element) -> dict[str, Any]:
    return of_choices(
        [(_words(one, "text"), _share(one) > 0, _words(one, "feedback/text")) for one in row.iter("answer")]
    )


def _moodle_true_false(row: Element) -> dict[str, Any]:
    right = next((_words(one, "text").lower() for one in row.iter("answer") if _share(one) > 0), "")
    return {"kind": "true-false", "right": right == "true", "feedback": _words(row, "generalfeedback/text")}


def _moodle_words(row: Element) -> dict[str, Any]:
    answers = [_words(one, "text") for one in row.iter("answer") if _share(one) > 0]
    return {"kind": "short-text", "answers": answers, "feedback": _words(row, "generalfeedback/text")}


def _moodle_number(row: Element) -> dict[str, Any]:
    best = max(row.iter("answer"), key=_share, default=None)
    said = (_words(best, "text"), best.findtext("tolerance") or 0) if best is not None else ("", 0)
    told = _words(row, "generalfeedback/text")
    return {"kind": "number", "answer": said[0], "tolerance": said[1], "feedback": told}


def _moodle_order(row: Element) -> dict[str, Any]:
    items = [_words(one, "text") for one in row.iter("answer")]
    return {"kind": "ordering", "items": items, "feedback": _words(row, "generalfeedback/text")}


MOODLE: dict[str, Callable[[Element], dict[str, Any]]] = {
    "multichoice": _moodle_choices, "truefalse": _moodle_true_false, "shortanswer": _moodle_words,
    "numerical": _moodle_number, "ordering": _moodle_order,
}  # fmt: skip


# --- a table

HEADINGS = {
    "問い": "text",
    "問題": "text",
    "問題文": "text",
    "設問": "text",
    "正解": "right",
    "正答": "right",
    "答え": "right",
    "解説": "feedback",
}
HEADINGS |= {"単位": "unit", "許す差": "tolerance", "許容差": "tolerance"}


def _of_table(text: str) -> Iterator[Found]:
    rows = list(rows_of(text, delimiter_of(text)))
    place, columns = next(
        (
            (index, named)
            for index, (_number, cells) in enumerate(rows)
            if {"text", "right"} <= set((named := _columns(cells)).values())
        ),
        (None, {}),
    )
    if place is None:
        return
    for number, cells in rows[place + 1 :]:
        said: dict[str, Any] = {"choices": []}
        for column, cell in enumerate(cells):
            name = columns.get(column)
            if name == "choice" and cell.strip():
                said["choices"].append(cell.strip())
            elif name and name != "choice":
                said[name] = cell.strip()
        if said.get("text"):
            yield f"{number}行目", _of_row(said)


def _columns(cells: Sequence[str]) -> dict[int, str]:
    named = {}
    for place, cell in enumerate(cells):
        plain = cell.strip()
        name = "choice" if plain.startswith("選択肢") else HEADINGS.get(plain)
        if name:
            named[place] = name
    return named


def _of_row(said: dict[str, Any]) -> dict[str, Any] | str:
    """Return a row of a table as a question: of choices where it has some, else 正誤, a number, a word."""
    text, right, told = said["text"], said.get("right", ""), said.get("feedback", "")
    if not right:
        return "正解がありません。"
    if said["choices"]:
        meant = _meant(right, said["choices"])
        if not meant:
            return f"正解「{right[:30]}」は、どの選択肢でもありません。"
        return {
            "text": text,
            **of_choices(
                [(one, place in meant, "" if place in meant else told) for place, one in enumerate(said["choices"])]
            ),
        }
    if right.lower() in YES | NO:
        return {"kind": "true-false", "text": text, "right": right.lower() in YES, "feedback": told}
    behind = re.fullmatch(r".*\d\s*(\D{1,5})", right)
    unit = said.get("unit") or (behind[1] if behind else "")
    number = typed_number(right, unit)
    if number is not None:
        parts = {"answer": number, "tolerance": said.get("tolerance") or 0, "unit": unit}
        return {"kind": "number", "text": text, "feedback": told, **parts}
    return {"kind": "short-text", "text": text, "answers": re.split(r"\s*[/|／｜]\s*", right), "feedback": told}


def _meant(right: str, choices: Sequence[str]) -> set[int]:
    """Return the places of the choices that a cell names: by their words, or by their numbers from 1."""
    by_words = {place for place, one in enumerate(choices) if folded(one) == folded(right)}
    numbers = [typed_number(part) for part in re.split(r"[,、・;/\s]+", right.strip())]
    by_number = {int(one) - 1 for one in numbers if one is not None and one == int(one) and 1 <= one <= len(choices)}
    return by_words or (by_number if len(by_number) == len(numbers) else set())
