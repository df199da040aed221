"""A table of an office: rows of a pasted text, a CSV file in any of its encodings, or a workbook."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import python_calamine

from kernel.errors import InvalidError
from kernel.text import decoded, folded, normalised

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_LINES = 2000


WORKBOOK = b"PK"


Line = tuple[int, list[str]]
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
    return "\n".join("\t".join(_cell(cell) for cell in row) for row in rows[: MOST_LINES + 1])


def _cell(cell: object) -> str:
    whole = isinstance(cell, float) and cell.is_integer()
    return f"{cell:.0f}" if whole else str(cell).replace("\t", " ").replace("\n", " ")


def lines_of(text: str, headings: Collection[str]) -> list[Line]:
    """Return the lines of a list without blank lines, and without a first line that bears one of the (folded) headings.

    Raises InvalidError where it is empty or too long.
    """
    delimiter = "\t" if "\t" in text else ","
    reader = csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter)
    lines: list[Line] = []
    try:
        for row in reader:
            cells = [normalised(cell) for cell in row if cell.strip()]
            is_heading = not lines and any(folded(cell) in headings for cell in cells)
            if cells and not is_heading:
                lines.append((reader.line_num, cells))
    except csv.Error as error:
        message = f"{reader.line_num}行目を読めません。一行に一人ずつ入力してください。"
        raise InvalidError(message, field="text") from error
    if not lines:
        message = "職員番号、メールアドレス、氏名のどれかを一行に一人ずつ入力してください。"
        raise InvalidError(message, field="text")
    if len(lines) > MOST_LINES:
        message = f"一度に読めるのは{MOST_LINES}人までです。"
        raise InvalidError(message, field="text")
    return lines
