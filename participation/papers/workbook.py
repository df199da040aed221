"""A paper as an Excel workbook: nothing in it can be taken for a formula or a link, and it prints on A4."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from kernel.tables.written_workbook import A4, OPTIONS, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from participation.papers.paper import Cell, Column, Paper

WIDTH_OF_A_SHARE, A_LINE, HEIGHT_OF_A_SEAL = 4, 18, 42


def _lines_of(row: Sequence[Cell], columns: Sequence[Column]) -> int:
    """Return how many lines the longest cell of a row takes in its column; a wide character is as wide as two others."""
    pairs = zip(row, columns, strict=True)
    return max((-(-width_of(str(cell)) // (column.width * WIDTH_OF_A_SHARE)) for cell, column in pairs), default=1) or 1


class _Sheet:
    """A sheet that is written from the top down."""

    def __init__(self, book: Any, paper: Paper) -> None:
        font = {"font_name": "Yu Gothic", "valign": "vcenter"}
        self.sheet, self.paper, self.row = book.add_worksheet(paper.title[:31]), paper, 0
        self.big = book.add_format({**font, "bold": True, "font_size": 16})
        self.bold, self.plain = book.add_format({**font, "bold": True}), book.add_format(font)
        self.right = book.add_format({**font, "align": "right"})
        self.heading = book.add_format({**font, "bold": True, "border": 1, "bg_color": "#E8EEF7", "text_wrap": True})
        self.cell = book.add_format({**font, "border": 1, "text_wrap": True})

    def write_stamps(self) -> None:
        """Write the boxes for seals, with room below each heading."""
        for place, heading in enumerate(self.paper.stamps):
            self.sheet.write_string(0, place, heading, self.heading)
            self.sheet.write_string(1, place, "", self.cell)
        if self.paper.stamps:
            self.sheet.set_row(1, HEIGHT_OF_A_SEAL)
            self.row = 3

    def write_head(self) -> None:
        """Write number, day, addressee and sender of a letter, the title, and the sentence that says what it is about."""
        head, last = self.paper.head, max(1, len(self.paper.columns) - 1)
        if head:
            for text, place, kind in (
                (head.number, last, self.right), (head.day, last, self.right), (head.to, 0, self.plain),
                (head.sender, last, self.right), ("", 0, self.plain),
            ):  # fmt: skip
                self._line(text, place, kind)
        self._line(self.paper.title, 0, self.big, then=1)
        if head:
            self._line(head.sentence, 0, self.plain, then=1)
            self._line("記", last // 2, self.plain, then=1)

    def _line(self, text: str, place: int, kind: Any, then: int = 0) -> None:
        self.sheet.write_string(self.row, place, text, kind)
        self.row += 1 + then

    def write_facts(self) -> None:
        """Write the facts, a line each: label and value in one cell, so that no narrow column cuts them."""
        for label, value in self.paper.facts:
            self.sheet.write_rich_string(self.row, 0, self.bold, label, self.plain, f"　{value or 'なし'}")
            self.row += 1
        self.row += bool(self.paper.facts)

    def write_table(self) -> None:
        """Write the table; its headings stand on each page, its rows are as high as their text."""
        columns = self.paper.columns
        for place, column in enumerate(columns):
            self.sheet.set_column(place, place, column.width * WIDTH_OF_A_SHARE)
            self.sheet.write_string(self.row, place, column.heading, self.heading)
        if columns:
            self.sheet.repeat_rows(self.row)
            self.row += 1
        for line in self.paper.rows:
            self.sheet.set_row(self.row, max(30 if self.paper.tall_rows else 0, A_LINE * _lines_of(line, columns)))
            for place, entry in enumerate(line):
                (self.sheet.write_number if isinstance(entry, int) else self.sheet.write_string)(
                    self.row, place, entry, self.cell
                )
            self.row += 1

    def write_end(self) -> None:
        """Write the closing lines and the boxes to write in."""
        for text in self.paper.lines:
            self.row += 1
            self.sheet.write_string(self.row, 0, text, self.plain)
        if self.paper.head:
            self.row += 1
            self._line("以上", max(1, len(self.paper.columns) - 1), self.right)
        for heading in self.paper.boxes:
            self.row += 2
            self.sheet.write_string(self.row, 0, heading, self.bold)
            self.sheet.merge_range(self.row + 1, 0, self.row + 6, 6, "", self.cell)
            self.row += 6


def as_xlsx(paper: Paper) -> bytes:
    """Return the paper as an XLSX file."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        sheet = _Sheet(book, paper)
        sheet.write_stamps()
        sheet.write_head()
        sheet.write_facts()
        sheet.write_table()
        sheet.write_end()
        sheet.sheet.set_paper(A4)
        if paper.is_wide:
            sheet.sheet.set_landscape()
        sheet.sheet.fit_to_pages(1, 0)
        sheet.sheet.set_footer("&C&P / &N")
    return stream.getvalue()
