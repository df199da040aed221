"""What is wrong with a line of a personnel file, in words that say what to look at; pure.

A line that has a fault changes nothing: neither a guess nor a half of it is taken over.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kernel import clock
from kernel.spelling import folded, folded_number, is_address

from people.personnel.columns import Column

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from people.personnel.line import Said

LONGEST = {
    Column.NAME: 100, Column.READING: 100, Column.NUMBER: 32, Column.EMAIL: 254, Column.SECTION: 100, Column.POST: 100,
}  # fmt: skip
EARLIEST, FARTHEST = 70, 3
"""A date of somebody's work is so many years back at most, and so many ahead."""
_KANA = re.compile(r"[ァ-ヶー・\s]+")
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!)|#+", re.IGNORECASE)
_AS_A_QUANTITY = re.compile(r"\d+(?:\.\d+)?E\+?\d+|\d+\.\d+", re.IGNORECASE)
_NO_NAME = re.compile(r".*[()\[\]{}@#*※<>=_/].*|[\d\s.,:-]+", re.DOTALL)
_NOBODY = {folded(word) for word in "欠員 空席 未定 未配置 該当なし なし 氏名 合計 小計 計".split()}  # noqa: SIM905


def faults_of(said: Said, cells: Mapping[Column, str], more: Sequence[str]) -> str:
    """Return what is wrong with a line, given its cells by column and the cells for which there is no heading; empty for nothing."""
    found = [
        *_of_cells(cells, more), *_of_name(said), *_of_number(said), *_of_address(said), *_of_dates(said, cells),
        *_too_long(said),
    ]  # fmt: skip
    return "。".join(found)


def _of_cells(cells: Mapping[Column, str], more: Sequence[str]) -> Iterator[str]:
    for column, cell in cells.items():
        if _ERROR.fullmatch(cell):
            yield f"{column.label}が、表計算ソフトのエラー「{cell[:10]}」です"
    if any(cell.strip() for cell in more):
        yield "見出しより右に文字があります。列がずれていないか確かめてください"


def _of_name(said: Said) -> Iterator[str]:
    if not said.name:
        yield "氏名がありません"
    elif folded(said.name) in _NOBODY:
        yield f"「{said.name[:20]}」は、人の名前ではありません"
    elif _NO_NAME.fullmatch(said.name) and not _ERROR.fullmatch(said.name):
        yield "氏名が数字だけか、記号が入っています"
    if said.reading and not _KANA.fullmatch(said.reading) and not _ERROR.fullmatch(said.reading):
        yield "フリガナがカタカナではありません"


def _of_number(said: Said) -> Iterator[str]:
    number = folded_number(said.number)
    if _AS_A_QUANTITY.fullmatch(said.number):
        yield f"職員番号が「{said.number[:20]}」になっています。表計算ソフトで数値に変わっていないか確かめてください"
    elif said.number and (not re.search(r"\w", number) or "@" in number):
        yield "職員番号が正しくありません"


def _of_address(said: Said) -> Iterator[str]:
    if said.email and not is_address(said.email):
        yield "メールアドレスが正しくありません"


def _of_dates(said: Said, cells: Mapping[Column, str]) -> Iterator[str]:
    days = {Column.JOINED: said.joined_on, Column.POSTED: said.posted_on, Column.LEFT: said.left_on}
    this_year = clock.today().year
    for column, day in days.items():
        text = cells.get(column, "")
        if text and day is None and not _ERROR.fullmatch(text) and not means_no_end(column, text):
            yield f"{column.label}「{text[:20]}」を日付として読めません"
        elif day and not this_year - EARLIEST <= day.year <= this_year + FARTHEST:
            yield f"{column.label}「{text[:20]}」は、いまから離れすぎています"
    yield from _out_of_order(days)


def means_no_end(column: Column, text: str) -> bool:
    """Tell whether a date says that there is no end, as personnel systems write it: 9999年12月31日."""
    return column is Column.LEFT and text.lstrip("'").startswith("9999")


def _out_of_order(days: Mapping[Column, dt.date | None]) -> Iterator[str]:
    begins, moves, ends = days[Column.JOINED], days[Column.POSTED], days[Column.LEFT]
    if begins and ends and ends < begins:
        yield "所属の終わりが、始まりより前です"
    if begins and moves and moves < begins:
        yield "異動の日が、所属の始まりより前です"
    if moves and ends and ends < moves:
        yield "所属の終わりが、異動の日より前です"


def _too_long(said: Said) -> Iterator[str]:
    of: dict[Column, Sequence[str]] = {
        Column.NAME: [said.name], Column.READING: [said.reading], Column.NUMBER: [folded_number(said.number)],
        Column.SECTION: said.sections, Column.POST: [said.post],
    }  # fmt: skip
    for column, texts in of.items():
        if max(map(len, texts), default=0) > LONGEST[column]:
            yield f"{column.label}が長すぎます（{LONGEST[column]}文字まで）"


def doubled(people: Sequence[Said]) -> dict[int, str]:
    """Return the lines that say a number or an address which another line says too, and why they cannot be used.

    Numbers that differ in their leading zeros only are one: a table program takes them away.
    """
    found: dict[int, str] = {}
    keys: tuple[tuple[str, Callable[[Said], str]], ...] = (
        ("職員番号", lambda one: _without_zeros(folded_number(one.number))), ("メールアドレス", lambda one: one.email),
    )  # fmt: skip
    for label, key in keys:
        by_key: dict[str, list[Said]] = {}
        for one in people:
            if text := key(one):
                by_key.setdefault(text, []).append(one)
        for several in by_key.values():
            if len(several) > 1:
                lines = "・".join(str(one.line) for one in several[:5])
                found.update(dict.fromkeys((one.line for one in several), f"同じ{label}の行があります（{lines}行目）"))
    return found


def _without_zeros(number: str) -> str:
    return number.lstrip("0") or number if number.isdigit() else number
