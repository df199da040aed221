"""A folder in which a personnel system leaves its files (人事システムからの受け渡し): each is taken in once, and then put away.

A file is applied by itself only where that was asked for and no more people leave than usual; any other one waits on the page until
somebody has looked through it. Whoever is named as the one who acts needs the right, and it is checked with each file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import commit_part, db
from kernel.errors import ConflictError, InvalidError, RefusalError
from kernel.secret import digest
from kernel.tables.office_table import FileText, text_of_file

from people.personnel import work
from people.personnel.file import Send, send
from people.personnel.models import FileState, PersonnelFile
from people.personnel.reading import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from people.permission import Actor

TAKEN, REFUSED = "taken", "refused"
"""Folders within the folder: files that are in the database, and files that could not be read, with the reason beside each."""
STILL = 30
"""A file is taken when nothing has been written to it for so many seconds."""


@dataclass(frozen=True)
class Way:
    """How the files of an organisation are taken in: who acts, whether everybody stands in each, whether they are applied by themselves."""

    actor: Actor
    organisation_id: int
    is_complete: bool = False
    applies: bool = False


def take_in(way: Way, path: Path) -> PersonnelFile:
    """Take a file in and compare it; let it be applied where the way says so and no more people leave than usual.

    Raises NotFoundError without the right, InvalidError for a file that cannot be read, ConflictError while another one is at work.
    """
    return _take_in(way, path.name, _read(path))


def _read(path: Path) -> FileText:
    if path.stat().st_size > LARGEST_FILE:
        message = f"ファイルが大きすぎます（{LARGEST_FILE // 1_000_000}MBまで）。"
        raise InvalidError(message, field="file")
    return text_of_file(path.read_bytes())


def _take_in(way: Way, name: str, found: FileText) -> PersonnelFile:
    command = Send(name, found.text, clock.today(), way.is_complete, tuple(found.left_out))
    file = send(way.actor, way.organisation_id, command)
    if way.applies and not work.is_many(file, work.leaving(file, [])) and work.number_of_changes(file, []):
        work.start(way.actor, file, [], None)
    return file


def look(way: Way, folder: Path, now: float) -> Iterator[tuple[str, str]]:
    """Take in every file that lies in a folder and is written no more; yield the name of each and what became of it.

    `now` is in the seconds of the files' own times. A file is in the database before it is put away: whoever is stopped in between
    finds it there again, and only puts it away. While another file is at work the rest waits for the next look.
    """
    for path in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")):
        if now - path.stat().st_mtime < STILL:
            continue
        try:
            told = _told(way, path)
        except ConflictError:
            db.session.rollback()
            return
        except RefusalError as refusal:
            db.session.rollback()
            told = refusal.message or "取り込む権限がありません。"
            beside = _put_away(path, folder / REFUSED)
            beside.with_name(beside.name + ".txt").write_text(told + "\n", encoding="utf-8-sig")
        else:
            commit_part()
            _put_away(path, folder / TAKEN)
        yield path.name, told


def _told(way: Way, path: Path) -> str:
    found = _read(path)
    latest = db.session.execute(
        sa.select(PersonnelFile.name, PersonnelFile.digest)
        .where(PersonnelFile.organisation_id == way.organisation_id, PersonnelFile.state != FileState.DROPPED)
        .order_by(PersonnelFile.id.desc())
        .limit(1)
    ).first()
    if latest and tuple(latest) == (path.name[:200], digest(found.text)):
        return "すでに取り込んであります。"
    file = _take_in(way, path.name, found)
    return "反映を始めました。" if file.state.is_at_work else "画面で確かめるのを待っています。"


def _put_away(path: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    there = folder / f"{clock.now():%Y%m%d-%H%M%S}-{path.name}"
    return path.rename(there)
