"""The difference (差分) between a personnel file and who is there: who is new, comes back, is corrected, is moved, leaves; and what is unclear.

Somebody is known by staff number, else by address, else by name and reading where only one bears them. Number and name must agree:
a number beside another one's name means nobody. Nobody leaves because a line is missing, unless the file is said to be complete.
Roles are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.spelling import folded, folded_number

from people.membership import is_not_over
from people.models import Membership, Staff
from people.personnel.columns import Column
from people.personnel.models import Kind
from people.personnel.reading import doubled

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from people.personnel.reading import Reading, Said

NOBODY_BUT = "職員番号の人は「{name}」さんです。氏名が変わったのか、番号が違うのかを確かめてください"
SEVERAL = "同じ氏名の職員が複数います。職員番号を入れてください"
ADDRESS_OF_ANOTHER = "このメールアドレスは、ほかの人が使っています"
NO_SIGN_IN = "職員番号もメールアドレスもありません。サインインに使うので、どちらかを入れてください"
NO_READING = "新しい人ですが、フリガナがありません"


@dataclass(frozen=True)
class Present:
    """Somebody of an organisation, as they are entered; `left_on` is the first day no longer there."""

    membership_id: int
    staff_id: int
    name: str
    reading: str
    email: str
    number: str
    section: str
    post: str
    joined_on: dt.date
    left_on: dt.date | None
    is_over: bool


@dataclass(frozen=True)
class Planned:
    """A change that a line of a file means: what kind, of whom, in words, and what it says."""

    line: int
    kind: Kind
    name: str
    words: str
    membership_id: int | None = None
    said: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """What a file changes, and how many people it leaves as they are, of how many who are there."""

    changes: tuple[Planned, ...]
    same: int
    present: int


class _Known:
    """Who is, and who was, in an organisation, in the forms in which spellings meet."""

    def __init__(self, organisation_id: int) -> None:
        self.people = _present(organisation_id)
        self.by_number: dict[str, list[Present]] = {}
        self.by_digits: dict[str, list[Present]] = {}
        self.by_email: dict[str, list[Present]] = {}
        self.by_name: dict[str, list[Present]] = {}
        for one in self.people:
            if number := folded_number(one.number):
                self.by_number.setdefault(number, []).append(one)
                if number.isdigit():
                    self.by_digits.setdefault(number.lstrip("0"), []).append(one)
            if one.email:
                self.by_email.setdefault(one.email, []).append(one)
            self.by_name.setdefault(folded(one.name), []).append(one)
        self.addresses = _addresses_elsewhere(organisation_id)

    def meant(self, said: Said) -> tuple[Present | None, str]:
        """Return whom a line means, or why it cannot be told; nobody and no reason where it is somebody new."""
        number = folded_number(said.number)
        found = self.by_number.get(number, []) if number else []
        if not found and number.isdigit():
            found = self.by_digits.get(number.lstrip("0"), [])
        if found:
            one = _latest(found)
            agrees = folded(one.name) == folded(said.name) or (
                said.reading and folded(one.reading) == folded(said.reading)
            )
            return (one, "") if agrees or self._same_address(one, said) else (None, NOBODY_BUT.format(name=one.name))
        if said.email and (found := self.by_email.get(said.email, [])):
            return _latest(found), ""
        alike = [one for one in self.by_name.get(folded(said.name), []) if not number or not one.number]
        if said.reading:
            alike = [one for one in alike if folded(one.reading) == folded(said.reading)]
        people = {one.staff_id for one in alike}
        if len(people) > 1:
            return None, SEVERAL
        return (_latest(alike), "") if alike else (None, "")

    @staticmethod
    def _same_address(one: Present, said: Said) -> bool:
        return bool(said.email) and one.email == said.email


def _latest(found: Sequence[Present]) -> Present:
    """Return the membership that counts of several of one person: one that is not over before one that is, the latest."""
    return max(found, key=lambda one: (not one.is_over, one.joined_on, one.membership_id))


def _present(organisation_id: int) -> list[Present]:
    rows = db.session.execute(
        sa.select(
            Membership.id, Membership.staff_id, Staff.name, Staff.reading, sa.func.coalesce(Staff.email, ""),
            sa.func.coalesce(Membership.staff_number, ""), Membership.department, Membership.post, Membership.joined_on,
            Membership.left_on, sa.not_(is_not_over()),
        )
        .join(Staff, Staff.id == Membership.staff_id)
        .where(Membership.organisation_id == organisation_id, Staff.erased_at.is_(None))
        .order_by(Membership.id)
    )  # fmt: skip
    return [Present(*row) for row in rows]


def _addresses_elsewhere(organisation_id: int) -> set[str]:
    """Return the addresses of people who never were in an organisation: they cannot be entered here a second time."""
    here = sa.select(Membership.staff_id).where(Membership.organisation_id == organisation_id)
    return {email for email in db.session.scalars(sa.select(Staff.email).where(Staff.id.not_in(here))) if email}


def compare(organisation_id: int, reading: Reading, day: dt.date, *, is_complete: bool) -> Difference:
    """Return what a file that holds from a day on changes in an organisation; nothing is changed."""
    known, twice = _Known(organisation_id), doubled(reading.people)
    changes: list[Planned] = []
    seen: set[int] = set()
    same = 0
    for said in reading.people:
        if fault := said.fault or twice.get(said.line, ""):
            one, _why = known.meant(said)
            seen |= {one.staff_id} if one else set()  # who stands in a line that is unclear is not missing
            changes.append(Planned(said.line, Kind.UNCLEAR, said.name or said.number, fault))
            continue
        one, why = known.meant(said)
        seen |= {other.staff_id for other in known.by_number.get(folded_number(said.number), [])} if why else set()
        if why:
            changes.append(Planned(said.line, Kind.UNCLEAR, said.name, why))
        elif one and one.staff_id in seen:
            changes.append(Planned(said.line, Kind.UNCLEAR, said.name, "同じ人の行が、ほかにもあります"))
        elif one is None:
            changes.append(_new(said, known, day))
        else:
            seen.add(one.staff_id)
            found = list(_changes_of(one, said, known, reading, day))
            changes += found
            same += not found
    if is_complete:
        changes += _missing(known.people, seen, day)
    present = sum(not one.is_over and one.joined_on <= clock.today() for one in known.people)
    return Difference(tuple(changes), same, present)


def _new(said: Said, known: _Known, day: dt.date) -> Planned:
    for is_wrong, why in (
        (not said.number and not said.email, NO_SIGN_IN),
        (not said.reading, NO_READING),
        (
            said.email in known.addresses,
            ADDRESS_OF_ANOTHER + "。ほかの団体から移ってきた人は、本人の異動コードで登録します",
        ),
        (said.left_on is not None and said.left_on < clock.today(), "すでに所属が終わっている、知らない人です"),
    ):
        if is_wrong:
            return Planned(said.line, Kind.UNCLEAR, said.name, why)
    words = "、".join(filter(None, (said.section, said.post, f"{clock.date_label(said.joined_on or day)}から")))
    return Planned(said.line, Kind.NEW, said.name, words, None, _as_said(said, day))


def _as_said(said: Said, day: dt.date) -> dict[str, Any]:
    return {
        "name": said.name, "reading": said.reading, "email": said.email, "number": said.number,
        "sections": list(said.sections), "post": said.post, "joined_on": (said.joined_on or day).isoformat(),
    }  # fmt: skip


def _changes_of(one: Present, said: Said, known: _Known, reading: Reading, day: dt.date) -> Iterable[Planned]:
    """Yield what a line changes of somebody who is known."""
    if one.is_over:
        if said.left_on is None or said.left_on >= day:
            begins = max(said.joined_on or day, one.left_on or day)
            words = f"{clock.date_label(begins)}から、もう一度所属します"
            more = {**_as_said(said, day), "joined_on": begins.isoformat()}
            yield Planned(said.line, Kind.RETURNING, one.name, words, one.membership_id, more)
        return
    if said.email and said.email != one.email and said.email in known.addresses:
        yield Planned(said.line, Kind.UNCLEAR, one.name, ADDRESS_OF_ANOTHER)
        return
    corrected = {
        name: new
        for name, old, new in (
            ("name", one.name, said.name), ("reading", one.reading, said.reading), ("email", one.email, said.email),
            ("number", one.number, said.number),
        )
        if new and _differs(name, old, new)
    }  # fmt: skip
    if corrected:
        words = "、".join(f"{LABELS[name]}：{getattr(one, name) or 'なし'}→{new}" for name, new in corrected.items())
        yield Planned(said.line, Kind.CHANGED, one.name, words, one.membership_id, corrected)
    moves = {}
    if reading.says(Column.SECTION) and said.sections and not _is_in(one.section, said):
        moves["sections"] = list(said.sections)
    if reading.says(Column.POST) and said.post and folded(said.post) != folded(one.post):
        moves["post"] = said.post  # type: ignore[assignment]
    if moves:
        whither = "、".join(
            filter(None, (said.section if "sections" in moves else "", said.post if "post" in moves else ""))
        )
        was = " ".join(filter(None, (one.section, one.post))) or "なし"
        since = said.posted_on or day
        words = f"{was}→{whither}（{clock.date_label(since)}）"
        yield Planned(said.line, Kind.MOVED, one.name, words, one.membership_id, {**moves, "day": since.isoformat()})
    if said.left_on and (one.left_on is None or one.left_on != said.left_on + clock.DAY):
        words = f"{clock.date_label(said.left_on)}まで"
        more = {"last_day": said.left_on.isoformat()}
        yield Planned(said.line, Kind.LEAVING, one.name, words, one.membership_id, more)


LABELS = {"name": "氏名", "reading": "フリガナ", "email": "メールアドレス", "number": "職員番号"}


def _differs(name: str, old: str, new: str) -> bool:
    """Tell whether what a line says is another thing than what is entered; a table program takes zeros off a number."""
    if name == "number":
        one, other = folded_number(old), folded_number(new)
        return one != other and not (one.isdigit() and other.isdigit() and one.lstrip("0") == other)
    return folded(old) != folded(new) if name == "reading" else old != new


def _is_in(section: str, said: Said) -> bool:
    """Tell whether a section, called with those above it, is the one that a line says; a file may name the lowest only."""
    mine, its = folded(section), folded(said.section)
    return mine == its or (len(said.sections) == 1 and bool(its) and mine.endswith(its) and " " in section)


def _missing(people: Sequence[Present], seen: set[int], day: dt.date) -> Iterable[Planned]:
    """Yield who is there and stands in no line of a file that is complete: they leave before its day."""
    last_day = day - clock.DAY
    for one in people:
        if not one.is_over and one.left_on is None and one.joined_on <= day and one.staff_id not in seen:
            words = f"{clock.date_label(max(last_day, one.joined_on))}まで（名簿にありません）"
            more = {"last_day": max(last_day, one.joined_on).isoformat()}
            yield Planned(0, Kind.MISSING, one.name, words, one.membership_id, more)
