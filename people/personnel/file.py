"""A personnel file (人事データの名簿): sent, compared with who is there, looked through, and perhaps dropped; nothing of the staff is changed by it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import Base, add, db, put, slices
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.secret import digest

from people import audit
from people.act import Act
from people.permission import Actor, Permission
from people.personnel.columns import key_of
from people.personnel.difference import compare
from people.personnel.models import (
    AT_WORK,
    ChangeState,
    FileState,
    Kind,
    PersonnelChange,
    PersonnelFile,
    PersonnelHeadings,
)
from people.personnel.reading import Reading, read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AT_ONCE = 2000
FARTHEST = dt.timedelta(days=183)
"""How far ahead a file may hold: in October for April."""


@dataclass(frozen=True)
class Send:
    """A file that is sent: its name and text, the day from which it holds, and whether everybody of the organisation stands in it."""

    name: str
    text: str
    day: dt.date
    is_complete: bool
    left_out: tuple[str, ...] = ()


def send(actor: Actor, organisation_id: int, command: Send) -> PersonnelFile:
    """Take a file in and compare it with who is there; nothing of them is changed.

    Raises NotFoundError for another organisation, InvalidError for a day far ahead or a file that cannot be read, ConflictError
    while another file of the organisation is at work.
    """
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    if command.day > clock.today() + FARTHEST:
        message = "基準日は、6か月先までの日にしてください。"
        raise InvalidError(message, field="day")
    check_nothing_at_work(organisation_id)
    reading = read(command.text, said_of(organisation_id))
    file = add(
        PersonnelFile(
            organisation_id=organisation_id, made_by_id=actor.staff_id, name=command.name[:200], text=command.text,
            digest=digest(command.text), day=command.day, is_complete=command.is_complete, off=[],
            left_out=[[0, told] for told in command.left_out],
        )
    )  # fmt: skip
    _compare(file, reading)
    return file


def check_nothing_at_work(organisation_id: int) -> None:
    """Raise ConflictError while a file of an organisation is at work."""
    if db.session.scalar(
        sa.select(sa.exists().where(PersonnelFile.organisation_id == organisation_id, PersonnelFile.state.in_(AT_WORK)))
    ):
        message = "前の名簿を反映しているところです。終わってから、もう一度お試しください。"
        raise ConflictError(message)


def said_of(organisation_id: int) -> Mapping[str, str]:
    """Return what was said by hand of the headings of an organisation's files."""
    row = db.session.get(PersonnelHeadings, organisation_id)
    return row.said if row else {}


def _compare(file: PersonnelFile, reading: Reading) -> None:
    found = compare(file.organisation_id, reading, file.day, is_complete=file.is_complete)
    file.same, file.present = found.same, found.present
    file.left_out = [row for row in file.left_out if row[0] == 0] + [list(row) for row in reading.left_out]
    db.session.execute(sa.delete(PersonnelChange).where(PersonnelChange.file_id == file.id))
    for part in slices(found.changes, AT_ONCE):
        put(
            Base.metadata.tables["personnel_change"],
            [
                {
                    "file_id": file.id, "line": one.line, "kind": one.kind, "membership_id": one.membership_id,
                    "name": one.name, "words": one.words, "said": one.said, "before": {}, "state": ChangeState.PLANNED,
                    "told": "",
                }
                for one in part
            ],
        )  # fmt: skip
    db.session.flush()


def headings_of(file: PersonnelFile) -> Reading:
    """Return how a file is read now; nothing of it where what was said of another file leaves no headings in it."""
    try:
        return read(file.text, said_of(file.organisation_id))
    except InvalidError:
        return Reading((), ())


def forget_headings(actor: Actor, file: PersonnelFile) -> None:
    """Forget what was said by hand of the headings of an organisation's files, and compare a file anew. Raises as `say_headings`."""
    check_compared(file)
    reading = read(file.text, {})
    db.session.execute(sa.delete(PersonnelHeadings).where(PersonnelHeadings.organisation_id == file.organisation_id))
    audit.record(actor, Act.PERSONNEL_HEADINGS, file.name, organisation_id=file.organisation_id)
    _compare(file, reading)


