"""Export: what is on the participation page, as CSV for Excel (UTF-8 with BOM) and as XLSX."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import xlsxwriter

from kernel import clock

if TYPE_CHECKING:
    from review.summary import Summary
    from review.suppression import Figures

NOT_SHOWN = "非表示"
A4, HEADING, SHARES = 9, 4, 5
MEANINGS = (
    "受講者：この年度に受講した人の数（同じ人は一度だけ数えます）。",
    "延べ受講：受講の件数（取りやめたものを除きます）。受講中：始めて、まだ終えていない件数。修了：修了した件数。",
    "修了率：修了÷延べ受講。前年度との差は、前年度全体の修了率と比べています。",
)
"""What the words of the table mean, as the page and the workbook say it."""


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
    if summary.hidden_together:
        count, together = summary.hidden_together
        rows.append([f"5人未満などの{count}{summary.by.unit}（合わせて）", "", *_cells(together)[1:], ""])
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


def as_xlsx(summary: Summary, whose: str) -> bytes:
    """Return the table as an annex to a report: title, whose and of when, what the words mean, one landscape A4 wide.

    Text is never taken for a formula or a link.
    """
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet("参加状況")
        font = {"font_name": "Yu Gothic", "valign": "vcenter"}
        title, plain = book.add_format({**font, "bold": True, "font_size": 16}), book.add_format(font)
        head = book.add_format({**font, "bold": True, "border": 1, "text_wrap": True, "align": "center"})
        text, number = book.add_format({**font, "border": 1, "text_wrap": True}), book.add_format({**font, "border": 1})
        share = book.add_format({**font, "border": 1, "num_format": "0.0"})
        year = clock.fiscal_year_label(summary.asked.fiscal_year)
        sheet.write_string(0, 0, f"研修の参加状況（{year}、{summary.by.label}）", title)
        sheet.write_string(1, 0, whose, plain)
        sheet.write_string(2, 0, f"{clock.date_label(clock.today())}現在", plain)
        first, *lines = table(summary)
        sheet.write_row(HEADING, 0, first, head)
        sheet.set_row(HEADING, 32)
        for place, row in enumerate(lines, HEADING + 1):
            for column, cell in enumerate(row):
                kind = text if isinstance(cell, str) else share if column >= SHARES else number
                sheet.write(place, column, cell, kind)
        for place, meaning in enumerate(MEANINGS, HEADING + len(lines) + 2):
            sheet.write_string(place, 0, meaning, plain)
        sheet.freeze_panes(HEADING + 1, 1)
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 6, 14)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{year}&R&P / &N")
        sheet.repeat_rows(HEADING)
    return stream.getvalue()
