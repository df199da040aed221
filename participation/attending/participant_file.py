"""The participant file of a web-meeting tool (Zoom, Teams, Webex, Google Meet): who joined, and for how long.

The tools name their columns differently and change them; columns are therefore found by their headings, in Japanese or
English, wherever a table begins. Rows are not added up without their meaning: where they say from when to when, the
union of the stays counts, so that two devices count once and who comes again counts whole; the waiting room is no stay;
the time of joining is no duration.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kernel.errors import InvalidError
from kernel.spelling import folded, plain_address
from kernel.tables.office_table import rows_of, text_of_file
from kernel.text import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_ROWS = 5000
LONGEST_NAME = 100
HEADS = {
    "name": "名前 氏名 参加者名 ユーザー名 表示名 name fullname displayname participantname attendeename username usernameoriginalname",
    "family": "姓 lastname",
    "given": "名 firstname",
    "email": "メール メールアドレス email ユーザーのメール ユーザーメール attendeeemail useremail",
    "duration": "合計時間 期間 会議の長さ 会議中の期間 出席期間 出席時間 参加期間 totalduration inmeetingduration duration attendanceduration meetingduration timeinsession",
    "joined": "参加時刻 入室時刻 jointime timejoined joinedat",
    "left": "退出時間 退出時刻 退室時刻 leavetime timeexited leftat",
    "joined or duration": "参加時間",
    "waiting": "待機室 待機室で 待機室内 待合室 inwaitingroom",
    "attended": "出席 出席済み 参加 attended",
}
_COLUMNS = {folded(head): column for column, heads in HEADS.items() for head in heads.split()}
YES, NO = {"yes", "はい", "true", "1"}, {"no", "いいえ", "false", "0"}
_UNITS = {"時": 60.0, "h": 60.0, "分": 1.0, "m": 1.0, "秒": 1 / 60, "s": 1 / 60}
_SPAN = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*(時|分|秒|h|m|s)")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):(\d{1,2})")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6})?")
_DATES = ("%Y/%m/%d", "%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y年%m月%d日", "")
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
Stay = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class Joined:
    """Somebody who joined, as the tool names them; `minutes` is None where the file does not say how long."""

    name: str
    email: str
    minutes: int | None


@dataclass
class _Attending:
    """What rows say of one participant: the stays from when to when, and the durations in minutes."""

    stays: list[Stay] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)

    @property
    def minutes(self) -> float | None:
        """Return how long, no more than the rows say in either way; None where they do not say."""
        said = [sum(part) for part in ([_union(self.stays)] if self.stays else [], self.durations) if part]
        return min(said) if said else None


Key = tuple[str, str]
"""A name and an address, folded: a mailbox that several share is several participants."""


def joined_in(*files: bytes) -> list[Joined]:
    """Return who joined one meeting, by its files (a call that was begun anew has two).

    Raises InvalidError for a file that is no participant file, or is too long.
    """
    names: dict[Key, tuple[str, str]] = {}
    in_all: dict[Key, list[_Attending]] = defaultdict(list)
    for content in files:
        for key, attending in _people_of(content, names).items():
            in_all[key].append(attending)
    if not names:
        raise _unreadable()
    merged = _without_address_is_the_one_with(in_all)
    return [Joined(*names[key], _together(parts)) for key, parts in merged.items()]


def _together(parts: Sequence[_Attending]) -> int | None:
    stays = [stay for part in parts for stay in part.stays]
    known = [part.minutes for part in parts if part.minutes is not None]
    if not known:
        return None
    return int(min(sum(known), _union(stays)) if all(part.stays for part in parts) else sum(known))


def _union(stays: Sequence[Stay]) -> float:
    """Return how long stays are together, in minutes; what overlaps counts once."""
    total, until = 0.0, None
    for begin, end in sorted(stays):
        if until is None or begin > until:
            total += (end - begin).total_seconds()
        elif end > until:
            total += (end - until).total_seconds()
        until = end if until is None else max(until, end)
    return total / 60


def _people_of(content: bytes, names: dict[Key, tuple[str, str]]) -> dict[Key, _Attending]:
    """Return what a file says of each participant: of several tables, the one that says from when to when."""
    found: dict[Key, _Attending] = {}
    for table in _tables(_rows(content)):
        people: dict[Key, _Attending] = defaultdict(_Attending)
        for row in table:
            name, email = _who(row), plain_address(row.get("email", ""))
            if not (name or email) or folded(row.get("waiting", "")) in YES or folded(row.get("attended", "")) in NO:
                continue
            key = (folded(name), email)
            names.setdefault(key, (shortened(name or email, LONGEST_NAME), email))
            _add(people[key], row)
        for key, attending in people.items():
            if key not in found or (attending.stays and not found[key].stays):
                found[key] = attending
    return found


def _without_address_is_the_one_with(people: Mapping[Key, list[_Attending]]) -> dict[Key, list[_Attending]]:
    """Join who came again as a guest of the same name with the one of that name who has an address."""
    addresses: dict[str, list[Key]] = defaultdict(list)
    for key in people:
        if key[1]:
            addresses[key[0]].append(key)
    merged: dict[Key, list[_Attending]] = {}
    for key in sorted(people, key=lambda one: not one[1]):
        same = addresses[key[0]] if key[0] and not key[1] else []
        if len(same) == 1:
            merged[same[0]] = [_both(*merged[same[0]], *people[key])]
        else:
            merged[key] = list(people[key])
    return {key: merged[key] for key in people if key in merged}


def _both(*parts: _Attending) -> _Attending:
    return _Attending([one for part in parts for one in part.stays], [one for part in parts for one in part.durations])


def _add(attending: _Attending, row: Mapping[str, str]) -> None:
    joined, left = _moment(row.get("joined", "")), _moment(row.get("left", ""))
    if joined and left and left >= joined:
        attending.stays.append((joined, left))
    minutes = _minutes(row.get("duration", ""))
    if minutes is not None:
        attending.durations.append(minutes)


def _who(row: Mapping[str, str]) -> str:
    return row.get("name") or f"{row.get('family', '')} {row.get('given', '')}".strip()


def _rows(content: bytes) -> list[list[str]]:
    text = text_of_file(content).text
    delimiter = max("\t,;", key=text.count)
    try:
        rows = [[cell.strip() for cell in row] for _number, row in rows_of(text, delimiter)]
    except InvalidError as error:
        raise _unreadable() from error
    if len(rows) > MOST_ROWS:
        message = f"読めるのは{MOST_ROWS}行までです(このファイルは{len(rows)}行)。分けて保存してください。"
        raise InvalidError(message, field="file")
    return rows


def _unreadable() -> InvalidError:
    message = "参加者の表が見つかりません。会議ツールの「参加者レポート」や「出席レポート」をCSVで保存したファイルを選んでください。"
    return InvalidError(message, field="file")


def _tables(rows: Sequence[Sequence[str]]) -> Iterator[list[dict[str, str]]]:
    """Yield the tables of a file, each as its rows by column; a table ends at a blank line or the next heading."""
    columns: list[str | None] = []
    table: list[dict[str, str]] = []
    for row in rows:
        heading = _heading(row)
        if heading or len(row) == 1 or not any(row):
            if table:
                yield table
            columns, table = heading, []
        elif columns:
            table.append({column: cell for column, cell in zip(columns, row, strict=False) if column})
    if table:
        yield table


def _heading(row: Sequence[str]) -> list[str | None]:
    """Return what each column says by a row of headings; nothing where it is none."""
    keys = [re.sub(r"[((\[].*", "", folded(cell)).replace("-", "") for cell in row]
    columns = [_COLUMNS.get(key) for key in keys]
    if not {"name", "family"} & set(columns) or sum(map(bool, row)) < 2:  # noqa: PLR2004 - a table has columns
        return []
    has_duration, has_join = "duration" in columns, "joined" in columns
    meant = "joined" if has_duration or ("left" in columns and not has_join) else "duration"
    return [meant if column == "joined or duration" else column for column in columns]


def _moment(text: str) -> dt.datetime | None:
    """Return the moment that a cell says, with or without its day; None where it says none."""
    plain = re.sub(r"\s+", " ", text.replace(",", " ")).strip()
    for day in _DATES:
        for time in _TIMES:
            try:
                return dt.datetime.strptime(plain, f"{day} {time}".strip())  # noqa: DTZ007 - only compared with each other
            except ValueError:
                continue
    return None


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
