"""The participant file of a web-meeting tool (Zoom, Teams, Webex), and whom of the roster each name in it means.

The tools name their columns differently and change them; the columns are therefore found by their headings, in
Japanese or English, wherever the table begins. A name stands in as many rows as somebody joined: they are added up.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel.errors import InvalidError
from kernel.office_table import rows_of, text_of_file
from kernel.spelling import folded
from kernel.text import shortened
from kernel.vocabulary import Term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from participation.models import Enrolment

MOST_ROWS = 5000
LONGEST_NAME = 100
NAME = ("名前", "氏名", "参加者名", "name", "fullname", "displayname", "participantname", "attendeename")
EMAIL = ("メール", "email", "ユーザーのメール", "ユーザーメール", "attendeeemail", "useremail", "メールアドレス")
DURATION = (
    "合計時間", "期間", "会議の長さ", "会議中の期間", "参加時間", "出席期間", "totalduration", "inmeetingduration", "duration",
    "attendanceduration", "meetingduration",
)  # fmt: skip
_UNITS = {"時": 60.0, "h": 60.0, "分": 1.0, "m": 1.0, "秒": 1 / 60, "s": 1 / 60}
_SPAN = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*(時|分|秒|h|m|s)")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):(\d{1,2})")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6})?")


class Likeness(Term):
    """How a name in the file was recognised."""

    SAME = "same", "一致"
    LIKE = "like", "似ています"
    NONE = "none", "名簿に見当たりません"


@dataclass(frozen=True)
class Joined:
    """Somebody who joined, as the tool names them; `minutes` is None where the file does not say how long."""

    name: str
    email: str
    minutes: int | None


@dataclass(frozen=True)
class Recognised:
    """Somebody who joined, and whom of the roster that seems to be."""

    joined: Joined
    enrolment: Enrolment | None
    likeness: Likeness


def joined_in(content: bytes) -> list[Joined]:
    """Return who joined, by the file. Raises InvalidError where it is no participant file."""
    text = text_of_file(content).text
    lines = rows_of(text, "\t" if text.count("\t") > text.count(",") else ",")
    try:
        rows = [[cell.strip() for cell in row] for _number, row in itertools.islice(lines, MOST_ROWS)]
    except InvalidError as error:
        raise _unreadable() from error
    begin, columns = _table(rows)
    who: dict[str, tuple[str, str]] = {}
    stays: dict[str, list[float]] = {}
    for row in rows[begin:]:
        if len(row) == 1 or not any(row):  # the table ends at a blank line or the next heading
            break
        name, email, span = (row[place] if place is not None and place < len(row) else "" for place in columns)
        key = folded(email) or folded(name)
        who.setdefault(key, (shortened(name or email, LONGEST_NAME), email))
        stays.setdefault(key, []).extend(stay for stay in [_minutes(span)] if stay is not None)
    if not who:
        raise _unreadable()
    return [Joined(*named, int(sum(stays[key])) if stays[key] else None) for key, named in who.items()]


def _unreadable() -> InvalidError:
    message = "参加者の表が見つかりません。会議ツールの「参加者レポート」や「出席レポート」をCSVで保存したファイルを選んでください。"
    return InvalidError(message, field="file")


def _table(rows: Sequence[Sequence[str]]) -> tuple[int, tuple[int, int | None, int | None]]:
    """Return the first row of the table, and the columns of name, e-mail address and duration."""
    for number, row in enumerate(rows):
        heads = [re.sub(r"[((\[].*", "", folded(cell)).replace("-", "") for cell in row]
        places = [next((place for place, head in enumerate(heads) if head in known), None) for known in HEADS]
        if places[0] is not None and sum(map(bool, row)) > 1:
            return number + 1, (places[0], places[1], places[2])
    raise _unreadable()


HEADS = tuple(frozenset(map(folded, known)) for known in (NAME, EMAIL, DURATION))


def _minutes(text: str) -> float | None:
    """Return how long "45", "1時間 5分 30秒", "1h 5m", "58 mins" or "1:05:30" is, in minutes; None where it says nothing."""
    plain = folded(text)
    if _NUMBER.fullmatch(plain):
        return float(plain)
    if clock := _CLOCK.fullmatch(plain):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 60 + minutes + seconds / 60
    spans = _SPAN.findall(plain)
    return sum(float(number) * _UNITS[unit] for number, unit in spans) if spans else None


def recognised(joined: Sequence[Joined], people: Sequence[Enrolment]) -> list[Recognised]:
    """Return for each name whom of the roster it means: by address or whole name, else by what the name contains.

    A likeness that fits two people fits nobody.
    """
    return [Recognised(one, *_person(one, people)) for one in joined]


def _person(one: Joined, people: Sequence[Enrolment]) -> tuple[Enrolment | None, Likeness]:
    name, email = folded(one.name), folded(one.email)
    same = [
        row for row in people
        if (email and row.staff.email and folded(row.staff.email) == email)
        or name in (folded(row.staff.name), folded(row.staff.reading))
    ]  # fmt: skip
    if len(same) == 1:
        return same[0], Likeness.SAME
    like = same or [row for row in people if folded(row.staff.name) in name or folded(row.staff.reading) in name]
    like = like if len(like) == 1 else [row for row in like or people if _family_and_office(row, name)]
    return (like[0], Likeness.LIKE) if len(like) == 1 else (None, Likeness.NONE)


def _family_and_office(row: Enrolment, name: str) -> bool:
    """Tell whether a name such as 「瑞穂町 田中」 contains somebody's family name and organisation."""
    family = folded(row.staff.name.split()[0])
    return family in name and folded(row.organisation.name) in name
