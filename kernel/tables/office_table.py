"""A table of an office: rows of a pasted text, a CSV file in any of its encodings, or a workbook.

No row is ever dropped without a word: what is too long is refused with its number, what is hidden in a workbook is said.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel.errors import InvalidError
from kernel.tables import workbook
from kernel.text import decoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_ROWS = 2000
LONGEST_CELL = 10_000
MOST_ROWS_OF_A_FILE = workbook.MOST_ROWS

WORKBOOK = (b"PK", b"\xd0\xcf\x11\xe0")
"""How a workbook begins: as a ZIP (XLSX, ODS), or as a compound file (XLS)."""


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
    book = workbook.opened(content)
    if book.height > MOST_ROWS_OF_A_FILE:
        message = f"読めるのは{MOST_ROWS_OF_A_FILE}行までです(このシートは{book.height}行)。分けて保存してください。"
        raise InvalidError(message, field="file")
    left_out = []
    if book.others:
        left_out.append(f"シート「{book.sheet}」だけを読みました(ほかに{book.others}枚あります)。")
    if book.hidden:
        left_out.append(f"非表示のシート{book.hidden}枚は読んでいません。")
    if book.hidden_rows:
        left_out.append(
            f"非表示の{len(book.hidden_rows)}行は読んでいません。要る場合は、Excelで再表示して保存し直してください。"
        )
    lines = (
        "" if number in book.hidden_rows else "\t".join(map(_cell, row)) for number, row in enumerate(book.rows, 1)
    )
    return FileText("\n".join(lines), tuple(left_out))


def _cell(cell: str) -> str:
    text = re.sub(r"[\t\r\n]+", " ", cell)
    return '"' + text.replace('"', '""') + '"' if '"' in text else text


def delimiter_of(text: str) -> str:
    """Return what stands between the cells of a row: the tab that pasted cells have, the comma of a CSV file, or a semicolon."""
    return "\t" if "\t" in text else "," if "," in text or ";" not in text else ";"


def rows_of(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows of a table with their numbers; a cell may hold several lines.

    Raises InvalidError, naming the row, where a row cannot be read or a quotation mark that was not closed swallows
    the rows after it.
    """
    lines = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return rows_in(io.StringIO(lines, newline="\n"), delimiter)


def rows_in(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield the rows of a table that is read line by line, each with the line end. Raises as `rows_of` does."""
    reader, number, usual = csv.reader(lines, delimiter=delimiter, strict=True), 0, 0
    try:
        for number, row in enumerate(reader, 1):
            if max(map(len, row), default=0) > LONGEST_CELL:
                message = (
                    f"{number}行目に、{LONGEST_CELL:,}文字を超える欄があります。名簿や表のファイルか確かめてください。"
                )
                raise InvalidError(message, field="text")
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
