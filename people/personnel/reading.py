"""Reading a personnel file: what each line says of a person, or why it says nothing that can be used; pure.

Notes above the headings and below the people are left out and told. Dates are western or of an era; numbers may have lost their
zeros to a table program; names may stand in one column or in two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kernel import clock
from kernel.errors import InvalidError
from kernel.spelling import folded_number, is_address, plain_address
from kernel.tables.office_table import delimiter_of, rows_of
from kernel.text import in_katakana, normalised

from people.personnel.columns import Column, columns_of, is_heading

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

MOST_PEOPLE, LONGEST_NAME, LONGEST_NUMBER = 20_000, 100, 32
ABOVE, BELOW = "見出しより上の行なので読みません", "氏名も職員番号もない行なので読みません"
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_READING = re.compile(r"[ァ-ヶー・\s]+")
NO_HEADING = (
    "見出しの行が見つかりません。「職員番号」「氏名」「所属」などの見出しがある表にしてください。"
    "見出しの言葉が違うときは、次の画面で、どの列が何かを選べます。"
)


@dataclass(frozen=True)
class Said:
    """What a line says of a person: `None` or empty is what it does not say. `sections` are from the top down."""

    line: int
    number: str = ""
    name: str = ""
    reading: str = ""
    email: str = ""
    sections: tuple[str, ...] = ()
    post: str = ""
    joined_on: dt.date | None = None
    posted_on: dt.date | None = None
    left_on: dt.date | None = None
    """The last day."""
    fault: str = ""

    @property
    def section(self) -> str:
        """Return the section with those above it, as a section is called."""
        return " ".join(self.sections)


@dataclass(frozen=True)
class Reading:
    """What a file says: headings with what they say, people, and the lines that were not read."""

    headings: tuple[tuple[str, Column | None], ...]
    people: tuple[Said, ...]
    left_out: tuple[tuple[int, str], ...] = field(default=())

    def says(self, column: Column) -> bool:
        """Tell whether a column of the file says something."""
        return any(of is column for _heading, of in self.headings)


def read(text: str, said: Mapping[str, str]) -> Reading:
    """Read a file, with what was said by hand of its headings (`people.personnel.columns.key_of` to the value of a column).

    Raises InvalidError where there is no row of headings, nobody below it, or too many.
    """
    rows = [
        (number, [normalised(cell) for cell in row])
        for number, row in rows_of(text, delimiter_of(text))
        if any(cell.strip() for cell in row)
    ]
    place = next((place for place, (_number, cells) in enumerate(rows) if is_heading(cells, said)), None)
    if place is None:
        raise InvalidError(NO_HEADING, field="file")
    cells = rows[place][1]
    columns = columns_of(cells, said)
    people, left_out = [], [(number, ABOVE) for number, _cells in rows[:place]]
    for number, row in rows[place + 1 :]:
        found = {column: cell for column, cell in zip(columns, row, strict=False) if column and cell}
        if {Column.NUMBER, Column.NAME, Column.FAMILY, Column.EMAIL} & set(found) and not is_heading(row, said):
            people.append(_said(number, found))
        else:
            left_out.append((number, BELOW))
    if not people:
        message = "見出しの下に、職員の行がありません。"
        raise InvalidError(message, field="file")
    if len(people) > MOST_PEOPLE:
        message = (
            f"一度に読めるのは{MOST_PEOPLE:,}人までです（この表は{len(people):,}人）。部局ごとなどに分けてください。"
        )
        raise InvalidError(message, field="file")
    return Reading(tuple(zip(cells, columns, strict=True)), tuple(people), tuple(left_out))


def _said(line: int, of: Mapping[Column, str]) -> Said:
    name = of.get(Column.NAME) or " ".join(filter(None, (of.get(Column.FAMILY), of.get(Column.GIVEN))))
    kana = (of.get(Column.FAMILY_READING), of.get(Column.GIVEN_READING))
    reading = in_katakana(of.get(Column.READING) or " ".join(filter(None, kana)))
    dates, faults = {}, []
    for column in (Column.JOINED, Column.POSTED, Column.LEFT):
        text = of.get(column, "")
        dates[column] = day = day_in(text)
        if text and day is None:
            faults.append(f"{column.label}「{text[:20]}」を日付として読めません")
    number, email = of.get(Column.NUMBER, "").strip("'=\""), plain_address(of.get(Column.EMAIL, ""))
    for is_wrong, fault in (
        (not name, "氏名がありません"),
        (max(len(name), len(reading)) > LONGEST_NAME, "氏名かフリガナが長すぎます"),
        (len(folded_number(number)) > LONGEST_NUMBER or "@" in number, "職員番号が正しくありません"),
        (bool(reading) and not _READING.fullmatch(reading), "フリガナがカタカナではありません"),
        (bool(email) and not is_address(email), "メールアドレスが正しくありません"),
    ):
        if is_wrong:
            faults.append(fault)
    sections = tuple(filter(None, (of.get(one, "") for one in (Column.BUREAU, Column.SECTION, Column.UNIT))))
    return Said(
        line, number, name[:LONGEST_NAME], reading[:LONGEST_NAME], email, sections, of.get(Column.POST, ""),
        dates[Column.JOINED], dates[Column.POSTED], dates[Column.LEFT], "。".join(faults),
    )  # fmt: skip


def day_in(text: str) -> dt.date | None:
    """Read a date as personnel systems write it: 20260401, 2026-04-01 00:00:00, 令和8年4月1日, R8.4.1; None where it is none."""
    if match := _DIGITS.fullmatch(text):
        text = "-".join(match.groups())
    return clock.parse_date(text.split(" ")[0]) or clock.parse_date(text)


def doubled(people: Sequence[Said]) -> dict[int, str]:
    """Return the lines that say a number or an address which another line says too, and why they cannot be used."""
    found: dict[int, str] = {}
    for label, key in (("職員番号", lambda one: folded_number(one.number)), ("メールアドレス", lambda one: one.email)):
        by_key: dict[str, list[Said]] = {}
        for one in people:
            if text := key(one):
                by_key.setdefault(text, []).append(one)
        for several in by_key.values():
            if len(several) > 1:
                lines = "・".join(str(one.line) for one in several[:5])
                found.update(dict.fromkeys((one.line for one in several), f"同じ{label}の行があります（{lines}行目）"))
    return found
