"""A paper as an Excel workbook: nothing in it can be taken for a formula or a link, and it prints on A4."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from participation.papers.paper import Cell, Column, Paper

A4 = 9
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDTH_OF_A_SHARE, A_LINE = 4, 18


def _lines_of(row: Sequence[Cell], columns: Sequence[Column]) -> int:
    """Return how many lines the longest cell of a row takes in its column; a wide character is as wide as two others."""
    pairs = zip(row, columns, strict=True)
    return max((-(-_width(str(cell)) // (column.width * WIDTH_OF_A_SHARE)) for cell, column in pairs), default=1) or 1


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


def as_xlsx(paper: Paper) -> bytes:
    """Return the paper as an XLSX file."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        sheet = book.add_worksheet(paper.title[:31])
        font = {"font_name": "Yu Gothic", "valign": "vcenter"}
        big, bold = book.add_format({**font, "bold": True, "font_size": 16}), book.add_format({**font, "bold": True})
        plain = book.add_format(font)
        head = book.add_format({**font, "bold": True, "border": 1, "bg_color": "#E8EEF7", "text_wrap": True})
        cell = book.add_format({**font, "border": 1, "text_wrap": True})
        sheet.write_string(0, 0, paper.title, big)
        row = 2
        for label, value in paper.facts:
            sheet.write_string(row, 0, label, bold)
            sheet.write_string(row, 1, value, plain)
            row += 1
        row += bool(paper.facts)
        for place, column in enumerate(paper.columns):
            sheet.set_column(place, place, column.width * WIDTH_OF_A_SHARE)
            sheet.write_string(row, place, column.heading, head)
        if paper.columns:
            sheet.repeat_rows(row)
            row += 1
        for line in paper.rows:
            sheet.set_row(row, max(30 if paper.tall_rows else 0, A_LINE * _lines_of(line, paper.columns)))
            for place, entry in enumerate(line):
                (sheet.write_number if isinstance(entry, int) else sheet.write_string)(row, place, entry, cell)
            row += 1
        for text in paper.lines:
            row += 1
            sheet.write_string(row, 0, text, plain)
        for heading in paper.boxes:
            row += 2
            sheet.write_string(row, 0, heading, bold)
            sheet.merge_range(row + 1, 0, row + 6, 6, "", cell)
            row += 6
        sheet.set_paper(A4)
        if paper.is_wide:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P / &N")
    return stream.getvalue()
