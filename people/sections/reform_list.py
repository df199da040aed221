"""The list of a reorganisation (組織改正): which sections become which, line by line, and whom that concerns; nothing is changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel.database import db
from kernel.errors import InvalidError
from kernel.spelling import folded, folded_number
from kernel.tables.office_table import delimiter_of, rows_of
from kernel.text import normalised

from people.membership import is_not_over
from people.models import Membership, Section
from people.sections import section

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LINES = 300
_LEVELS, _NUMBERS = re.compile(r"[/／>＞]"), re.compile(r"[\s,、;]+")
HEADINGS = {folded(word) for word in ("いまの部署", "現部署", "旧部署", "旧", "改正前")}


@dataclass(frozen=True)
class Line:
    """A line of a reorganisation: from which section to which, for whom (nobody named: for all), how many people that are, or why it cannot be."""

    number: int
    said: str
    old: Section | None
    whither: tuple[str, ...]
    numbers: tuple[str, ...]
    people: int
    fault: str = ""

    @property
    def kind(self) -> str:
        """Return in a word what happens to the old section."""
        return self.fault or ("一部の人が移る" if self.numbers else "部署が変わる")


def read(organisation_id: int, text: str) -> list[Line]:
    """Return what each line would do; nothing is changed.

    Three columns: the section as it is, the new one (beside it, or from the top down with 「／」), and perhaps the numbers of those who go.
    Raises InvalidError where there is no line, or there are too many.
    """
    rows = _rows(text)
    if not rows or len(rows) > MOST_LINES:
        message = f"「いまの部署」と「新しい部署」を、一行に一つずつ、{MOST_LINES}行までで入力してください。"
        raise InvalidError(message, field="text")
    known = section.sections_of(organisation_id)
    names = [folded(one.name) for one in known]
    by_key = {folded(one.name): one for one in known if names.count(folded(one.name)) == 1}
    by_key |= {folded(one.title): one for one in known}
    seen: set[int] = set()
    return [_line(organisation_id, number, cells, by_key, seen) for number, cells in rows]


def _rows(text: str) -> list[tuple[int, list[str]]]:
    rows = [
        (number, [normalised(cell) for cell in row])
        for number, row in rows_of(text, delimiter_of(text))
        if any(cell.strip() for cell in row)
    ]
    return [row for row in rows if folded(row[1][0]) not in HEADINGS]


def in_words(text: str, most: int = MOST_LINES) -> list[str]:
    """Return what a list says, at most so many lines of it: which section becomes which, and for how many where they are named."""
    said = []
    for _number, cells in _rows(text)[:most]:
        old, new, numbers = (*cells, "", "")[:3]
        some = [part for part in _NUMBERS.split(numbers) if part]
        said.append(f"{old} → {new}" + (f"（{len(some)}人）" if some else ""))
    return said


def _line(organisation_id: int, number: int, cells: list[str], by_key: dict[str, Section], seen: set[int]) -> Line:
    old = by_key.get(folded(cells[0]))
    said = cells[1] if len(cells) > 1 else ""
    whither = tuple(part.strip() for part in _LEVELS.split(said) if part.strip())
    numbers = tuple(part for part in _NUMBERS.split(cells[2]) if part) if len(cells) > 2 else ()  # noqa: PLR2004 - the third column
    fault = ""
    people = 0
    if not cells[0]:
        fault = "いまの部署が空です"
    elif old is None:
        fault = f"「{cells[0]}」という部署は見つからないか、同じ名前の部署がほかにもあります"
    elif not whither or len(whither) > section.DEEPEST:
        fault = "新しい部署がありません"
    elif any(len(part) > section.LONGEST_NAME for part in whither):
        fault = f"新しい部署の名前は、{section.LONGEST_NAME}文字までにしてください"
    elif old.id in seen and not numbers:
        fault = "同じ部署の行が、ほかにもあります"
    elif (found := by_key.get(folded(" ".join(whither)))) is not None and found.path.startswith(old.path):
        fault = "新しい部署が、いまの部署と同じか、その中にあります"
    else:
        people = len(members(organisation_id, old.id, numbers))
        if numbers and people < len(set(map(folded_number, numbers))):
            fault = "この部署にいない職員番号があります"
    if old and not numbers:
        seen.add(old.id)
    return Line(number, cells[0], old, whither, numbers, people, fault)


def members(organisation_id: int, section_id: int, numbers: Sequence[str]) -> Sequence[Membership]:
    """Return who is in a section, all or those of some numbers; they are held."""
    statement = sa.select(Membership).options(joinedload(Membership.staff)).where(
        Membership.organisation_id == organisation_id, Membership.section_id == section_id, is_not_over()
    )  # fmt: skip
    if numbers:
        statement = statement.where(Membership.number_key.in_({folded_number(one) for one in numbers}))
    return db.session.scalars(statement.order_by(Membership.id).with_for_update(of=Membership)).all()
