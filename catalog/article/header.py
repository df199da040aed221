"""The head of an article: title, number, part, date and municipalities."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from kernel.clock import ERAS

if TYPE_CHECKING:
    from catalog.article.line import Line
    from catalog.article.model import ReadArticle

NUMBER = re.compile(r"第\s?(\d+)\s?回[^。]*?お届け")
ANY_NUMBER = re.compile(r"第\s?(\d+)\s?回\s?(?:の)?座談会")
HELD = re.compile(
    r"(令和|平成)\s?(元|\d+)\s?年\s?(\d+)\s?月\s?(\d+)\s?日に、?\s?「[^」]*座談会[^」]*」として.*?実施(?:いた)?しました"
)
CIRCLED = "①②③④⑤⑥⑦⑧⑨"
PART_WORD = re.compile(r"(?:part|パート|その)[\s.]?([1-9])", re.IGNORECASE)
FIRST_PART = re.compile(r"(?:後半|後編)(?:も|は|の|に|を|へ)|次回(?:の|は)(?:後半|後編)")
THIS_PART = re.compile(r"(前半|前編|後半|後編)をお届け|今回は(前半|前編|後半|後編)(?:です|をお)")
SECOND_PART = re.compile(r"(?:前半|前編)(?:は|の記事|を|も)")
CROSS = re.compile(r"[×✕✖╳]")
MUNICIPALITY = re.compile(r"([一-龥々ぁ-んァ-ヶー]+[市区町村])(?:副?[市区町村]長)?(?:CIO|CDO)?(?:補佐官)?$")
IN_SENTENCE = re.compile(r"として、?(.+?)と(?:東京)?都CIO")
IN_AFFILIATION = re.compile(
    r"^(.+[市区町村])(?:CIO|CDO)|^(.+?[市区町村])(?=副|企画|政策|総務|デジタル|情報|経営|行政|DX)"
)


def read_head(article: ReadArticle, lines: list[Line]) -> None:
    """Read title, number, part, date and municipalities from the lines before the conversation."""
    for line in lines:
        if (held := HELD.search(line.plain)) and article.held_on is None:
            article.held_on = _date(held)
            line.kind = "date"
        if number := NUMBER.search(line.plain):
            line.kind = line.kind or "number"
            _take_number(article, line, int(number[1]))
    for line in lines:
        if line.kind == "date" and (number := ANY_NUMBER.search(line.plain)):
            _take_number(article, line, int(number[1]))


def _take_number(article: ReadArticle, line: Line, number: int) -> None:
    if article.number is None:
        article.number = number
    elif article.number != number:
        article.warn(line.number, "number-conflict", f"回数が第{article.number}回と第{number}回の二つあります。")


def _date(match: re.Match[str]) -> dt.date | None:
    era, year, month, day = match.groups()
    try:
        return dt.date(ERAS[era] + (1 if year == "元" else int(year)), int(month), int(day))
    except ValueError:
        return None


def part_of(title: Line | None, lines: list[Line]) -> int | None:
    """Return which part of a roundtable an article is: from its title, else from what it says of the other part."""
    if title:
        if circled := [CIRCLED.index(sign) + 1 for sign in title.text if sign in CIRCLED]:
            return circled[-1]
        if word := PART_WORD.search(title.plain):
            return int(word[1])
        if half := re.search(r"[前後][半編]", title.plain):
            return 1 if half[0][0] == "前" else 2
    for line in lines:
        if line.kind == "text" or line is title:
            continue
        if this := THIS_PART.search(line.plain):
            return 1 if (this[1] or this[2]).startswith("前") else 2
        if SECOND_PART.search(line.plain):
            return 2
        if FIRST_PART.search(line.plain):
            return 1
    return None


def municipalities_of(article: ReadArticle, lines: list[Line]) -> list[str]:
    """Return the municipalities that took part: from the title, the lead, else from the participants."""
    from_lead = (line.plain for line in lines if line.kind in {"number", "date"})
    for text in (article.title, *from_lead):
        if found := _crossed(text) or _named_in_sentence(text):
            return found
    found = []
    for participant in article.participants:
        match = IN_AFFILIATION.match(participant.affiliation) if participant.side == "municipality" else None
        if match and (name := match[1] or match[2]) not in found:
            found.append(name)
    return found


def _crossed(text: str) -> list[str]:
    sides = (re.split(r"[~〜～「『」』\s!！?？。:：]", part.strip())[-1] for part in CROSS.split(text)[:-1])
    names = (MUNICIPALITY.search(piece) for side in sides for piece in re.split(r"[・、,]", side))
    return [name[1] for name in names if name and not name[1].endswith("市町村")]


def _named_in_sentence(text: str) -> list[str]:
    match = IN_SENTENCE.search(text)
    if not match:
        return []
    names = (MUNICIPALITY.search(piece.strip()) for piece in re.split(r"[・、と]", match[1]))
    return [name[1] for name in names if name]
