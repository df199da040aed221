"""Figures from a file (職員数と人口の表): what a public table says of many organisations, line by line; their size classes follow.

Such tables are published by 総務省 (地方公共団体定員管理調査, 住民基本台帳に基づく人口) and by prefectures. Codes stand in them
with the check digit (six digits) or without it (five).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import InvalidError
from kernel.spelling import folded
from kernel.tables.office_table import MOST_ROWS, delimiter_of, rows_of
from kernel.text import normalised, number_in

from people import audit
from people.act import Act
from people.models import Organisation
from people.organisation import CorrectFigures, check_digit, correct_figures, figures_of, size_class_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from people.models import SizeClass
    from people.permission import Actor

HEADINGS = {
    "code": "団体コード 市区町村コード 都道府県コード又は市区町村コード コード code",
    "prefecture": "都道府県 都道府県名 prefecture",
    "name": "団体名 市区町村名 市区町村 名称 name",
    "staff": "職員数 総職員数 職員数合計 staff_count",
    "population": "人口 総人口 人口総数 住民基本台帳人口 population",
}
_COLUMNS = {folded(heading): column for column, headings in HEADINGS.items() for heading in headings.split()}
LARGEST = 100_000_001
LENGTHS = (5, 6)
NO_HEADING = "見出しの行が見つかりません。一行目に「団体コード」（または「団体名」）と、「職員数」か「人口」の見出しがある表にしてください。"


@dataclass(frozen=True)
class FiguresLine:
    """A line of the table: which organisation it means, what its figures become, and whether that changes anything."""

    number: int
    text: str
    organisation: Organisation | None
    staff_count: int | None
    population: int | None
    told: str

    @property
    def is_good(self) -> bool:
        """Tell whether figures are entered by it."""
        return self.organisation is not None and not self.told

    @property
    def size_class(self) -> SizeClass | None:
        """Return the size class that follows."""
        return size_class_of(self.organisation.kind, self.staff_count, self.population) if self.organisation else None

    @property
    def changes_class(self) -> bool:
        """Tell whether the size class becomes another one."""
        return self.organisation is not None and self.size_class is not self.organisation.size_class


def read(text: str) -> list[FiguresLine]:
    """Return what each line of a table says. Raises InvalidError where it has no heading, is empty or too long."""
    rows = [
        (number, [normalised(cell) for cell in row])
        for number, row in rows_of(text, delimiter_of(text))
        if any(cell.strip() for cell in row)
    ]
    heading = next((place for place, (_number, cells) in enumerate(rows) if _is_heading(cells)), None)
    if heading is None or len(rows) == heading + 1:
        raise InvalidError(NO_HEADING, field="text")
    if len(rows) > MOST_ROWS:
        message = f"一度に読めるのは{MOST_ROWS}行までです（この表は{len(rows)}行）。都道府県ごとなどに分けてください。"
        raise InvalidError(message, field="text")
    columns = [_COLUMNS.get(_heading(cell)) for cell in rows[heading][1]]
    known = _Known()
    lines = [
        (number, dict(_said(columns, cells)), " ".join(filter(None, cells))) for number, cells in rows[heading + 1 :]
    ]
    digits = _digits_of([said.get("code", "") for _number, said, _text in lines])
    return [_line(number, said, text, known.meant(said, digits)) for number, said, text in lines]


def _heading(cell: str) -> str:
    """Return a heading without its unit: 「人口（人）」."""
    return folded(re.sub(r"\(.*\)", "", cell))


def _is_heading(cells: Sequence[str]) -> bool:
    found = {_COLUMNS.get(_heading(cell)) for cell in cells}
    return bool(found & {"code", "name"}) and bool(found & {"staff", "population"})


def _said(columns: Sequence[str | None], cells: Sequence[str]) -> list[tuple[str, str]]:
    return [(column, cell) for column, cell in zip(columns, cells, strict=False) if column and cell]


class _Known:
    """The organisations by code and by name."""

    def __init__(self) -> None:
        self.by_code: dict[str, Organisation] = {}
        self.by_name: dict[str, list[Organisation]] = {}
        for row in db.session.scalars(sa.select(Organisation)):
            if row.code:
                self.by_code[row.code] = row
            for name in {row.name, f"{row.prefecture or ''}{row.name}"}:
                self.by_name.setdefault(folded(name), []).append(row)

    def meant(self, said: Mapping[str, str], digits: int) -> list[Organisation]:
        """Return whom a line means: by its code, which must agree with what else it says, else by prefecture and name."""
        if not (code := said.get("code")):
            return self._named(said)
        found = self._coded(code.zfill(digits))
        agree = found and all(said.get(column, "") in {"", *names} for column, names in _names_of(found).items())
        return [found] if found and agree else []

    def _coded(self, code: str) -> Organisation | None:
        if not (code.isascii() and code.isdigit() and len(code) in LENGTHS):
            return None
        whole = code[:5] + check_digit(code[:5])
        return self.by_code.get(whole) if code in {whole, whole[:5]} else None

    def _named(self, said: Mapping[str, str]) -> list[Organisation]:
        name = said.get("name", "")
        return self.by_name.get(folded(f"{said.get('prefecture', '')}{name}"), []) or self.by_name.get(folded(name), [])


def _names_of(row: Organisation) -> dict[str, set[str]]:
    """Return how a table may call an organisation and its prefecture."""
    prefecture = row.prefecture or ""
    return {"name": {row.name, f"{prefecture}{row.name}"}, "prefecture": {prefecture}}


def _digits_of(codes: Sequence[str]) -> int:
    """Return how many digits the codes of a table have: six as soon as one has; a table program has taken zeros off at their beginning."""
    return max((len(code) for code in codes if code.isdigit()), default=LENGTHS[-1])


def _line(number: int, said: Mapping[str, str], text: str, meant: Sequence[Organisation]) -> FiguresLine:
    figures = [_figure(said.get(name, "")) for name in ("staff", "population")]
    if len(meant) != 1:
        told = (
            "団体が見つからないか、団体コードと団体名が合いません"
            if not meant
            else "同じ名前の団体が複数あります。団体コードを並べてください"
        )
        return FiguresLine(number, text, None, None, None, told)
    row = meant[0]
    if figures == [None, None]:
        return FiguresLine(number, text, row, row.staff_count, row.population, "職員数も人口も読み取れません")
    staff, population = (
        new if new is not None else old for new, old in zip(figures, (row.staff_count, row.population), strict=True)
    )
    told = "" if (staff, population) != (row.staff_count, row.population) else "いまの数と同じです"
    return FiguresLine(number, text, row, staff, population, told)


def _figure(text: str) -> int | None:
    return number_in(re.sub(r"[,\s人]", "", text), LARGEST)


def enter(actor: Actor, text: str, year: int) -> list[FiguresLine]:
    """Enter what a table says of a year; return what became of each line. Raises InvalidError as `read` does."""
    lines = read(text)
    for line in lines:
        if line.is_good and line.organisation:
            row, before = line.organisation, figures_of(line.organisation)
            correct_figures(row, CorrectFigures(line.staff_count, line.population, row.signed_by, year))
            change = audit.Change(before, figures_of(row))
            audit.record(actor, Act.FIGURES_CORRECTED, row.name, organisation_id=row.id, change=change)
    return lines
