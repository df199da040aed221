"""A worksheet (ワークシート) as an Excel workbook: a table to be written into, by hand on A4 or on the screen."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.utility import xl_range

from kernel.spelling import typed_number
from kernel.tables.written_workbook import A4, OPTIONS, width_of

from courses.kits.leaf import before_table, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS, HEIGHT, A_LINE = 14, 30, 20
WIDTH, NARROWEST, WIDEST = 120, 10, 60
HIGHEST = 400
"""Points that a row may be high; Excel takes 409."""
TOTAL, ADDED_UP = "合計", "＝"
"""A last row that begins so adds up the columns in which it says ＝, but for the rows of the example."""
EXAMPLE = "（例）"


def as_workbook(title: str, text: str) -> bytes:
    """Return the worksheet that a text describes: what stands before its table, the table, and empty rows below it until a page of A4 is full."""
    headings, rows = table_of(text)
    total = rows[-1] if rows and rows[-1][0] == TOTAL else None
    filled = rows[:-1] if total else rows
    empty = max(ROWS - len(filled), 0)
    examples = sum(row[0].startswith(EXAMPLE) for row in filled)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        font = {"font_name": "Yu Gothic", "valign": "vcenter", "text_wrap": True}
        big = book.add_format({**font, "bold": True, "font_size": 16, "text_wrap": False})
        plain = book.add_format(font)
        heading = book.add_format({**font, "bold": True, "border": 1, "bg_color": "#E8EEF7"})
        cell = book.add_format({**font, "border": 1})
        sheet = book.add_worksheet("ワークシート")
        sheet.write_string(0, 0, title, big)
        at = 1
        for line in before_table(text).split("\n"):
            if len(headings) > 1:
                sheet.merge_range(at, 0, at, len(headings) - 1, line, plain)
            else:
                sheet.write_string(at, 0, line, plain)
            sheet.set_row(at, _height(-(-width_of(line) // WIDTH)))
            at += 1
        widths = _widths(headings, filled)
        for place, (words, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(at, place, words, heading)
        sheet.set_row(at, _height(_lines(headings, widths)))
        sheet.repeat_rows(at)
        first = at + 1
        for row in [*filled, *([""] * len(headings) for _row in range(empty))]:
            at += 1
            sheet.set_row(at, max(HEIGHT, _height(_lines(row, widths))))
            for place, words in enumerate(row):
                number = _number(words)
                if number is None:
                    sheet.write_string(at, place, words, cell)
                else:
                    sheet.write_number(at, place, number, cell)
        if total:
            for place, words in enumerate(total):
                if words == ADDED_UP:
                    cells = xl_range(first + examples, place, at, place)
                    added = sum(_number(row[place]) or 0 for row in filled[examples:])
                    sheet.write_formula(at + 1, place, f"=SUM({cells})", heading, added)
                else:
                    sheet.write_string(at + 1, place, words, heading)
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P / &N")
    return stream.getvalue()


def _number(words: str) -> float | None:
    """Return the number that a cell says, None for words, and for what only looks like one (0012)."""
    number = None if words.startswith("0") and words != "0" else typed_number(words)
    return None if number is None else float(number)


def _height(lines: int) -> int:
    return min(A_LINE * max(lines, 1), HIGHEST)


def _lines(row: Sequence[str], widths: Sequence[int]) -> int:
    """Return how many lines the longest cell of a row takes in its column; at least one."""
    return max(1, *(-(-width_of(words) // max(width - 1, 1)) for words, width in zip(row, widths, strict=True)))


def _widths(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the widths of the columns by their longest words, together as wide as the sheet."""
    longest = [max(map(width_of, column)) for column in zip(headings, *rows, strict=True)]
    room = [min(max(width, NARROWEST), WIDEST) for width in longest]
    return [round(width * WIDTH / sum(room)) for width in room]
