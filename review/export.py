"""Export: what is on the participation page, as CSV for Excel (UTF-8 with BOM) and as XLSX."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import xlsxwriter

from kernel import clock

if TYPE_CHECKING:
    from review.summary import Summary
    from review.suppression import Figures

NOT_SHOWN = "非表示"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def table(summary: Summary) -> list[list[str | int | float]]:
    """Return heading row, one row for each line, and the total; a figure that is not shown says so."""
    first = summary.by.label.removesuffix("ごと")
    rows: list[list[str | int | float]] = [
        [
            first,
            "受講者（人）",
            "延べ受講（件）",
            "受講中（件）",
            "修了（件）",
            "修了率（%）",
            "前年度との差（ポイント）",
        ]
    ]
    for line in summary.all_lines:
        change = "" if line.change is None else round(100 * line.change, 1)
        rows.append([line.label, *_cells(line.figures), change])
    rows.append(["合計", "", *_cells(summary.total)[1:], ""])
    return rows


def _cells(figures: Figures) -> list[str | int | float]:
    numbers: list[str | int | float] = [
        NOT_SHOWN if number is None else number
        for number in (figures.people, figures.enrolled, figures.in_progress, figures.completed)
    ]
    return [
        *numbers,
        NOT_SHOWN if figures.rate is None and figures.enrolled != 0 else round(100 * (figures.rate or 0), 1),
    ]


def as_csv(summary: Summary) -> bytes:
    """Return the table as CSV: UTF-8 with BOM, lines end in CRLF, no cell can start a formula."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows([_safe(cell) for cell in row] for row in table(summary))
    return stream.getvalue().encode("utf-8-sig")


def _safe(cell: str | float) -> str | float:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def as_xlsx(summary: Summary) -> bytes:
    """Return the table as an Excel workbook; text is never taken for a formula or a link."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet("参加状況")
        bold = book.add_format({"bold": True, "bottom": 1})
        for number, row in enumerate(table(summary)):
            sheet.write_row(number, 0, row, bold if number == 0 else None)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 6, 16)
        sheet.set_footer(f"&L{clock.fiscal_year_label(summary.asked.fiscal_year)}&R&P / &N")
        sheet.repeat_rows(0)
    return stream.getvalue()
