"""The difference (差分) between a personnel file and who is there: who is new, comes back, is corrected, is moved, leaves; and what is unclear.

Nobody leaves because a line is missing, unless the file is said to be complete. Roles are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kernel import clock
from kernel.spelling import folded, folded_number

from people.personnel.columns import Column
from people.personnel.faults import doubled
from people.personnel.known import Known
from people.personnel.models import Kind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from people.joining.models import TransferOffer
    from people.personnel.known import Present
    from people.personnel.line import Said
    from people.personnel.reading import Reading
    from people.sections.models import PlannedMove

TWICE = "同じ人の行が、ほかにもあります"
ADDRESS_OF_ANOTHER = "このメールアドレスは、ほかの人が使っています"
NO_SIGN_IN = "職員番号もメールアドレスもありません。サインインに使うので、どちらかを入れてください"
LIKE_ONE_WHO_COMES = "ほかの団体から移ってくる人と氏名が同じで、フリガナが違います。同じ人ならフリガナを直し、別の人なら一人ずつ登録してください"
NO_READING = "新しい人ですが、フリガナがありません"


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


def compare(organisation_id: int, reading: Reading, day: dt.date, *, is_complete: bool) -> Difference:
    """Return what a file that holds from a day on changes in an organisation; nothing is changed."""
    emails = (one.email for one in reading.people if one.email)
    known, twice = Known(organisation_id, emails), doubled(reading.people)
    changes: list[Planned] = []
    seen: set[int] = set()
    same = 0
    for said in reading.people:
        if fault := said.fault or twice.get(said.line, ""):
            seen |= known.perhaps(said)
            changes.append(Planned(said.line, Kind.UNCLEAR, said.name or said.number, fault))
            continue
        one, why = known.meant(said)
        comes = known.comes(said) if not why and (one is None or one.is_over) else None
        if why:
            seen |= known.perhaps(said)
            changes.append(Planned(said.line, Kind.UNCLEAR, said.name, why))
        elif (one and one.staff_id in seen) or (comes and comes.membership.staff_id in seen):
            changes.append(Planned(said.line, Kind.UNCLEAR, said.name, TWICE))
        elif comes:
            seen.add(comes.membership.staff_id)
            changes.append(_transferred(said, comes, day))
        elif one is None:
            changes.append(_new(said, known, day))
        else:
            seen.add(one.staff_id)
            found = list(_changes_of(one, said, known, reading, day))
            changes += found
            same += not found
    if is_complete and reading.people:
        changes += _missing(known.people, seen, day)
    present = sum(not one.is_over and one.joined_on <= clock.today() for one in known.people)
    return Difference(tuple(changes), same, present)


def _new(said: Said, known: Known, day: dt.date) -> Planned:
    for is_wrong, why in (
        (not said.number and not said.email, NO_SIGN_IN),
        (not said.reading, NO_READING),
        (
            known.is_of_another(said.email, None),
            ADDRESS_OF_ANOTHER + "。ほかの団体から移ってくる人は、前の団体が異動を申し出ると、この名簿で登録できます",
        ),
        (known.is_called_as_one_who_comes(said), LIKE_ONE_WHO_COMES),
        (said.left_on is not None and said.left_on < clock.today(), "すでに所属が終わっている、知らない人です"),
    ):
        if is_wrong:
            return Planned(said.line, Kind.UNCLEAR, said.name, why)
    words = "、".join(filter(None, (said.section, said.post, f"{clock.date_label(said.joined_on or day)}から")))
    return Planned(said.line, Kind.NEW, said.name, words, None, _as_said(said, day))


def _transferred(said: Said, offer: TransferOffer, day: dt.date) -> Planned:
    """Return the change that somebody comes whom another organisation offers, on the day that it says."""
    staff = offer.membership.staff
    if not said.number and not staff.email:
        return Planned(said.line, Kind.UNCLEAR, said.name, NO_SIGN_IN)
    whence = f"{offer.from_organisation.name}から{clock.date_label(offer.day)}に移ってきます"
    words = "、".join(filter(None, (said.section, said.post, whence)))
    return Planned(said.line, Kind.TRANSFERRED, staff.name, words, None, {**_as_said(said, day), "offer": offer.id})


def _as_said(said: Said, day: dt.date) -> dict[str, Any]:
    return {
        "name": said.name, "reading": said.reading, "email": said.email, "number": said.number,
        "sections": list(said.sections), "post": said.post, "joined_on": (said.joined_on or day).isoformat(),
    }  # fmt: skip


def _changes_of(one: Present, said: Said, known: Known, reading: Reading, day: dt.date) -> Iterable[Planned]:
    """Yield what a line changes of somebody who is known."""
    if one.is_over:
        if said.left_on is None or said.left_on >= day:
            again = said.joined_on if said.joined_on and one.left_on and said.joined_on >= one.left_on else day
            begins = max(again, one.left_on or day)
            words = f"{clock.date_label(begins)}から、もう一度所属します"
            more = {**_as_said(said, day), "joined_on": begins.isoformat()}
            yield Planned(said.line, Kind.RETURNING, one.name, words, one.membership_id, more)
        return
    if said.email and said.email != one.email and known.is_of_another(said.email, one.staff_id):
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
    yield from _move_of(one, said, reading, day, known.planned.get(one.membership_id))
    if said.left_on and said.left_on < one.joined_on:
        yield Planned(
            said.line,
            Kind.UNCLEAR,
            one.name,
            f"所属の始まり（{clock.date_label(one.joined_on)}）より前に終わっています",
        )
    elif said.left_on and (one.left_on is None or one.left_on != said.left_on + clock.DAY):
        words = f"{clock.date_label(said.left_on)}まで"
        more = {"last_day": said.left_on.isoformat()}
        yield Planned(said.line, Kind.LEAVING, one.name, words, one.membership_id, more)


def _move_of(one: Present, said: Said, reading: Reading, day: dt.date, plan: PlannedMove | None) -> Iterable[Planned]:
    section, post = one.section, one.post
    since = said.posted_on or day
    if plan and plan.day <= max(since, clock.today()):  # what is planned for then stands by then
        section, post = plan.section.title if plan.section else "", plan.post.name if plan.post else ""
    moves: dict[str, Any] = {}
    if reading.says(Column.SECTION) and said.sections and not _is_in(section, said):
        moves["sections"] = list(said.sections)
    if reading.says(Column.POST) and said.post and folded(said.post) != folded(post):
        moves["post"] = said.post
    if moves:
        whither = "、".join(
            filter(None, (said.section if "sections" in moves else "", said.post if "post" in moves else ""))
        )
        was = " ".join(filter(None, (section, post))) or "なし"
        words = f"{was}→{whither}（{clock.date_label(since)}）"
        yield Planned(said.line, Kind.MOVED, one.name, words, one.membership_id, {**moves, "day": since.isoformat()})


LABELS = {"name": "氏名", "reading": "フリガナ", "email": "メールアドレス", "number": "職員番号"}


def _differs(name: str, old: str, new: str) -> bool:
    """Tell whether what a line says is another thing than what is entered; a table program takes zeros off a number, and a personnel system writes 高 for 髙."""
    if name == "number":
        one, other = folded_number(old), folded_number(new)
        return one != other and not (one.isdigit() and other.isdigit() and one.lstrip("0") == other)
    return old != new if name == "email" else folded(old) != folded(new)


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
