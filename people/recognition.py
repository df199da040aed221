"""Recognition: whom of the staff a line of a list means.

A column says what a cell is, and all that a line says must agree: a number beside a name that is another's, or nobody's,
means nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import InvalidError
from kernel.spelling import folded, folded_number, plain_address
from kernel.tables.office_table import MOST_ROWS, delimiter_of, rows_of
from kernel.text import normalised
from kernel.vocabulary import Term

from people.membership import Member, is_current
from people.models import Membership, Organisation, Staff

if TYPE_CHECKING:
    from collections.abc import Sequence


class Column(Term):
    """What a column of a list says of a person."""

    NUMBER = "number", "職員番号"
    EMAIL = "email", "メールアドレス"
    NAME = "name", "氏名"
    FAMILY = "family", "姓"
    GIVEN = "given", "名"
    READING = "reading", "フリガナ"


HEADINGS = {
    Column.NUMBER: "職員番号 職員コード 職員ID 職員No 職員No. 社員番号 社員コード 社員ID",
    Column.EMAIL: "メールアドレス メール Email E-mail Mail Eメール 電子メール 電子メールアドレス",
    Column.NAME: "氏名 名前 職員氏名 職員名 漢字氏名 受講者氏名 受講者名 受講者 参加者氏名 参加者名 参加者",
    Column.FAMILY: "姓 氏 苗字 名字",
    Column.GIVEN: "名",
    Column.READING: "フリガナ カナ 氏名カナ カナ氏名 氏名フリガナ ヨミガナ 読み 読み仮名",
}
_COLUMNS = {folded(heading): column for column, headings in HEADINGS.items() for heading in headings.split()}
_NUMBER_IF_ALONE = folded("番号")
LONGEST_HEADING = 50
_TITLES = re.compile(
    r"\s*(?:様|さん|殿|氏)$|\s+(?:主事|主任|主査|技師|係長|課長補佐|課長|次長|部長|局長|室長|参事|主幹|係員|会計年度任用職員)$"
)
_OTHERWISE_PARTED = re.compile(r"[,;、\t]")
_LETTER_OF_A_NAME = re.compile("[ぁ-んァ-ヶ々〆一-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Unclear(Term):
    """Why a line means nobody."""

    UNKNOWN = "unknown", "自団体の職員に見つかりません"
    SEVERAL = "several", "当てはまる職員が複数います。職員番号を並べてください"
    DIFFERENT = "different", "氏名と、職員番号かメールアドレスが合いません"
    ABOVE = "above", "見出しより上の行なので読みません"


@dataclass(frozen=True)
class Line:
    """A line of a list: its number, its text, and what its columns say of a person."""

    number: int
    text: str
    said: tuple[tuple[Column, str], ...]
    is_above: bool = False

    @property
    def names_and_identifies(self) -> bool:
        """Tell whether it says a name and, beside it, a number or an address."""
        columns = {column for column, _text in self.said}
        return Column.NAME in columns and bool(columns & {Column.NUMBER, Column.EMAIL})


@dataclass(frozen=True)
class ListedLine:
    """What became, or would become, of a line: whom it means, whether it is done, and in words."""

    number: int
    text: str
    person: Member | None
    is_good: bool
    told: str


def lines_of(text: str) -> list[Line]:
    """Return the lines of a list of people.

    Columns are known by a heading, in whichever row it stands. Without one the order is fixed: number or address, then
    name, or the other way round; what follows is not read. Raises InvalidError where the list is empty or too long.
    """
    rows = [
        (number, [normalised(cell) for cell in row])
        for number, row in rows_of(text, delimiter_of(text))
        if any(cell.strip() for cell in row)
    ]
    heading = next((place for place, (_number, cells) in enumerate(rows) if _columns(cells)), None)
    people = rows if heading is None else rows[heading + 1 :]
    if not people:
        message = "職員番号、メールアドレス、氏名のどれかを一行に一人ずつ入力してください。"
        raise InvalidError(message, field="text")
    if len(people) > MOST_ROWS:
        message = f"一度に読めるのは{MOST_ROWS}人までです(この一覧は{len(people)}人)。分けて入力してください。"
        raise InvalidError(message, field="text")
    columns = [] if heading is None else _columns(rows[heading][1])
    above = [] if heading is None else rows[:heading]
    return [
        *(Line(number, _shown(cells), (), is_above=True) for number, cells in above),
        *(Line(number, _shown(cells), _said(columns, cells)) for number, cells in people),
    ]


def _shown(cells: Sequence[str]) -> str:
    return " ".join(filter(None, cells))


def _columns(cells: Sequence[str]) -> list[Column | None]:
    """Return what each column says by a row of headings; nothing where it is none."""
    cells = [cell if len(cell) <= LONGEST_HEADING else "" for cell in cells]
    keys = [folded(re.sub(r"\((?!.*(?:カナ|かな|読)).*\)", "", cell)) for cell in cells]
    kana = [folded(cell).endswith(("(かな)", "(ふりがな)", "(よみ)")) for cell in cells]
    columns = [Column.READING if is_kana else _COLUMNS.get(key) for key, is_kana in zip(keys, kana, strict=True)]
    if Column.NUMBER not in columns and _NUMBER_IF_ALONE in keys:
        columns[keys.index(_NUMBER_IF_ALONE)] = Column.NUMBER
    return columns if any(columns) else []


def _said(columns: Sequence[Column | None], cells: Sequence[str]) -> tuple[tuple[Column, str], ...]:
    if not columns:
        return _in_fixed_order(cells)
    by_column: dict[Column, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and cell:
            by_column.setdefault(column, cell)
    family, given = by_column.pop(Column.FAMILY, ""), by_column.pop(Column.GIVEN, "")
    if family or given:
        by_column.setdefault(Column.NAME, f"{family} {given}".strip())
    reading = by_column.pop(Column.READING, "")
    if reading and not by_column:
        by_column[Column.NAME] = reading
    return tuple(by_column.items())


def _in_fixed_order(cells: Sequence[str]) -> tuple[tuple[Column, str], ...]:
    """Return what the first two cells say; of two that are no number, the second is a department."""
    said = [cell for cell in cells if cell]
    if len(said) == 1:  # a line written otherwise than the rest: 「1001、佐藤 明」 among lines with tabs
        said = [part.strip() for part in _OTHERWISE_PARTED.split(said[0]) if part.strip()]
    if len(said) == 1:  # 「1001 佐藤 明」, 「佐藤 明 1001」
        first, _space, rest = said[0].partition(" ")
        begin, _space, last = said[0].rpartition(" ")
        if rest and _kind(first) is not Column.NAME:
            said = [first, rest]
        elif begin and _kind(last) is not Column.NAME:
            said = [begin, last]
    pair = [(_kind(cell), cell) for cell in said[:2]]
    return tuple(pair[:1] if all(column is Column.NAME for column, _cell in pair) else pair)


def _kind(cell: str) -> Column:
    if "@" in cell:
        return Column.EMAIL
    return Column.NUMBER if re.search(r"\d", cell) and not _LETTER_OF_A_NAME.search(cell) else Column.NAME


@dataclass
class Directory:
    """The staff of some organisations by staff number, address and name, each in the form in which spellings meet."""

    by_number: dict[str, list[Member]] = field(default_factory=dict)
    by_number_without_zeros: dict[str, list[Member]] = field(default_factory=dict)
    by_email: dict[str, list[Member]] = field(default_factory=dict)
    by_name: dict[str, list[Member]] = field(default_factory=dict)

    def found(self, column: Column, text: str) -> list[Member]:
        """Return whom a cell of a column means."""
        if column is Column.EMAIL:
            return self.by_email.get(plain_address(text), [])
        if column is Column.NUMBER:
            key = folded_number(text)
            lost = self.by_number_without_zeros.get(key.lstrip("0"), []) if key.isdigit() else []
            return self.by_number.get(key, []) or lost
        return self.by_name.get(folded(text), []) or self.by_name.get(folded(_TITLES.sub("", text)), [])


def directory(whose: sa.ColumnElement[bool]) -> Directory:
    """Return the present staff of some organisations."""
    known = Directory()
    rows = db.session.execute(
        sa.select(
            Staff.id, Staff.name, Staff.email, Staff.search_key, Membership.number_key, Membership.organisation_id,
            Organisation.size_class,
        )
        .join(Membership, Membership.staff_id == Staff.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(is_current(), whose)
    )  # fmt: skip
    for row in rows:
        person = Member(row.id, row.name, row.organisation_id, row.size_class)
        name, reading, *_email = row.search_key.split("\n")
        for key in {name, reading} - {""}:
            known.by_name.setdefault(key, []).append(person)
        if row.email:
            known.by_email.setdefault(row.email, []).append(person)
        if row.number_key:
            known.by_number.setdefault(row.number_key, []).append(person)
            if row.number_key.isdigit():
                known.by_number_without_zeros.setdefault(row.number_key.lstrip("0"), []).append(person)
    return known


def meant(line: Line, known: Directory) -> Member | Unclear:
    """Return whom a line means, or why it means nobody: everything that it says of a person must be the same one's.

    A name that several bear is settled by a number beside it.
    """
    if line.is_above:
        return Unclear.ABOVE
    found = [known.found(column, text) for column, text in line.said]
    if not any(found):
        return Unclear.UNKNOWN
    common = set.intersection(*({person.staff_id for person in people} for people in found))
    if not common:
        return Unclear.DIFFERENT
    return next(person for person in found[0] if person.staff_id in common) if len(common) == 1 else Unclear.SEVERAL
