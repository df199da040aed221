"""Reorganisation (組織改正): sections are renamed, merged and split by one act on a day; history keeps the old ones, and the act is taken back as one.

An old section ends on the day, the new one begins; who is in it moves, as by hand. What rests on the section (adoptions, sections below) goes
along; what was learned in it stays.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, commit_part, db
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.spelling import folded

from people import audit
from people.act import Act
from people.actor import actor_of
from people.models import Membership, Posting, Section
from people.permission import Permission
from people.sections import posting, section
from people.sections.models import Reform, ReformState
from people.sections.reform_list import Line, members, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

FARTHEST = dt.timedelta(days=183)
STAYS = {"membership", "posting", "enrolment", "section"}
"""Tables whose rows are not led on with an old section: people are moved, what was learned stays, sections below are moved as a tree."""


def plan(actor: Actor, organisation_id: int, text: str, day: dt.date) -> Reform:
    """Let a reorganisation be done on a day: at once where it is today or past, else by the worker.

    Raises NotFoundError for another organisation, InvalidError for a line that cannot be, or a day far ahead or past.
    """
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    if not clock.today() - FARTHEST <= day <= clock.today() + FARTHEST:
        message = "改正の日は、前後6か月のうちにしてください。"
        raise InvalidError(message, field="day")
    lines = _sound_lines(organisation_id, text)
    made = add(Reform(organisation_id=organisation_id, day=day, text=text, made_by_id=actor.staff_id, before={}))
    audit.record(actor, Act.REFORM_PLANNED, clock.date_label(day), organisation_id=organisation_id, lines=len(lines))
    db.session.flush()
    if day <= clock.today():
        _carry_out(actor, made)
    return made


def _sound_lines(organisation_id: int, text: str) -> list[Line]:
    """Return the lines of a list, of which none has a fault. Raises InvalidError, which names the first faults."""
    lines = read(organisation_id, text)
    if faults := [f"{line.number}行目：{line.fault}" for line in lines if line.fault]:
        message = "。".join(faults[:5]) + "。"
        raise InvalidError(message, field="text")
    return lines


def own(actor: Actor, reform_id: int) -> Reform:
    """Return a reorganisation of an organisation whose staff the actor manages; it is held. Raises NotFoundError."""
    row = db.session.get(Reform, reform_id, with_for_update=True)
    if row is None or row.organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    return row


def planned_for(organisation_id: int, day: dt.date) -> Sequence[Reform]:
    """Return the reorganisations of an organisation that wait for a day."""
    waits = sa.and_(Reform.organisation_id == organisation_id, Reform.day == day, Reform.state == ReformState.PLANNED)
    return db.session.scalars(sa.select(Reform).where(waits).order_by(Reform.id)).all()


def reforms_of(organisation_id: int) -> Sequence[Reform]:
    """Return the reorganisations of an organisation, the latest first."""
    return db.session.scalars(
        sa.select(Reform)
        .options(joinedload(Reform.made_by))
        .where(Reform.organisation_id == organisation_id)
        .order_by(Reform.day.desc(), Reform.id.desc())
        .limit(20)
    ).all()


def carry_out_due() -> int:
    """Carry out what is planned for today or before, each by itself; return how many. The worker's daily task."""
    due = (
        sa.select(Reform.id)
        .where(Reform.state == ReformState.PLANNED, Reform.day <= clock.today())
        .order_by(Reform.day, Reform.id)
    )
    done = 0
    for reform_id in db.session.scalars(due).all():
        row = db.session.get(Reform, reform_id, with_for_update=True, populate_existing=True)
        if row is None or row.state is not ReformState.PLANNED:
            continue  # called off meanwhile
        actor = actor_of(row.made_by_id) if row.made_by_id else None
        try:
            with db.session.begin_nested():
                _carry_out(actor, row)
            done += 1
        except InvalidError as refusal:  # a section or a number is no longer there
            row.state, row.trouble = ReformState.STOPPED, refusal.message
        commit_part()
    return done


def _carry_out(actor: Actor | None, row: Reform) -> None:
    lines = _sound_lines(row.organisation_id, row.text)
    moved: list[dict[str, Any]] = []
    ended: dict[str, str | None] = {}
    led: list[list[Any]] = []
    made: list[int] = []
    for line in lines:
        assert line.old  # noqa: S101 - no fault
        new = _whither(row.organisation_id, line, row.day, made)
        for person in members(row.organisation_id, line.old.id, line.numbers):
            was = {"section_id": person.section_id, "posted_on": _iso(person.posted_on)}
            day = max(row.day, person.posted_on or person.joined_on)
            kept = posting.put(actor, person, new.id, person.post_id, day)
            after = {"to": new.id, "on": _iso(person.posted_on), "kept": kept.id if kept else None}
            moved.append({"membership": person.id, **was, **after})
        if not line.numbers:
            led += _lead_on(line.old, new)
            ended[str(line.old.id)] = _iso(line.old.ends_on)
            line.old.ends_on = max(row.day, line.old.begins_on or row.day)
        db.session.flush()
    row.state, row.before = ReformState.DONE, {"moved": moved, "ended": ended, "led": led, "made": made}
    audit.record(
        actor, Act.REFORM_DONE, clock.date_label(row.day), organisation_id=row.organisation_id, people=len(moved)
    )
    db.session.flush()


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _whither(organisation_id: int, line: Line, day: dt.date, made: list[int]) -> Section:
    """Return the section to which a line leads: one that is there, else a new one beside the old, or from the top down."""
    assert line.old  # noqa: S101 - no fault
    there = section.sections_of(organisation_id)
    known = {folded(one.title): one.id for one in there}
    beside = next(
        (one for one in there if one.parent_id == line.old.parent_id and folded(one.name) == folded(line.whither[-1])),
        None,
    )
    if (found := known.get(folded(" ".join(line.whither)))) is not None:
        return db.session.get_one(Section, found)
    if len(line.whither) == 1 and beside:
        return beside
    if len(line.whither) == 1:
        new = section.beside(line.old, line.whither[0])
        made.append(new.id)
    else:
        was = set(known.values())
        new = db.session.get_one(Section, section.nested(organisation_id, line.whither, known))
        made += sorted(set(known.values()) - was)
    new.begins_on = day
    return new


