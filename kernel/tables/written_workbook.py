"""A table as an Excel workbook to be changed and sent back: a heading that stays, every cell a text, nothing taken for a formula or a link."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
USUAL_WIDTH, A4 = 18, 9


def width_of(text: str) -> int:
    """Return how wide words are in a sheet, in characters; a wide one is as wide as two others."""
    return sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in text)


def as_workbook(table: Sequence[Sequence[str]], title: str) -> bytes:
    """Return headings and rows as a workbook of one sheet; a number with zeros before it keeps them."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        sheet = book.add_worksheet(title[:31])
        as_text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        sheet.set_column(0, max(len(table[0]) - 1, 0), USUAL_WIDTH, as_text)
        for row, cells in enumerate(table):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell, as_text if row else bold)
        sheet.freeze_panes(1, 0)
    return stream.getvalue()
