"""The database: the declarative base, the types every table uses, and the habits of each engine."""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import fcntl
import sqlite3
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.functions import FunctionElement

from kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

STORED_BY_VALUE = sa.Enum(
    enum.Enum, native_enum=False, length=32, values_callable=lambda terms: [term.value for term in terms]
)


OUR_LOCKS = 20_261_126
"""The number of our locks among those of the database."""

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Ids of tables that grow with people: 64 bits; SQLite's own integers have them, and count up only as INTEGER."""


class UtcDateTime(sa.TypeDecorator[dt.datetime]):
    """An aware time, stored in UTC. SQLite keeps no zone, so the zone is put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Turn an aware time into UTC; a naive one is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a naive time has no meaning here: {value!r}"
            raise ValueError(message)
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Give every time its zone."""
        if value is None:
            return None
        return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)


def _now() -> dt.datetime:
    return clock.now()  # which a test may set


NOW: sa.BindParameter[dt.datetime] = sa.bindparam("now", callable_=_now, type_=UtcDateTime())
TODAY: sa.BindParameter[dt.date] = sa.bindparam("today", callable_=clock.today, type_=sa.Date())
"""The present moment and day, read when a statement is run: one that is kept is never of yesterday."""


class Base(DeclarativeBase):
    """Every table of the application."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012
        enum.Enum: STORED_BY_VALUE,
        dt.datetime: UtcDateTime(),
        str: sa.Text(),
        list[str]: sa.JSON(),
        dict[str, Any]: sa.JSON(),
    }


db = SQLAlchemy(metadata=Base.metadata, session_options={"autoflush": False})

reading: ContextVar[bool] = ContextVar("reading", default=False)
"""True while a request that must not write is answered; SQLite then does not take the write lock."""


@sa.event.listens_for(sa.Engine, "connect")
def _prepare_connection(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")


@sa.event.listens_for(sa.Engine, "begin")
def _begin(connection: sa.Connection) -> None:
    """On SQLite a writer takes the lock at once: upgraded later, it could lose what it had read."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if reading.get() else "BEGIN IMMEDIATE")


def engine_options(address: str, *, serves: bool) -> dict[str, Any]:
    """Return how the database at an address is asked: no parameter of a statement, which may be personal data, is ever logged.

    PostgreSQL is given up when it gives no connection for 5 seconds; where pages are served, also when a statement or a
    wait for a lock takes 30. Commands may take as long as they need.
    """
    if not address.startswith("postgresql"):
        return {"hide_parameters": True}
    limits = {"options": "-c statement_timeout=30s -c lock_timeout=30s"} if serves else {}
    return {
        "hide_parameters": True,
        "pool_timeout": 10,
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": 5, **limits},
    }


@sa.event.listens_for(sa.Engine, "handle_error")
def _say_no_row(context: sa.engine.ExceptionContext) -> None:
    """Leave out the row that PostgreSQL quotes in the details of an error: it may be personal data."""
    said = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
    if said and context.sqlalchemy_exception:
        error = context.original_exception
        context.sqlalchemy_exception.args = (f"({type(error).__module__}.{type(error).__name__}) {said}",)
        error.args = (said,)


@contextlib.contextmanager
def alone(*, waits: bool = True, at: str = "tending") -> Iterator[bool]:
    """Let nobody else do the same at the database meanwhile; no transaction is opened.

    "tending": bring it up to date, back it up, tidy its files. Another who wants to waits; who does not wait is given False.
    """
    if db.engine.dialect.name == "sqlite":
        file = Path(f"{db.engine.url.database}{'' if at == 'tending' else '-' + at}.lock")
        with file.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
            else:
                yield True
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        ask = "pg_advisory_lock" if waits else "pg_try_advisory_lock"
        numbers = f"{OUR_LOCKS}, hashtext('{at}')"
        is_ours = connection.exec_driver_sql(f"SELECT {ask}({numbers})").scalar() is not False
        try:
            yield is_ours
        finally:
            if is_ours:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({numbers})")


RowT = TypeVar("RowT", bound=Base)


class days_after(FunctionElement[dt.date]):  # noqa: N801 - written in statements like sa.func's
    """The day so many days after another: `days_after(day, number)`."""

    type = sa.Date()
    inherit_cache = True


