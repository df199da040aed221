"""A table of an office: rows of a pasted text, a CSV file in any of its encodings, or a workbook."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import python_calamine

from kernel.errors import InvalidError
from kernel.text import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ROWS = 2000


WORKBOOK = b"PK"


Row = tuple[int, list[str]]
"""The number of a line and its cells."""


def text_of_file(content: bytes) -> str:
    """Return the text of an uploaded file, a workbook's first sheet as tab-separated lines.

    Raises InvalidError where it is none that can be read.
    """
    if content.startswith(WORKBOOK):
        return _text_of_workbook(content)
    try:
        return decoded(content)
    except UnicodeDecodeError as error:
        message = "ファイルの文字コードが分かりません。ExcelからCSV形式で保存し直してください。"
        raise InvalidError(message, field="file") from error


def _text_of_workbook(content: bytes) -> str:
    try:
        rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    except Exception as error:
        message = "Excelのファイルを読めません。パスワードを外して保存し直すか、CSV形式で保存してください。"
        raise InvalidError(message, field="file") from error
    return "\n".join("\t".join(_cell(cell) for cell in row) for row in rows[: MOST_ROWS + 1])


def _cell(cell: object) -> str:
    whole = isinstance(cell, float) and cell.is_integer()
    return f"{cell:.0f}" if whole else str(cell).replace("\t", " ").replace("\n", " ")


def delimiter_of(text: str) -> str:
    """Return what stands between the cells of a row: the tab that pasted cells have, or the comma of a CSV file."""
    return "\t" if "\t" in text else ","


def rows_of(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows of a table with the number of the line at which each ends.

    Raises InvalidError where a row cannot be read.
    """
    reader = csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        message = f"{reader.line_num}行目を読めません。一行に一人ずつ入力してください。"
        raise InvalidError(message, field="text") from error
