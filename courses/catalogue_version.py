"""The version of the catalogue: what is published, under a version that every change of it raises.

A process that keeps something of the offering in memory knows by the version whether it is still so.
"""

from __future__ import annotations

import sqlalchemy as sa

from kernel.database import add, db

from courses.models import CatalogueVersion


def changed() -> None:
    """Say, in the transaction that changes what is published, that it is to be read anew."""
    counted = db.session.execute(
        sa.update(CatalogueVersion)
        .where(CatalogueVersion.id == 1)
        .values(number=CatalogueVersion.number + 1)
        .returning(CatalogueVersion.number)
    ).one_or_none()
    if counted is None:
        add(CatalogueVersion(id=1, number=1))


def version() -> int:
    """Return the present version: one query."""
    return db.session.scalar(sa.select(CatalogueVersion.number).where(CatalogueVersion.id == 1)) or 0