@compiles(days_after, "sqlite")
def _days_after_on_sqlite(element: days_after, compiler: Any, **settings: Any) -> str:
    day, number = (compiler.process(one, **settings) for one in element.clauses)
    return f"date({day}, '+' || ({number}) || ' days')"


@compiles(days_after)
def _days_after(element: days_after, compiler: Any, **settings: Any) -> str:
    day, number = (compiler.process(one, **settings) for one in element.clauses)
    return f"(CAST({day} AS DATE) + CAST({number} AS INTEGER))"


def add(row: RowT) -> RowT:
    """Add a row and flush, so that every constraint speaks while a refusal can still be phrased."""
    db.session.add(row)
    db.session.flush()
    return row


def insert(table: type[Base]) -> Any:
    """Return the insert of a table in the tongue of the engine: both know ON CONFLICT, and each has its own."""
    return (postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite).insert(table)


def slices(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Cut what is to be loaded into lists of at most `size`: a statement has a limit of parameters."""
    part: list[Any] = []
    for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def commit_part() -> None:
    """Commit what a long act has done so far, so that it holds up nobody else; what was loaded stays loaded.

    Each part is whole, and the act done again does nothing twice.
    """
    session = db.session()
    session.expire_on_commit = False
    try:
        session.commit()
    finally:
        session.expire_on_commit = True


def is_postgresql() -> bool:
    """Tell whether the database is PostgreSQL."""
    return db.session.get_bind().dialect.name == "postgresql"


def ids_for(table: sa.Table, number: int) -> Sequence[int]:
    """Return so many ids of a table that nobody else gets: of its sequence, on SQLite the next ones, since we alone write."""
    if is_postgresql():
        drawn = sa.text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :number)")
        return db.session.scalars(drawn, {"name": table.name, "number": number}).all()
    last = db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))) or 0
    return range(last + 1, last + 1 + number)


def put(table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns: by COPY on PostgreSQL, by one prepared statement on SQLite.

    What a row does not name is empty, or has the default of the database; those of the model are the caller's. Values are stored as
    the types of the columns say. Raises IntegrityError as an INSERT does.
    """
    if not rows:
        return
    names = list(rows[0])
    stored = [_stored(table.c[name].type) for name in names]
    values = ([keep(row[name]) for keep, name in zip(stored, names, strict=True)] for row in rows)
    try:
        _put(table.name, names, values)
    except db.session.get_bind().dialect.loaded_dbapi.IntegrityError as error:
        statement = f"INSERT INTO {table.name}"
        raise sa.exc.IntegrityError(statement, None, error) from error


def change(table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change rows by their ids to what each says of the same columns: by COPY and one statement on PostgreSQL, by a prepared one on SQLite."""
    if not rows:
        return
    connection, names = db.session.connection(), [name for name in rows[0] if name != "id"]
    if not is_postgresql():
        said: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
        statement = sa.update(table).where(table.c.id == sa.bindparam("new_id")).values(said)
        connection.execute(statement, [{f"new_{name}": value for name, value in row.items()} for row in rows])
        return
    columns = (sa.Column(name, table.c[name].type) for name in rows[0])
    new = sa.Table(f"new_{table.name}", sa.MetaData(), *columns, prefixes=["TEMPORARY"])
    new.create(connection)
    put(new, rows)
    connection.execute(sa.update(table).where(table.c.id == new.c.id).values({name: new.c[name] for name in names}))
    new.drop(connection)


def _put(table: str, names: Sequence[str], values: Iterable[list[Any]]) -> None:
    cursor: Any = db.session.connection().connection.cursor()
    columns = ", ".join(names)
    if is_postgresql():
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
    else:
        marks = ", ".join("?" for _name in names)
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)  # noqa: S608 - names of our own


def _stored(type_: sa.types.TypeEngine[Any]) -> Callable[[Any], Any]:
    """Return how a value of a type is handed to the engine."""
    dialect = db.session.get_bind().dialect
    return type_.dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)


def refresh_statistics() -> None:
    """Let the database look at its tables anew, from which it chooses its ways, and commit."""
    db.session.execute(sa.text("ANALYZE"))
    commit_part()