def _lead_on(old: Section, new: Section) -> list[list[Any]]:
    """Let what rests on an old section rest on the new one, but for what stays; return what, to lead it back."""
    led: list[list[Any]] = []
    for column in section.pointing_to("section"):
        table = column.table
        if table.name in STAYS:
            continue
        keys = list(table.primary_key)
        rows = db.session.execute(sa.select(*keys).where(column == old.id)).all()
        led += [[table.name, column.name, list(row), old.id, new.id] for row in rows]
        db.session.execute(sa.update(table).where(column == old.id).values({column.name: new.id}))
    for below in section.directly_below(old):
        if below.id != new.id and not new.path.startswith(below.path):
            led.append(["section", "parent_id", [below.id], old.id, new.id])
            section.put_below(below, new)
    return led


def call_off(actor: Actor, row: Reform) -> None:
    """Call a planned reorganisation off. Raises ConflictError where it was done."""
    if row.state is not ReformState.PLANNED:
        message = f"いまは「{row.state.label}」なので、取りやめられません。"
        raise ConflictError(message)
    row.state = ReformState.CALLED_OFF
    audit.record(actor, Act.REFORM_UNDONE, clock.date_label(row.day), organisation_id=row.organisation_id)
    db.session.flush()


def undo(actor: Actor, row: Reform) -> int:
    """Take a reorganisation back as one act; who was moved since stays where they are. Return how many people came back.

    Raises ConflictError where it was not done, or an old section is there no more.
    """
    if row.state is not ReformState.DONE:
        message = f"いまは「{row.state.label}」なので、元に戻せません。"
        raise ConflictError(message)
    back = 0
    _check_still_there(row)
    for section_id, ends_on in row.before["ended"].items():
        old = db.session.get(Section, int(section_id))
        if old:
            old.ends_on = dt.date.fromisoformat(ends_on) if ends_on else None
    db.session.flush()
    for one in reversed(row.before["moved"]):
        person = db.session.get(Membership, one["membership"])
        if person is None or (person.section_id, _iso(person.posted_on)) != (one["to"], one["on"]):
            continue
        if one["kept"]:
            db.session.execute(sa.delete(Posting).where(Posting.id == one["kept"]))
        person.section_id = one["section_id"]
        person.posted_on = dt.date.fromisoformat(one["posted_on"]) if one["posted_on"] else None
        back += 1
    for table, column, key, old_id, *new_id in reversed(row.before["led"]):
        _lead_back(table, column, key, old_id, *new_id)
    for section_id in reversed(row.before["made"]):
        _remove_if_bare(section_id)
    row.state = ReformState.UNDONE
    audit.record(actor, Act.REFORM_UNDONE, clock.date_label(row.day), organisation_id=row.organisation_id, people=back)
    db.session.flush()
    return back


def _check_still_there(row: Reform) -> None:
    """Raise ConflictError where one of the old sections was merged into another since."""
    old = {int(one) for one in row.before["ended"]} | {one["section_id"] for one in row.before["moved"]}
    old |= {one[3] for one in row.before["led"]}
    old -= {None}
    there = set(db.session.scalars(sa.select(Section.id).where(Section.id.in_(old))))
    if there != old:
        message = "前の部署の一つが、そのあとでほかの部署にまとめられたため、元に戻せません。戻したいところは、新しい組織改正で行ってください。"
        raise ConflictError(message)


def _lead_back(table: str, column: str, key: list[Any], old_id: int, new_id: int | None = None) -> None:
    """Let one row rest on its old section again, unless it was led elsewhere since; early ones do not say whither they were led."""
    if table == "section":
        below, above = db.session.get(Section, key[0]), db.session.get(Section, old_id)
        if below and above and new_id in {None, below.parent_id}:
            section.put_below(below, above)
        return
    pointing = next(one for one in section.pointing_to("section") if (one.table.name, one.name) == (table, column))
    where = [part == value for part, value in zip(pointing.table.primary_key, key, strict=True)]
    where += [pointing == new_id] if new_id else []
    db.session.execute(sa.update(pointing.table).where(*where).values({column: old_id}))


def _remove_if_bare(section_id: int) -> None:
    """Remove a section that the act began, where nothing points to it."""
    db.session.flush()
    row = db.session.get(Section, section_id)
    if row and not any(
        db.session.scalar(sa.select(sa.exists().where(column == section_id)))
        for column in section.pointing_to("section")
    ):
        db.session.delete(row)
        db.session.flush()
