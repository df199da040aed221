"""The bare bulk load (一括投入): how long the database itself takes for the rows that a load has just written; the measure of a load."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.database import Base, db, is_postgresql

from people.models import AuditEntry, Membership, Staff
from people.personnel.models import PersonnelChange

if TYPE_CHECKING:
    from collections.abc import Sequence

TABLES: Sequence[sa.Table] = tuple(
    Base.metadata.tables[row.__tablename__] for row in (Staff, Membership, AuditEntry, PersonnelChange)
)
"""What is written of each person who is new."""


def people_a_second(people: int) -> float:
    """Return how many people a second the database loads by itself: the latest rows of each table, as many as there are people.

    They go into tables of the same columns and indexes that nobody else sees, by COPY on PostgreSQL and by one prepared statement on
    SQLite, and are gone with the connection. What is in the database is only read.
    """
    return people / max(sum(_seconds(table, people) for table in TABLES), 0.001)


def _seconds(table: sa.Table, rows: int) -> float:
    connection = db.session.connection()
    bare = table.to_metadata(sa.MetaData(), name=f"bare_{table.name}")
    bare._prefixes = ["TEMPORARY"]  # noqa: SLF001 - a copy of a table takes no prefixes
    for constraint in list(bare.foreign_key_constraints):
        bare.constraints.discard(constraint)
    bare.create(connection)
    columns = ", ".join(column.name for column in table.columns)
    latest = f"SELECT {columns} FROM {table.name} ORDER BY id DESC LIMIT {int(rows)}"  # noqa: S608 - names and a number of our own
    cursor: Any = connection.connection.cursor()
    if is_postgresql():
        with cursor.copy(f"COPY ({latest}) TO STDOUT") as copy:
            written = b"".join(copy)
        begun = time.perf_counter()
        with cursor.copy(f"COPY {bare.name} ({columns}) FROM STDIN") as copy:
            copy.write(written)
    else:
        found = cursor.execute(latest).fetchall()
        marks = ", ".join("?" for _column in bare.columns)
        begun = time.perf_counter()
        cursor.executemany(f"INSERT INTO {bare.name} ({columns}) VALUES ({marks})", found)  # noqa: S608 - the same
    seconds = time.perf_counter() - begun
    bare.drop(connection)
    return seconds
