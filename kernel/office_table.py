"""A table of an office: rows of a pasted text, a CSV file in any of its encodings, or a workbook.

No row is ever dropped without a word: what is too long is refused with its number, what is hidden in a workbook is said.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import python_calamine
from defusedxml.ElementTree import iterparse

from kernel.errors import InvalidError
from kernel.text import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ROWS = 2000
MOST_ROWS_OF_A_FILE = 20_000
LARGEST_SHEET = 100_000_000

WORKBOOK = b"PK"


Row = tuple[int, list[str]]
"""The number of a row, as a table program counts them, and its cells."""


@dataclass(frozen=True)
class FileText:
    """The text of a file, and what whoever sent it is to know of what was not read."""

    text: str
    left_out: tuple[str, ...] = ()


def text_of_file(content: bytes) -> FileText:
    """Return the text of an uploaded file; of a workbook, the first sheet that is not hidden as tab-separated lines.

    Raises InvalidError where it is none that can be read.
    """
    if content.startswith(WORKBOOK):
        return _text_of_workbook(content)
    try:
        return FileText(decoded(content))
    except UnicodeDecodeError as error:
        message = "ファイルの文字コードが分かりません。ExcelからCSV形式で保存し直してください。"
        raise InvalidError(message, field="file") from error


def _text_of_workbook(content: bytes) -> FileText:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        seen = [sheet for sheet in book.sheets_metadata if sheet.visible is python_calamine.SheetVisibleEnum.Visible]
        rows = book.get_sheet_by_name(seen[0].name).to_python(skip_empty_area=False)
        hidden_rows = _hidden_rows(content, seen[0].name)
    except Exception as error:
        message = "Excelのファイルを読めません。パスワードを外して保存し直すか、CSV形式で保存してください。"
        raise InvalidError(message, field="file") from error
    if len(rows) > MOST_ROWS_OF_A_FILE:
        message = f"読めるのは{MOST_ROWS_OF_A_FILE}行までです(このシートは{len(rows)}行)。分けて保存してください。"
        raise InvalidError(message, field="file")
    left_out = []
    if len(seen) > 1:
        left_out.append(f"シート「{seen[0].name}」だけを読みました(ほかに{len(seen) - 1}枚あります)。")
    if hidden := len(book.sheet_names) - len(seen):
        left_out.append(f"非表示のシート{hidden}枚は読んでいません。")
    if hidden_rows:
        left_out.append(
            f"非表示の{len(hidden_rows)}行は読んでいません。要る場合は、Excelで再表示して保存し直してください。"
        )
    lines = ("" if number in hidden_rows else "\t".join(map(_cell, row)) for number, row in enumerate(rows, 1))
    return FileText("\n".join(lines), tuple(left_out))


def _cell(cell: object) -> str:
    whole = isinstance(cell, float) and cell.is_integer()
    text = f"{cell:.0f}" if whole else re.sub(r"[\t\r\n]+", " ", str(cell))
    return '"' + text.replace('"', '""') + '"' if '"' in text else text


def _hidden_rows(content: bytes, sheet: str) -> set[int]:
    """Return the numbers of the rows of a sheet that are hidden, by hand or by a filter (ECMA-376, 18.3.1.73 row)."""
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


def delimiter_of(text: str) -> str:
    """Return what stands between the cells of a row: the tab that pasted cells have, the comma of a CSV file, or a semicolon."""
    return "\t" if "\t" in text else "," if "," in text or ";" not in text else ";"


def rows_of(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows of a table with their numbers; a cell may hold several lines.

    Raises InvalidError, naming the row, where a row cannot be read or a quotation mark that was not closed swallows
    the rows after it.
    """
    lines = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    reader, number, usual = csv.reader(io.StringIO(lines, newline="\n"), delimiter=delimiter, strict=True), 0, 0
    try:
        for number, row in enumerate(reader, 1):
            usual = usual or len(row) - 1
            if usual and any(line.count(delimiter) >= usual for cell in row for line in cell.split("\n")[1:]):
                raise _unreadable(number)
            yield number, row
    except csv.Error as error:
        raise _unreadable(number + 1) from error


def _unreadable(number: int) -> InvalidError:
    message = (
        f'{number}行目を読めません。引用符(")が閉じていないか、余分にあります。直してから、もう一度お試しください。'
    )
    return InvalidError(message, field="text")
