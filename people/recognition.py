"""Recognition: whom of the staff a line of a list means, by number, address or name."""

from __future__ import annotations

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import InvalidError
from kernel.office_table import MOST_ROWS, Row, delimiter_of, rows_of
from kernel.text import folded, normalised
from kernel.vocabulary import Term

from people.membership import Member, is_current
from people.models import Membership, Organisation, Staff

HEADINGS = frozenset(map(folded, ("職員番号", "メールアドレス", "氏名", "番号", "メール", "名前", "Email")))


class Unclear(Term):
    """Why a line means nobody."""

    UNKNOWN = "unknown", "自団体の職員に見つかりません"
    SEVERAL = "several", "同じ氏名の職員が複数います"
    DIFFERENT = "different", "一行に別々の職員が書かれています"


def lines_of(text: str) -> list[Row]:
    """Return the lines of a list of people without heading and blank lines. Raises InvalidError where it is empty or too long."""
    lines: list[Row] = []
    for number, row in rows_of(text, delimiter_of(text)):
        cells = [normalised(cell) for cell in row if cell.strip()]
        is_heading = not lines and any(folded(cell) in HEADINGS for cell in cells)
        if cells and not is_heading:
            lines.append((number, cells))
    if not lines:
        message = "職員番号、メールアドレス、氏名のどれかを一行に一人ずつ入力してください。"
        raise InvalidError(message, field="text")
    if len(lines) > MOST_ROWS:
        message = f"一度に読めるのは{MOST_ROWS}人までです。"
        raise InvalidError(message, field="text")
    return lines


def staff_by_key(whose: sa.ColumnElement[bool]) -> dict[str, list[Member]]:
    """Return the staff of some organisations by staff number, e-mail address and name."""
    by_key: dict[str, list[Member]] = {}
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
        person = Member(row.id, row.name, row.organisation_id, row.size_class)
        for key in {folded(text) for text in (row.staff_number, row.email, row.name) if text}:
            by_key.setdefault(key, []).append(person)
    return by_key


def meant(cells: list[str], by_key: dict[str, list[Member]]) -> Member | Unclear:
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