def say_headings(actor: Actor, file: PersonnelFile, columns: Mapping[str, str]) -> None:
    """Say of a file what its headings say (heading to the value of a column, empty for none); it is remembered, and compared anew.

    Raises ConflictError for a file that is looked through no more, InvalidError where it cannot be read so.
    """
    check_compared(file)
    said = {**said_of(file.organisation_id), **{key_of(heading): value for heading, value in columns.items()}}
    reading = read(file.text, said)
    row = db.session.get(PersonnelHeadings, file.organisation_id) or PersonnelHeadings(
        organisation_id=file.organisation_id
    )
    row.said = said
    db.session.add(row)
    audit.record(actor, Act.PERSONNEL_HEADINGS, file.name, organisation_id=file.organisation_id)
    _compare(file, reading)


def own_file(actor: Actor, file_id: int) -> PersonnelFile:
    """Return a file of an organisation whose staff the actor manages. Raises NotFoundError."""
    row = db.session.scalar(
        sa.select(PersonnelFile)
        .options(joinedload(PersonnelFile.made_by))
        .where(PersonnelFile.id == file_id, actor.scope(Permission.MANAGE_STAFF).where(PersonnelFile.organisation_id))
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError
    return row


def files(actor: Actor, organisation_id: int) -> Sequence[PersonnelFile]:
    """Return the files of an organisation, the latest first."""
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    return db.session.scalars(
        sa.select(PersonnelFile)
        .options(joinedload(PersonnelFile.made_by))
        .where(PersonnelFile.organisation_id == organisation_id)
        .order_by(PersonnelFile.id.desc())
        .limit(20)
    ).all()


def counts(file_id: int) -> dict[Kind, dict[ChangeState, int]]:
    """Return how many changes a file has, by kind and by what became of them: one query."""
    found: dict[Kind, dict[ChangeState, int]] = {kind: {} for kind in Kind}
    for kind, state, number in db.session.execute(
        sa.select(PersonnelChange.kind, PersonnelChange.state, sa.func.count())
        .where(PersonnelChange.file_id == file_id)
        .group_by(PersonnelChange.kind, PersonnelChange.state)
    ):
        found[kind][state] = number
    return found


def changes_of(file_id: int, kind: Kind | None = None, state: ChangeState | None = None) -> sa.Select[PersonnelChange]:
    """Return the statement of the changes of a file, in the order of its lines."""
    statement = sa.select(PersonnelChange).where(PersonnelChange.file_id == file_id)
    if kind:
        statement = statement.where(PersonnelChange.kind == kind)
    if state:
        statement = statement.where(PersonnelChange.state == state)
    return statement.order_by(PersonnelChange.line, PersonnelChange.id)


def drop(actor: Actor, file: PersonnelFile) -> None:
    """Apply nothing of a file. Raises ConflictError for one that is looked through no more."""
    check_compared(file)
    db.session.execute(sa.delete(PersonnelChange).where(PersonnelChange.file_id == file.id))
    file.state, file.text, file.ended_at = FileState.DROPPED, "", clock.now()
    audit.record(actor, Act.PERSONNEL_DROPPED, file.name, organisation_id=file.organisation_id)
    db.session.flush()


def check_compared(file: PersonnelFile) -> None:
    """Hold a file, and raise ConflictError for one that is looked through no more."""
    db.session.refresh(file, ["state"], with_for_update=True)
    if not file.state.is_compared:
        message = (
            f"この名簿は、もう確かめるところではありません（{file.state.label}）。ページを読み込み直してください。"
        )
        raise ConflictError(message)


def table_of(changes: sa.Select[PersonnelChange]) -> list[list[str | int]]:
    """Return changes as a table: headings, then a row each."""
    rows = db.session.scalars(changes)
    return [
        ["行", "種類", "氏名", "内容", "結果", "理由"],
        *([row.line or "", row.kind.label, row.name, row.words, row.state.label, row.told] for row in rows),
    ]
