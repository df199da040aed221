"""Storage (教材の保存場所): which files rows name, how much of it is whose, and that what nobody names any more is removed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import alone, commit_part, db, slices

from courses.files.room import A_GIGABYTE, Room
from courses.models import Asset, Course, CourseEdition
from courses.packages.models import Package, PackageFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courses.files.files import Files, StoredFile

AT_ONCE = 500
NAMING = (Asset, PackageFile)
"""The tables whose rows name a file, in the column `digest`, with its size in bytes in `size`."""
GRACE = dt.timedelta(days=1)
"""How long a file may lie without a row: whoever sends one enters it afterwards, at the latest when the request ends."""


def named() -> sa.CompoundSelect[tuple[str, int]]:
    """Return the statement of what rows name: each digest once, with its size in bytes."""
    return sa.union(*(sa.select(table.digest, table.size) for table in NAMING))


def used_by(organisation_id: int) -> int:
    """Return how many bytes the courses of an organisation take: files that editions share count once, packages with what they unpack to."""
    files = (
        sa.select(Asset.digest, Asset.size)
        .join(CourseEdition, CourseEdition.id == Asset.edition_id)
        .join(Course, Course.id == CourseEdition.course_id)
        .where(Course.owner_id == organisation_id)
    )
    shown = sa.select(files.subquery().c.digest)
    unpacked = sa.select(PackageFile.digest, PackageFile.size).where(PackageFile.package_digest.in_(shown))
    every = sa.union(files, unpacked).subquery()
    return db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(every.c.size), 0))) or 0


def room_of(organisation_id: int, most_gb: int) -> Room:
    """Return how much an organisation may still add to its courses."""
    return Room(used_by(organisation_id), most_gb * A_GIGABYTE)


def collect(files: Files) -> int:
    """Remove from the store what no row names, and return how many files that were.

    Packages that no edition shows any more are forgotten before. Nothing is done while the database is being tended.
    """
    with alone(waits=False) as is_ours:
        if not is_ours:
            return 0
        _forget_packages()
        commit_part()
        removed = 0
        for part in slices(_unnamed(files), AT_ONCE):
            names = [file.name for file in part]
            known = set(db.session.scalars(_named_among(names)))
            for name in names:
                if name not in known:
                    files.remove(name)
                    removed += 1
        return removed


def _forget_packages() -> None:
    """Forget packages that no edition shows any more. They are held first: somebody may be adding one of them again."""
    unshown = Package.digest.not_in(sa.select(Asset.digest))
    held = list(db.session.scalars(sa.select(Package.digest).where(unshown).with_for_update()))
    for part in slices(held, AT_ONCE):
        gone = list(db.session.scalars(sa.select(Package.digest).where(unshown, Package.digest.in_(part))))
        db.session.execute(sa.delete(PackageFile).where(PackageFile.package_digest.in_(gone)))
        db.session.execute(sa.delete(Package).where(Package.digest.in_(gone)))


def _unnamed(files: Files) -> Iterator[StoredFile]:
    """Return the files of the store that no row names and that nobody is about to name."""
    before = clock.now() - GRACE
    known = set(db.session.scalars(sa.select(named().subquery().c.digest)))
    db.session.rollback()
    return (file for file in files.listed() if file.name not in known and file.written_at < before)


def _named_among(names: list[str]) -> sa.CompoundSelect[tuple[str]]:
    return sa.union(*(sa.select(table.digest).where(table.digest.in_(names)) for table in NAMING))
