"""Sections (部署): the tree of an organisation, with dates; found by what people call them, renamed, and merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

import sqlalchemy as sa

from kernel import clock
from kernel.database import Base, add, db
from kernel.errors import InvalidError, NotFoundError
from kernel.spelling import folded

from people import audit
from people.act import Act
from people.audit import Change
from people.membership import is_not_over
from people.models import Membership, Section
from people.permission import Permission

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from people.permission import Actor

DEEPEST = 6
MOST_SECTIONS = 2000
LONGEST_NAME = 100


@dataclass(frozen=True)
class WriteSection:
    """What a section is to be: its name, within which other (0: none), and from when to when."""

    name: str
    parent_id: int
    begins_on: dt.date | None
    ends_on: dt.date | None


@dataclass(frozen=True)
class Staffed:
    """A section and how many people are in it, those below it left out."""

    section: Section
    people: int

    @property
    def depth(self) -> int:
        """Return how many sections stand above it."""
        return self.section.path.count("/") - 1

    @property
    def is_over(self) -> bool:
        """Tell whether it has ended."""
        return self.section.ends_on is not None and self.section.ends_on <= clock.today()


def is_there() -> sa.ColumnElement[bool]:
    """Return the condition that a section has not ended."""
    return sa.or_(Section.ends_on.is_(None), Section.ends_on > clock.today())


def section(actor: Actor, section_id: int) -> Section:
    """Return a section of an organisation whose staff the actor manages. Raises NotFoundError."""
    row = db.session.scalar(
        sa.select(Section).where(
            Section.id == section_id, actor.scope(Permission.MANAGE_STAFF).where(Section.organisation_id)
        )
    )
    if row is None:
        raise NotFoundError
    return row


def sections_of(organisation_id: int, *, with_ended: bool = False) -> Sequence[Section]:
    """Return the sections of an organisation, each before those below it."""
    statement = sa.select(Section).where(Section.organisation_id == organisation_id)
    statement = statement if with_ended else statement.where(is_there())
    return db.session.scalars(statement.order_by(Section.title, Section.id).limit(MOST_SECTIONS)).all()


def staffed(organisation_id: int) -> list[Staffed]:
    """Return the sections of an organisation with how many people each has, each before those below it."""
    rows = db.session.execute(
        sa.select(Section, sa.func.count(Membership.id))
        .outerjoin(Membership, sa.and_(Membership.section_id == Section.id, is_not_over()))
        .where(Section.organisation_id == organisation_id)
        .group_by(Section.id)
        .order_by(Section.title, Section.id)
        .limit(MOST_SECTIONS)
    )
    return [Staffed(row, people) for row, people in rows]


def named(organisation_id: int, text: str) -> int | None:
    """Return the id of the section that a text means, by its name alone or with those above it; a new one where there is none.

    None for an empty text. Of several that are called alike, the first is meant.
    """
    if not (key := folded(text)):
        return None
    for row in sections_of(organisation_id):
        if key in {folded(row.name), folded(row.title)}:
            return row.id
    return _new(organisation_id, None, text).id


def _new(organisation_id: int, parent: Section | None, name: str) -> Section:
    title = f"{parent.title} {name}" if parent else name
    row = add(
        Section(
            organisation_id=organisation_id, parent_id=parent.id if parent else None, name=name, title=title, path=""
        )
    )
    row.path = f"{parent.path if parent else ''}{row.id}/"
    db.session.flush()
    return row


def beside(row: Section, name: str) -> Section:
    """Begin a section beside another one, within the same."""
    parent = db.session.get(Section, row.parent_id) if row.parent_id else None
    return _new(row.organisation_id, parent, name)


def nested(organisation_id: int, names: Sequence[str], known: dict[str, int]) -> int | None:
    """Return the id of the section that names from the top down mean, with those above it; new ones where there are none.

    `known` are the sections by their folded title; it learns the new ones. None for no name.
    """
    found: int | None = None
    for place, name in enumerate(names, 1):
        key = folded(" ".join(names[:place]))
        if key not in known:
            parent = db.session.get(Section, found) if found else None
            known[key] = _new(organisation_id, parent, name).id
        found = known[key]
    return found


def titled(section_id: int) -> str:
    """Return what a section is called, with those above it."""
    return db.session.scalars(sa.select(Section.title).where(Section.id == section_id)).one()


def begin(actor: Actor, organisation_id: int, command: WriteSection) -> Section:
    """Enter a section. Raises NotFoundError for another organisation, InvalidError for a name that is taken there."""
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    parent = _parent(organisation_id, command.parent_id)
    _check(organisation_id, command, None)
    row = _new(organisation_id, parent, command.name)
    row.begins_on, row.ends_on = command.begins_on, command.ends_on
    audit.record(actor, Act.SECTION_ENTERED, row.title, organisation_id=organisation_id)
    return row


def write(actor: Actor, row: Section, command: WriteSection) -> Section:
    """Rename a section, put it within another, or give it dates; what is below it goes along.

    Raises InvalidError where it would be within itself, or its name is taken there.
    """
    parent = _parent(row.organisation_id, command.parent_id)
    if parent and parent.path.startswith(row.path):
        message = "この部署の中にある部署を、上の部署にはできません。"
        raise InvalidError(message, field="parent_id")
    _check(row.organisation_id, command, row)
    was = row.title
    row.name, row.begins_on, row.ends_on = command.name, command.begins_on, command.ends_on
    put_below(row, parent)
    audit.record(
        actor, Act.SECTION_CHANGED, row.title, organisation_id=row.organisation_id, change=Change([was], [row.title])
    )
    db.session.flush()
    return row


def _below(organisation_id: int, path: str) -> Sequence[Section]:
    return db.session.scalars(
        sa.select(Section).where(
            Section.organisation_id == organisation_id,
            Section.path.startswith(path, autoescape=True),
            Section.path != path,
        )
    ).all()


def _parent(organisation_id: int, parent_id: int) -> Section | None:
    if not parent_id:
        return None
    parent = db.session.get(Section, parent_id)
    if parent is None or parent.organisation_id != organisation_id:
        raise NotFoundError
    if parent.path.count("/") >= DEEPEST:
        message = f"部署は{DEEPEST}段までです。"
        raise InvalidError(message, field="parent_id")
    return parent


def _check(organisation_id: int, command: WriteSection, row: Section | None) -> None:
    if command.begins_on and command.ends_on and command.ends_on < command.begins_on:
        message = "終わりの日は、始まりの日より後にしてください。"
        raise InvalidError(message, field="ends_on")
    for other in sections_of(organisation_id):
        is_beside = (other.parent_id or 0) == command.parent_id and (row is None or other.id != row.id)
        if is_beside and folded(other.name) == folded(command.name):
            message = f"「{other.title}」がすでにあります。一つにするときは「ほかの部署にまとめる」を使います。"
            raise InvalidError(message, field="name")


def merge(actor: Actor, row: Section, into: Section) -> Section:
    """Let everything that points to a section point to another one of the organisation, which takes its place, and remove it.

    Members, their history, adoptions and enrolments go along; sections below it come to stand below the other.
    Raises InvalidError where the other is itself or below it.
    """
    if into.organisation_id != row.organisation_id:
        raise NotFoundError
    if into.path.startswith(row.path):
        message = "自分自身や、この部署の中にある部署にはまとめられません。"
        raise InvalidError(message, field="into_id")
    for below in _below(row.organisation_id, row.path):
        below.title = f"{into.title}{below.title.removeprefix(row.title)}"
        below.path = f"{into.path}{below.path.removeprefix(row.path)}"
    db.session.flush()
    point_elsewhere("section", row.id, into.id)
    audit.record(
        actor,
        Act.SECTIONS_MERGED,
        into.title,
        organisation_id=row.organisation_id,
        change=Change([row.title], [into.title]),
    )
    db.session.expire_all()
    db.session.delete(row)
    db.session.flush()
    return into


def directly_below(row: Section) -> Sequence[Section]:
    """Return the sections directly below one, by name."""
    return db.session.scalars(sa.select(Section).where(Section.parent_id == row.id).order_by(Section.title)).all()


def put_below(row: Section, parent: Section | None) -> None:
    """Let a section, with all below it, stand below another one, or at the top."""
    was, was_path = row.title, row.path
    row.parent_id = parent.id if parent else None
    row.title = f"{parent.title} {row.name}" if parent else row.name
    row.path = f"{parent.path if parent else ''}{row.id}/"
    for below in _below(row.organisation_id, was_path):
        below.title = f"{row.title}{below.title.removeprefix(was)}"
        below.path = f"{row.path}{below.path.removeprefix(was_path)}"
    db.session.flush()


def point_elsewhere(table: str, one: int, other: int) -> None:
    """Let every column of every table that points to a row of a table point to another one."""
    for column in pointing_to(table):
        db.session.execute(sa.update(column.table).where(column == one).values({column.name: other}))


def pointing_to(table: str) -> Iterator[sa.Column[int]]:
    """Yield every column of the database that points to a table."""
    for other in Base.metadata.tables.values():
        for key in other.foreign_keys:
            if key.column.table.name == table:
                yield key.parent


Sum = TypeVar("Sum", bound="Addable")


class Addable(Protocol):
    """What can be added to its like."""

    def __add__(self, other: Self) -> Self:
        """Return both together."""
        ...


def summed(rows: Sequence[Section], parts: Mapping[str, Sum]) -> list[tuple[Section, Sum]]:
    """Return what each section comes to with those below it, in their order, from what those of each path come to alone."""
    sums: dict[int, Sum] = {}
    for path, part in parts.items():
        for section_id in map(int, path.split("/")[:-1]):
            sums[section_id] = sums[section_id] + part if section_id in sums else part
    return [(row, sums[row.id]) for row in rows if row.id in sums]
