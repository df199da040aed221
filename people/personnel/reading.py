"""Reading a personnel file: what each line says of a person, or why it says nothing that can be used; pure.

Notes above the headings and below the people are left out and told. Dates are western or of an era; numbers may have lost their
zeros to a table program; names may stand in one column or in two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kernel import clock
from kernel.errors import InvalidError
from kernel.spelling import plain_address
from kernel.tables.office_table import delimiter_of, rows_of
from kernel.text import in_katakana, normalised

from people.personnel.columns import IDENTIFIES, Column, columns_of, is_heading, is_heading_again, may_be_heading
from people.personnel.faults import faults_of, means_no_end
from people.personnel.line import Said

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

LARGEST_FILE = 4_000_000
MOST_PEOPLE = 20_000
ABOVE, BELOW = "見出しより上の行なので読みません", "氏名も職員番号もない行なので読みません"
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
NO_HEADING = "見出しの行が見つかりません。「職員番号」「氏名」「所属」などの見出しがある表にしてください。"
_SPANS = {Column.NAME, Column.READING, Column.SECTION}
"""Headings that personnel systems merge over two columns."""
_BREAK = "\n"


@dataclass(frozen=True)
class Reading:
    """What a file says: headings with what they say, people, and the lines that were not read.

    Nobody is in it where no heading says who somebody is: somebody has to say so first.
    """

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
    place = _place_of_headings(rows, said)
    cells = rows[place][1]
    columns = columns_of(cells, said)
    people, left_out = [], [(number, ABOVE) for number, _cells in rows[:place]]
    for number, row in rows[place + 1 :]:
        found, more = _by_column(row, cells, columns)
        if IDENTIFIES & set(found) and not is_heading_again(row, cells, said):
            one = _said(number, found)
            people.append(replace(one, fault=faults_of(one, found, more)))
        elif IDENTIFIES & set(columns):
            left_out.append((number, BELOW))
    if not people and IDENTIFIES & set(columns):
        message = "見出しの下に、職員の行がありません。"
        raise InvalidError(message, field="file")
    if len(people) > MOST_PEOPLE:
        message = (
            f"一度に読めるのは{MOST_PEOPLE:,}人までです（この表は{len(people):,}人）。部局ごとなどに分けてください。"
        )
        raise InvalidError(message, field="file")
    return Reading(tuple(zip(cells, columns, strict=True)), tuple(people), tuple(left_out))


def _place_of_headings(rows: Sequence[tuple[int, list[str]]], said: Mapping[str, str]) -> int:
    """Return where the headings are: where their words are known, else where a row may be some and people follow."""
    known = (place for place, (_number, cells) in enumerate(rows) if is_heading(cells, said))
    perhaps = (place for place, (_number, cells) in enumerate(rows[:-1]) if may_be_heading(cells))
    place = next(known, next(perhaps, None))
    if place is None:
        raise InvalidError(NO_HEADING, field="file")
    return place


def _by_column(
    row: Sequence[str], headings: Sequence[str], columns: Sequence[Column | None]
) -> tuple[dict[Column, str], list[str]]:
    """Return what a row says by column, and what stands under no heading; one without words goes on with the heading left of it."""
    found: dict[Column, str] = {}
    more, last = list(row[len(columns) :]), None
    for heading, column, cell in zip(headings, columns, row, strict=False):
        last = column if heading else last
        if not cell:
            continue
        if column:
            found[column] = cell
        elif not heading and last in _SPANS:
            found[last] = _BREAK.join(filter(None, (found.get(last), cell)))
        elif not heading:
            more.append(cell)
    return found, more


def _said(line: int, of: Mapping[Column, str]) -> Said:
    of = {column: cell if column is Column.SECTION else cell.replace(_BREAK, " ") for column, cell in of.items()}
    name = of.get(Column.NAME) or " ".join(filter(None, (of.get(Column.FAMILY), of.get(Column.GIVEN))))
    kana = (of.get(Column.FAMILY_READING), of.get(Column.GIVEN_READING))
    reading = in_katakana(of.get(Column.READING) or " ".join(filter(None, kana)))
    email = plain_address(of.get(Column.EMAIL, ""))
    levels = (of.get(one, "").split(_BREAK) for one in (Column.BUREAU, Column.SECTION, Column.UNIT))
    sections = tuple(level for several in levels for level in several if level)
    joined, posted, left = (
        None if means_no_end(column, of.get(column, "")) else day_in(of.get(column, ""))
        for column in (Column.JOINED, Column.POSTED, Column.LEFT)
    )
    number, post = of.get(Column.NUMBER, "").strip("'=\""), of.get(Column.POST, "")
    return Said(line, number, name, reading, email, sections, post, joined, posted, left)


def day_in(text: str) -> dt.date | None:
    """Read a date as personnel systems write it: 20260401, 2026-04-01 00:00:00, 令和8年4月1日, R8.4.1; None where it is none."""
    if match := _DIGITS.fullmatch(text):
        text = "-".join(match.groups())
    return clock.parse_date(text.split(" ")[0]) or clock.parse_date(text)
