"""Questions in GIFT, the text format of Moodle (docs.moodle.org, "GIFT format")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kernel.spelling import typed_number

from courses.lessons.question_row import of_choices, without_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courses.lessons.question_row import Found

LONGEST_BLOCK = 10_000
_BLOCK = re.compile(r"(?<!\\)\{((?:\\.|[^{}\\])*)(?<!\\)\}", re.DOTALL)
_ANSWER = re.compile(r"(?<!\\)([=~])((?:\\.|[^=~\\])*)", re.DOTALL)
_WEIGHT = re.compile(r"^%(-?\d+(?:\.\d+)?)%")
_TITLE = re.compile(r"^\s*::(?:\\.|[^:\\]|:(?!:))*::\s*")
_FORMAT = re.compile(r"^\s*\[(?:html|moodle|plain|markdown)\]")


def is_gift(text: str) -> bool:
    """Tell whether a text holds a question in this format."""
    return any(_BLOCK.search(block[:LONGEST_BLOCK]) for block in _blocks(text))


def _blocks(text: str) -> list[str]:
    lines = (line for line in text.splitlines() if not line.lstrip().startswith(("//", "$CATEGORY")))
    return [block.strip() for block in re.split(r"\n\s*\n", "\n".join(lines)) if block.strip()]


def read(text: str) -> Iterator[Found]:
    """Return what each block of a text asks."""
    for number, block in enumerate(_blocks(text), 1):
        where, answers = f"{number}問目", _BLOCK.search(block[:LONGEST_BLOCK])
        if len(block) > LONGEST_BLOCK:
            yield where, f"問題が長すぎます({LONGEST_BLOCK:,}文字まで)。"
            continue
        if answers is None:
            yield where, "答え({ })がありません。"
            continue
        asked = _TITLE.sub("", block[: answers.start()])
        after = block[answers.end() :].strip()
        is_html = "[html]" in asked[:10]
        words = _plain(_FORMAT.sub("", asked) + (f"＿＿{after}" if after else ""), is_html=is_html)
        said = _answers(answers[1])
        yield where, said if isinstance(said, str) else {"text": words, **said}


def _answers(text: str) -> dict[str, Any] | str:
    said, _, general = text.partition("####")
    told, said = _plain(general), said.strip()
    first = re.split(r"(?<!\\)#", said, maxsplit=1)[0].strip().lower()
    if not said:
        return "記述式の問題は、自動で採点できないため取り込めません。"
    if said.startswith("#"):
        return _number(said[1:].strip(), told)
    if first in {"t", "true", "f", "false"}:
        return {"kind": "true-false", "right": first in {"t", "true"}, "feedback": told}
    rows = [_answer(sign, part) for sign, part in _ANSWER.findall(said)]
    if any("->" in part for _sign, part in _ANSWER.findall(said)):
        return "組合せの問題は取り込めません。"
    if rows and all(sign == "=" for sign, _part in _ANSWER.findall(said)):
        return {"kind": "short-text", "answers": [text for text, _right, _told in rows], "feedback": told}
    return of_choices([(text, right, own or told) for text, right, own in rows])


def _answer(sign: str, part: str) -> tuple[str, bool, str]:
    words, *told = re.split(r"(?<!\\)#", part, maxsplit=1)
    weight = _WEIGHT.match(words.strip())
    right = sign == "=" or (weight is not None and float(weight[1]) > 0)
    return _plain(_WEIGHT.sub("", words.strip())), right, _plain(told[0]) if told else ""


def _number(said: str, told: str) -> dict[str, Any] | str:
    first = re.sub(r"^=?\s*(?:%\d+%)?", "", re.split(r"(?<!\\)[#~]|\s=", said)[0].strip()).strip()
    if ".." in first:
        low, high = (typed_number(part) for part in first.split("..", 1))
        if low is None or high is None:
            return f"「{first[:20]}」は数ではありません。"
        return {"kind": "number", "answer": (low + high) / 2, "tolerance": abs(high - low) / 2, "feedback": told}
    number, _, tolerance = first.partition(":")
    return {"kind": "number", "answer": number, "tolerance": tolerance or 0, "feedback": told}


def _plain(text: str, *, is_html: bool = False) -> str:
    """Return the words of a text, without the signs that GIFT puts before its own, and without tags."""
    words = re.sub(r"\\([~=#{}:\\])", r"\1", text.replace("\\n", "\n")).strip()
    return without_tags(words) if is_html else words
