"""Export: what is on the participation page, as CSV for Excel (UTF-8 with BOM) and as XLSX."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xlsxwriter

from kernel import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from review.behind import Row
    from review.months import Months
    from review.reach import Reached
    from review.summary import Summary
    from review.suppression import Figures

Cell = str | int | float

NOT_SHOWN = "非表示"
A4, HEADING, SHARES = 9, 4, 5
MEANINGS = (
    "受講者：この年度に受講した人の数（同じ人は一度だけ数えます）。",
    "延べ受講：受講の件数（取りやめたものを除きます）。受講中：始めて、まだ終えていない件数。修了：修了した件数。",
    "修了率：修了÷延べ受講。前年度との差は、終わった年度どうしで、受講者が5人以上のときに比べます。",
)
"""What the words of the table mean, as the page and the workbook say it."""


def table(summary: Summary) -> list[list[Cell]]:
    """Return heading row, one row for each line, and the total; a figure that is not shown says so."""
    first = summary.by.label.removesuffix("ごと")
    rows: list[list[Cell]] = [
        [
            first,
            "受講者（人）",
            "延べ受講（件）",
            "受講中（件）",
            "修了（件）",
            "修了率（%）",
            *(["前年度との差（ポイント）"] if summary.is_over else []),
        ]
    ]
    last: list[Cell] = [""] if summary.is_over else []
    for line in summary.all_lines:
        change = "" if line.change is None else round(100 * line.change, 1)
        rows.append([line.label, *_cells(line.figures), *([change] if summary.is_over else [])])
    if summary.hidden_together:
        count, together = summary.hidden_together
        rows.append([f"5人未満などの{count}{summary.by.unit}（合わせて）", "", *_cells(together)[1:], *last])
    rows.append(["合計", "", *_cells(summary.total)[1:], *last])
    return rows


def _cells(figures: Figures) -> list[Cell]:
    numbers: list[Cell] = [
        NOT_SHOWN if number is None else number
        for number in (figures.people, figures.enrolled, figures.in_progress, figures.completed)
    ]
    return [
        *numbers,
        NOT_SHOWN if figures.rate is None and figures.enrolled != 0 else round(100 * (figures.rate or 0), 1),
    ]


MEANINGS_OF_REACH = (
    "職員：いま登録している職員の数。受講した人：この年度に一つでも受講した人の数（取りやめたものを除きます）。",
    "修了した人：受講した人のうち、この年度に一つでも修了した人の数。集まる講座は、最後の会の日に修了とします。",
    "受講率：受講した人÷職員。修了率：修了した人÷職員。部署の数は、その下の部署を含みます。",
)
MEANINGS_OF_MONTHS = (
    "受講：その月に申し込んだ講座の件数。修了：その月に修了した講座の件数。集まる講座は、最後の会の日に修了とします。",
    "修了した人の累計：四月からその月の終わりまで（今月は今日まで）に、一つでも修了した人の数。前年は、同じ日までの数です。",
    "目標：年度の目標を十二で割って、月ごとに足したものです。",
)


@dataclass(frozen=True)
class Annex:
    """An annex to a report: title, whose it is, a table (heading row first), what its words mean; from some column on, its numbers are shares."""

    title: str
    whose: str
    year: int
    table: list[list[Cell]]
    meanings: tuple[str, ...]
    shares_from: int


def of_summary(summary: Summary, whose: str) -> Annex:
    """Return the participation as an annex."""
    year = clock.fiscal_year_label(summary.asked.fiscal_year)
    title = f"研修の参加状況（{year}、{summary.by.label}）"
    return Annex(title, whose, summary.asked.fiscal_year, table(summary), MEANINGS, SHARES)


def of_sections(rows: Sequence[Reached], year: int, whose: str) -> Annex:
    """Return the reach by section as an annex, all of it last."""
    whole, *sections = rows
    head: list[Cell] = ["部署", "職員（人）", "受講した人（人）", "修了した人（人）", "受講率（%）", "修了率（%）"]
    lines: list[list[Cell]] = [
        [row.label or "全体", row.staff, row.took, row.finished, round(row.share_took, 1), round(row.share_finished, 1)]
        for row in (*sections, whole)
    ]
    title = f"研修の受講率と修了率（{clock.fiscal_year_label(year)}、部署ごと）"
    return Annex(title, whose, year, [head, *lines], MEANINGS_OF_REACH, 4)


def of_months(found: Months, whose: str) -> Annex:
    """Return the months as an annex."""
    head: list[Cell] = [
        "月",
        "受講（件）",
        "修了（件）",
        "修了した人の累計（人）",
        "前年の累計（人）",
        "目標の累計（人）",
    ]
    lines: list[list[Cell]] = [
        [
            month.label,
            month.taken,
            month.finished,
            month.people,
            month.people_before,
            "" if month.aim is None else round(month.aim),
        ]
        for month in found.months
    ]
    title = f"研修の月ごとの進み方（{clock.fiscal_year_label(found.year)}）"
    return Annex(title, whose, found.year, [head, *lines], MEANINGS_OF_MONTHS, len(head))


def table_of_enrolments(rows: Sequence[Row]) -> list[list[Cell]]:
    """Return the enrolments behind a figure as a table, heading row first."""
    head: list[Cell] = ["部署", "氏名", "講座", "状況", "申込日", "修了日"]
    lines: list[list[Cell]] = [
        [row.section, row.name, row.title, row.state.label, _day(row.enrolled_at), _day(row.completed_at)]
        for row in rows
    ]
    return [head, *lines]


def _day(moment: dt.datetime | None) -> str:
    return f"{clock.local(moment):%Y/%m/%d}" if moment else ""


def as_xlsx(annex: Annex) -> bytes:
    """Return an annex as a workbook: title, whose and of when, the table, what the words mean, one landscape A4 wide.

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
        sheet.write_string(0, 0, annex.title, title)
        sheet.write_string(1, 0, annex.whose, plain)
        sheet.write_string(2, 0, f"{clock.date_label(clock.today())}現在", plain)
        first, *lines = annex.table
        sheet.write_row(HEADING, 0, first, head)
        sheet.set_row(HEADING, 32)
        for place, row in enumerate(lines, HEADING + 1):
            for column, cell in enumerate(row):
                kind = text if isinstance(cell, str) else share if column >= annex.shares_from else number
                sheet.write(place, column, cell, kind)
        for place, meaning in enumerate(annex.meanings, HEADING + len(lines) + 2):
            sheet.write_string(place, 0, meaning, plain)
        sheet.freeze_panes(HEADING + 1, 1)
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 6, 14)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{clock.fiscal_year_label(annex.year)}&R&P / &N")
        sheet.repeat_rows(HEADING)
    return stream.getvalue()
