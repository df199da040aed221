"""Taking a backup: the rows of one moment, then every file that they name, while people work.

A folder of backups holds one folder a backup, named by its moment in UTC, and the files of all of them, each once. A
backup is whole when it has its `backup.json`; what was broken off has none. Rows come first: no row of a backup can name a file
that came later.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import alone
from kernel.errors import InvalidError

from courses import storage
from courses.files.files import Files

from front.backup import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FORM = 1
LABEL = "backup.json"
ENDING = ".jsonl.gz"


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself: when, of which schema, how many rows a table, how many files, which of them were not whole."""

    folder: Path
    taken_at: str
    revision: str
    tables: dict[str, int]
    files: int
    lost: list[str]

    @property
    def store(self) -> Files:
        """Return the files, which all backups of a folder share."""
        return store_of(self.folder.parent)

    def digests(self) -> list[str]:
        """Return the digests of the files that its rows name, each once."""
        named = {json.loads(line)["digest"] for table in storage.NAMING for line in self.lines(table.__tablename__)}
        return sorted(named)

    def lines(self, table: str) -> Iterator[str]:
        """Return the rows of a table, in the order of their keys; of one that it does not have, none."""
        if table not in self.tables:
            return
        with gzip.open(self.folder / f"{table}{ENDING}", "rt", encoding="utf-8") as file:
            for line in file:
                yield line.rstrip("\n")


def store_of(folder: Path) -> Files:
    """Return the files of a folder of backups."""
    return Files(f"file://{folder.resolve() / 'files'}")


def opened(folder: Path) -> Backup:
    """Return the backup in a folder. Raises InvalidError where it is none, or is not whole."""
    try:
        said = json.loads((folder / LABEL).read_text(encoding="utf-8"))
        form = said.pop("form")
    except (OSError, ValueError, KeyError) as error:
        message = f"{folder} holds no whole backup: {LABEL} is missing or cannot be read"
        raise InvalidError(message) from error
    if form != FORM:
        message = f"{folder} was written by another version of this program (form {form}, this one reads {FORM})"
        raise InvalidError(message)
    return Backup(folder=folder, **said)


def take(target: Path, files: Files, tell: Callable[[str], None]) -> Backup:
    """Take a backup into a folder of backups, and return it. People go on working; the schema and the store stay as they are.

    Files that an earlier backup has are not copied again. Raises InvalidError where a backup of this second is there.
    """
    taken_at = clock.now()
    folder = target / f"{taken_at:%Y%m%dT%H%M%SZ}"
    part = target / f"{folder.name}.part"
    if folder.exists():
        message = f"{folder} is there already"
        raise InvalidError(message)
    with alone():
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        with rows.one_moment() as connection:
            counts = {table.name: _write(connection, table, part, tell) for table in rows.tables(connection)}
            revision = rows.revision(connection)
            digests = list(connection.scalars(sa.select(storage.named().subquery().c.digest).distinct()))
        lost = copy(digests, files, store_of(target), tell)
    backup = Backup(folder, taken_at.isoformat(), revision, counts, len(digests), lost)
    said = {name: value for name, value in asdict(backup).items() if name != "folder"}
    with (part / LABEL).open("w", encoding="utf-8") as label:
        json.dump({"form": FORM, **said}, label, ensure_ascii=False, indent=1)
        label.flush()
        os.fsync(label.fileno())
    part.rename(folder)
    return backup


def _write(connection: sa.Connection, table: sa.Table, folder: Path, tell: Callable[[str], None]) -> int:
    tell(f"rows of {table.name}")
    count = 0
    with (folder / f"{table.name}{ENDING}").open("wb") as file:
        with gzip.open(file, "wt", encoding="utf-8", compresslevel=1) as packed:
            for line in rows.lines(connection, table):
                packed.write(line)
                packed.write("\n")
                count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def copy(
    digests: list[str], source: Files, target: Files, tell: Callable[[str], None], *, mends: bool = False
) -> list[str]:
    """Copy files that are not there yet, or, where it mends, not whole; return the digests of those that the source has lost, or has otherwise than named."""
    there = {file.name for file in target.listed()}
    lost = []
    for number, digest in enumerate(digests, 1):
        tell(f"file {number} of {len(digests)}")
        is_there = digest in there and (not mends or target.is_whole(digest))
        if not is_there and not source.copy_to(target, digest):
            lost.append(digest)
    return lost
