"""Restoring a backup: into an empty database, of whichever engine, and into a store of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic.util import CommandError
from flask_migrate import upgrade

from kernel.database import alone, db
from kernel.errors import ConflictError, InvalidError

from people.models import Staff

from front.backup import rows
from front.backup.rows import VERSION_OF_SCHEMA
from front.backup.taking import copy

if TYPE_CHECKING:
    from collections.abc import Callable

    from courses.files.files import Files

    from front.backup.taking import Backup


def restore(backup: Backup, files: Files, tell: Callable[[str], None]) -> list[str]:
    """Bring a backup back; return the digests of the files that are not whole in it.

    All rows come back, or none. Raises ConflictError where people are in the database already, or where its schema is another
    one; InvalidError where the backup is of a later version of this program, or has lost rows.
    """
    if _holds_people():
        message = "people are in this database already: name an empty one with DATABASE_URL, or another VAR folder"
        raise ConflictError(message)
    lost = copy(backup.digests(), backup.store, files, tell, mends=True)
    try:
        upgrade(revision=backup.revision)
    except (CommandError, SystemExit) as error:
        message = (
            f"this backup is of a later version of the program (schema {backup.revision}): restore it with that one"
        )
        raise InvalidError(message) from error
    with alone(), db.engine.begin() as connection:
        if rows.revision(connection) != backup.revision:
            message = f"this database has a later schema than the backup ({backup.revision}): name an empty one"
            raise ConflictError(message)
        found = {table.name: table for table in rows.tables(connection) if table.name != VERSION_OF_SCHEMA}
        with rows.in_any_order(connection, list(found.values())):
            for table in found.values():
                connection.execute(sa.delete(table))
            for name, count in backup.tables.items():
                if name == VERSION_OF_SCHEMA:
                    continue
                tell(f"rows of {name}")
                if rows.load(connection, found[name], backup.lines(name)) != count:
                    message = f"this backup has lost rows of {name}; nothing was restored"
                    raise InvalidError(message)
    return lost


def _holds_people() -> bool:
    with db.engine.connect() as connection:
        return sa.inspect(connection).has_table(Staff.__tablename__) and bool(
            connection.scalar(sa.select(sa.func.count()).select_from(Staff))
        )
