"""A list of people, pasted or as a file (CSV in UTF-8 or CP932, or an Excel workbook), and whom each line means."""

from __future__ import annotations

import csv
import io

import python_calamine
import sqlalchemy as sa

from kernel.database import db
from kernel.errors import InvalidError
from kernel.text import decoded, folded, normalised
from kernel.vocabulary import Term

from people.models import Membership, Organisation, Staff
from people.staff import is_current

from participation.enrolment import Entrant

MOST_LINES = 2000
WORKBOOK = b"PK"
HEADINGS = frozenset(map(folded, ("職員番号", "メールアドレス", "氏名", "番号", "メール", "名前", "Email")))


class Unclear(Term):
    """Why a line means nobody."""

    UNKNOWN = "unknown", "自団体の職員に見つかりません"
    SEVERAL = "several", "同じ氏名の職員が複数います"
    DIFFERENT = "different", "一行に別々の職員が書かれています"


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


def lines_of(text: str) -> list[Line]:
    """Return the lines of a list without heading and blank lines. Raises InvalidError where it is empty or too long."""
    delimiter = "\t" if "\t" in text else ","
    reader = csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter)
    lines: list[Line] = []
    try:
        for row in reader:
            cells = [normalised(cell) for cell in row if cell.strip()]
            is_heading = not lines and any(folded(cell) in HEADINGS for cell in cells)
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


def staff_by_key(whose: sa.ColumnElement[bool]) -> dict[str, list[Entrant]]:
    """Return the staff of some organisations by staff number, e-mail address and name."""
    by_key: dict[str, list[Entrant]] = {}
    rows = db.session.execute(
        sa.select(
            Staff.id, Staff.name, Staff.email, Membership.staff_number, Membership.organisation_id,
            Organisation.size_class,
        )
        .join(Membership, Membership.staff_id == Staff.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(is_current(), whose)
    )  # fmt: skip
    for row in rows:
        person = Entrant(row.id, row.name, row.organisation_id, row.size_class)
        for key in {folded(text) for text in (row.staff_number, row.email, row.name) if text}:
            by_key.setdefault(key, []).append(person)
    return by_key


def meant(cells: list[str], by_key: dict[str, list[Entrant]]) -> Entrant | Unclear:
    """Return whom the cells of a line mean together, or why they mean nobody.

    A name that several bear is settled by a number beside it; cells that mean different people mean nobody.
    """
    found = [by_key[key] for cell in cells if (key := folded(cell)) in by_key]
    if not found:
        return Unclear.UNKNOWN
    common = set.intersection(*({person.staff_id for person in people} for people in found))
    if not common:
        return Unclear.DIFFERENT
    people = [person for person in found[0] if person.staff_id in common]
    return people[0] if len(people) == 1 else Unclear.SEVERAL
