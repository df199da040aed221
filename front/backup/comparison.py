"""Comparing a backup with what is there now: row by row, whatever the engine, and file by file, byte by byte."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kernel.errors import ConflictError

from front.backup import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from courses.files.files import Files

    from front.backup.taking import Backup

NAMED = 10
"""How many of the rows that differ are named a table."""


@dataclass
class Difference:
    """What a table has otherwise: rows that only the backup has, rows that are only there now, by the first columns of some."""

    table: str
    only_backup: int
    only_now: int
    some: list[str]


@dataclass
class Comparison:
    """What differs, of how many rows and files."""

    rows: int = 0
    files: int = 0
    differences: list[Difference] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Tell whether nothing differs."""
        return not self.differences and not self.lost


def compare(backup: Backup, files: Files, tell: Callable[[str], None]) -> Comparison:
    """Compare a backup with the database and the store as they are. A row that was changed is there on both sides.

    Raises ConflictError where the database has another schema.
    """
    found = Comparison()
    with rows.one_moment() as connection:
        if rows.revision(connection) != backup.revision:
            message = (
                f"the database has another schema than the backup ({backup.revision}): compare before `flask prepare`"
            )
            raise ConflictError(message)
        for table in rows.tables(connection):
            tell(f"rows of {table.name}")
            found.rows += backup.tables.get(table.name, 0)
            difference = _differing(table.name, backup.lines(table.name), rows.lines(connection, table))
            if difference:
                found.differences.append(difference)
    digests = backup.digests()
    found.files = len(digests)
    for number, digest in enumerate(digests, 1):
        tell(f"file {number} of {len(digests)}")
        if not files.is_whole(digest):
            found.lost.append(digest)
    return found


def _differing(table: str, ours: Iterator[str], theirs: Iterator[str]) -> Difference | None:
    """Compare two streams of rows that stand in about the same order: what waits for its like in the other one stays few."""
    waiting: tuple[dict[bytes, str], dict[bytes, str]] = ({}, {})
    for pair in itertools.zip_longest(ours, theirs):
        for side, line in enumerate(pair):
            if line is None:
                continue
            key = hashlib.blake2b(line.encode(), digest_size=16).digest()
            if waiting[1 - side].pop(key, None) is None:
                waiting[side][key] = _name(line)
    if not any(waiting):
        return None
    names = {name for side in waiting for name in itertools.islice(side.values(), NAMED)}
    return Difference(table, len(waiting[0]), len(waiting[1]), sorted(names)[:NAMED])


def _name(line: str) -> str:
    """Return how a row begins: its key. The rest may be personal data."""
    return line.removeprefix("{").split(", ", 1)[0]
