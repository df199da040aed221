"""Rows of a database as lines of JSON, out and in again: every table as it is there, whatever the engine and the version."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.types import UserDefinedType

from kernel.database import db, reading, slices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AT_ONCE = 1000
VERSION_OF_SCHEMA = "alembic_version"
READ_TYPES = {sa.Date: dt.date.fromisoformat, sa.DateTime: dt.datetime.fromisoformat}


class JsonText(UserDefinedType[str]):
    """A JSON column of PostgreSQL as the text that it holds; SQLite keeps it as a text anyway."""

    cache_ok = True

    def get_col_spec(self, **_said: object) -> str:
        """Return the type in the tongue of the database."""
        return "JSON"

    def column_expression(self, colexpr: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
        """Read the text."""
        return sa.cast(colexpr, sa.Text)

    def bind_expression(self, bindvalue: sa.BindParameter[Any]) -> sa.ColumnElement[Any]:
        """Write the text."""
        return sa.cast(sa.type_coerce(bindvalue, sa.Text), sa.JSON)


@contextlib.contextmanager
def one_moment() -> Iterator[sa.Connection]:
    """Give a connection that sees the database as it stood at one moment, and holds up nobody who writes."""
    token = reading.set(True)  # SQLite: a reader of the log of writes
    try:
        with db.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)  # noqa: PLW2901
            yield connection
    finally:
        reading.reset(token)


def revision(connection: sa.Connection) -> str:
    """Return the version of the schema, as the migrations name it."""
    return str(connection.scalar(sa.select(sa.column("version_num")).select_from(sa.table(VERSION_OF_SCHEMA))))


def tables(connection: sa.Connection) -> list[sa.Table]:
    """Return the tables that are there, with the columns that they have."""
    found = sa.MetaData()
    found.reflect(connection)
    is_sqlite = connection.dialect.name == "sqlite"
    for table in found.tables.values():
        for column in table.columns:
            if isinstance(column.type, sa.JSON):
                column.type = sa.Text() if is_sqlite else JsonText()
    return sorted(found.tables.values(), key=lambda table: table.name)


def lines(connection: sa.Connection, table: sa.Table) -> Iterator[str]:
    """Return each row of a table as a line of JSON, in the order of its key; times are in UTC."""
    statement = sa.select(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(yield_per=AT_ONCE).execute(statement)
    names = list(rows.keys())
    for row in rows:
        yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=_written)


def _written(value: object) -> str:
    if isinstance(value, dt.datetime):
        return (value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    message = f"a backup cannot hold {type(value).__name__}"
    raise TypeError(message)


def load(connection: sa.Connection, table: sa.Table, written: Iterable[str]) -> int:
    """Put rows that `lines` wrote into a table; return how many."""
    zone = dt.UTC if connection.dialect.name == "postgresql" else None
    readers = {
        column.name: read
        for column in table.columns
        for kind, read in READ_TYPES.items()
        if isinstance(column.type, kind)
    }

    def row_of(line: str) -> dict[str, Any]:
        row: dict[str, Any] = json.loads(line)
        for name, read in readers.items():
            if row[name] is not None:
                value = read(row[name])
                row[name] = value.replace(tzinfo=zone) if isinstance(value, dt.datetime) else value
        return row

    count = 0
    for part in slices(map(row_of, written), AT_ONCE):
        connection.execute(sa.insert(table), part)
        count += len(part)
    return count


@contextlib.contextmanager
def in_any_order(connection: sa.Connection, found: list[sa.Table]) -> Iterator[None]:
    """Let rows come in before those that they point to; at the end every one must point to a row that is there.

    Raises IntegrityError where one does not.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # looked at by the COMMIT
        yield
        return
    keys = [key for table in found for key in table.foreign_key_constraints]
    for key in keys:
        connection.execute(sa.schema.DropConstraint(key))
    yield
    for key in keys:
        connection.execute(sa.schema.AddConstraint(key))
    for table in found:
        for column in table.primary_key.columns:
            if isinstance(column.type, sa.Integer):
                highest = sa.select(sa.func.max(column)).scalar_subquery()
                sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
                connection.execute(sa.select(sa.func.setval(sequence, highest)))
