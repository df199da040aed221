"""The version of the catalogue: what is published, under a version that every change of it raises.

A process that keeps something of the offering in memory knows by the version whether it is still so.
"""

from __future__ import annotations

import threading
import time
import weakref
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

import sqlalchemy as sa

from kernel.database import add, db

from courses.models import CatalogueVersion

if TYPE_CHECKING:
    from collections.abc import Callable

Read = TypeVar("Read")


ASKED = "the version of the catalogue"


def changed() -> None:
    """Say, in the transaction that changes what is published, that it is to be read anew."""
    db.session().info.pop(ASKED, None)
    counted = db.session.execute(
        sa.update(CatalogueVersion)
        .where(CatalogueVersion.id == 1)
        .values(number=CatalogueVersion.number + 1)
        .returning(CatalogueVersion.number)
    ).one_or_none()
    if counted is None:
        add(CatalogueVersion(id=1, number=1))


def version() -> int:
    """Return the version as this transaction sees it: one query."""
    session = db.session()
    begun, number = session.info.get(ASKED, (None, 0))
    if begun is None or begun is not session.get_transaction():
        number = session.scalar(sa.select(CatalogueVersion.number).where(CatalogueVersion.id == 1)) or 0
        session.info[ASKED] = session.get_transaction(), number
    return int(number)


class Kept(Generic[Read]):
    """What this process has read of the catalogue, for each database, until the version has moved on, or `seconds` are over."""

    every: ClassVar[list[Kept[object]]] = []

    def __init__(self, read: Callable[[], Read], seconds: float = float("inf")) -> None:
        """Keep what `read` returns; what depends on the time as well is kept so many seconds only."""
        self.read, self.seconds = read, seconds
        self._reading = threading.Lock()
        self._kept: weakref.WeakKeyDictionary[sa.Engine, tuple[int, float, Read]] = weakref.WeakKeyDictionary()
        Kept.every.append(self)  # type: ignore[arg-type]

    def current(self) -> Read:
        """Return what the catalogue says now: one query, and a reading where it has changed."""
        present = version()
        kept = self._fresh(present)
        if kept is None:
            with self._reading:
                kept = self._fresh(present) or (present, time.monotonic(), self.read())
                self._kept[db.engine] = kept
        return kept[2]

    def _fresh(self, present: int) -> tuple[int, float, Read] | None:
        kept = self._kept.get(db.engine)
        return kept if kept and kept[0] == present and time.monotonic() < kept[1] + self.seconds else None

    def forget(self) -> None:
        """Read anew at the next use."""
        self._kept.clear()


def forget() -> None:
    """Let this process read everything anew."""
    for kept in Kept.every:
        kept.forget()
