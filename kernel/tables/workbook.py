"""A workbook (XLSX, XLS, XLSB, ODS), read by a process of its own: a file that breaks the reader breaks nobody's page.

The reader allocates what a file says to hold and ends its process where that is too much; so it runs as
`python -m kernel.tables.workbook`, with a limit of memory and of time, and prints what it found as JSON. Each worker
has one such process at a time, which gives way to whoever asks for a page.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import threading
import zipfile
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import python_calamine
from defusedxml.ElementTree import iterparse

from kernel.errors import InvalidError
from kernel.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_ROWS = 20_000
MOST_MEMORY = 1024**3
MOST_SECONDS = 10
LARGEST_SHEET = 100_000_000
UNREADABLE = 3
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Workbook:
    """The first sheet that is not hidden: its rows as text (at most `MOST_ROWS` of `height`), the numbers of those hidden.

    `others` and `hidden` say how many sheets beside it were not read.
    """

    sheet: str
    rows: list[list[str]]
    height: int
    hidden_rows: list[int]
    others: int
    hidden: int


def opened(content: bytes) -> Workbook:
    """Return what a workbook holds. Raises InvalidError where it cannot be read, or takes more memory or time than there is."""
    try:
        with _one_at_a_time:
            done = subprocess.run(  # noqa: S603 - our own module
                ["/usr/bin/nice", sys.executable, "-m", __name__], cwd=ROOT, env={}, input=content, capture_output=True,
                check=False, timeout=3 * MOST_SECONDS,
            )  # fmt: skip
        status = done.returncode
    except subprocess.TimeoutExpired:
        status = None
    if status == 0:
        return Workbook(**json.loads(done.stdout))
    message = "表が大きすぎて読めません。使っていない行と列を削除して保存し直すか、CSV形式で保存してください。"
    if status == UNREADABLE:
        message = "Excelのファイルを読めません。パスワードを外して保存し直すか、CSV形式で保存してください。"
    raise InvalidError(message, field="file")


def read(content: bytes) -> Workbook:
    """Read a workbook in this process; empty rows at the end are none."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    seen = [sheet for sheet in book.sheets_metadata if sheet.visible is python_calamine.SheetVisibleEnum.Visible]
    sheet = book.get_sheet_by_name(seen[0].name)
    rows = sheet.to_python(skip_empty_area=False)
    _fill_merged(rows, sheet.merged_cell_ranges or [])
    while rows and not any(str(cell).strip() for cell in rows[-1]):
        rows.pop()
    return Workbook(
        sheet=seen[0].name,
        rows=[[_text(cell) for cell in row] for row in rows[:MOST_ROWS]],
        height=len(rows),
        hidden_rows=sorted(_hidden_rows(content, seen[0].name)),
        others=len(seen) - 1,
        hidden=len(book.sheet_names) - len(seen),
    )


def _fill_merged(rows: list[list[Any]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Let what stands in cells of one column that were merged stand in each row that they span: that is how it is read."""
    for (first, column), (last, last_column) in ranges:
        if column == last_column and first < len(rows) and column < len(rows[first]):
            for row in rows[first + 1 : last + 1]:
                row[column] = rows[first][column]


def _text(cell: object) -> str:
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell)


def _hidden_rows(content: bytes, sheet: str) -> set[int]:
    """Return the numbers of the rows of a sheet that are hidden, by hand or by a filter (ECMA-376, 18.3.1.73 row)."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return set()  # XLS
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        target = _part_of_sheet(book, sheet)
        if target is None or book.getinfo(target).file_size > LARGEST_SHEET:
            return set()
        hidden = set()
        with book.open(target) as part:
            for _event, element in iterparse(part):
                if element.tag.endswith("}row") and element.get("hidden") in {"1", "true"}:
                    hidden.add(int(element.get("r", "0")))
                if element.tag.endswith("}row"):
                    element.clear()
        return hidden


def _part_of_sheet(book: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the part of the file in which a sheet stands; None where the file names it in another way."""
    names = set(book.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    id_ = None
    for _event, element in iterparse(book.open("xl/workbook.xml")):
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            id_ = next((value for name, value in element.attrib.items() if name.endswith("}id")), None)
    for _event, element in iterparse(book.open("xl/_rels/workbook.xml.rels")):
        if element.tag.endswith("}Relationship") and element.get("Id") == id_:
            target = element.get("Target", "").removeprefix("/xl/")
            return f"xl/{target}" if f"xl/{target}" in names else None
    return None


def main() -> None:
    """Read the workbook on the standard input and print it; end with `UNREADABLE` where it is none."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        found = read(sys.stdin.buffer.read())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the border to parsers of others
        sys.exit(UNREADABLE)
    json.dump(asdict(found), sys.stdout)


if __name__ == "__main__":
    main()
