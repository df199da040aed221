"""Storage (教材の保存場所): which files rows name, how much of it is whose, and that what nobody names any more is removed."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import alone, commit_part, db, slices

from courses.files.models import SessionMaterial
from courses.files.room import A_GIGABYTE, Room
from courses.models import Asset, Course, CourseEdition
from courses.packages.models import Package, PackageFile

if TYPE_CHECKING:
    from courses.files.files import Files

AT_ONCE = 500
NAMING = (Asset, PackageFile, SessionMaterial)
"""The tables whose rows name a file, in the column `digest`, with its size in bytes in `size`."""
OURS = re.compile(r"[0-9a-f]{64}(#\d+)?")
GRACE = dt.timedelta(days=1)
"""How long a file may lie without a row: whoever sends one enters it afterwards, at the latest when the request ends."""


def named() -> sa.CompoundSelect[tuple[str, int]]:
    """Return the statement of what rows name: each digest once, with its size in bytes."""
    return sa.union(*(sa.select(table.digest, table.size) for table in NAMING))


def used_by(organisation_id: int) -> int:
    """Return how many bytes the courses and sessions of an organisation take: files that editions share count once, packages with what they unpack to."""
    files = (
        sa.select(Asset.digest, Asset.size)
        .join(CourseEdition, CourseEdition.id == Asset.edition_id)
        .join(Course, Course.id == CourseEdition.course_id)
        .where(Course.owner_id == organisation_id)
    )
    shown = sa.select(files.subquery().c.digest)
    unpacked = sa.select(PackageFile.digest, PackageFile.size).where(PackageFile.package_digest.in_(shown))
    handed_out = sa.select(SessionMaterial.digest, SessionMaterial.size).where(
        SessionMaterial.organisation_id == organisation_id
    )
    every = sa.union(files, unpacked, handed_out).subquery()
    return db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(every.c.size), 0))) or 0


def room_of(organisation_id: int, most_gb: int) -> Room:
    """Return how much an organisation may still add to its courses and sessions."""
    return Room(used_by(organisation_id), most_gb * A_GIGABYTE)


def collect(files: Files) -> int:
    """Remove from the store what no row names, and return how many files that were.

    Packages that no edition shows any more are forgotten before. While the database is being tended nothing is done, and 1
    returned: there may be something.
    """
    with alone(waits=False) as is_ours:
        if not is_ours:
            return 1  # something is left to do
        _forget_packages()
        commit_part()
        removed = 0
        for name in unnamed(files):
            written_at = files.written_at(name)  # once more: it may have been sent again since
            if written_at and written_at < clock.now() - GRACE and not db.session.scalar(_is_named(name)):
                files.remove(name)
                removed += 1
            db.session.rollback()
        return removed


def _forget_packages() -> None:
    """Forget packages that no edition shows any more. They are held first: somebody may be adding one of them again."""
    unshown = Package.digest.not_in(sa.select(Asset.digest))
    held = list(db.session.scalars(sa.select(Package.digest).where(unshown).with_for_update()))
    for part in slices(held, AT_ONCE):
        gone = list(db.session.scalars(sa.select(Package.digest).where(unshown, Package.digest.in_(part))))
        db.session.execute(sa.delete(PackageFile).where(PackageFile.package_digest.in_(gone)))
        db.session.execute(sa.delete(Package).where(Package.digest.in_(gone)))


def unnamed(files: Files) -> list[str]:
    """Return the files of the store, and halves of them, that no row names and that nobody is about to name; nothing of others."""
    before = clock.now() - GRACE
    known = set(db.session.scalars(sa.select(named().subquery().c.digest)))
    db.session.rollback()
    return [
        file.name
        for file in files.listed()
        if OURS.fullmatch(file.name) and file.name not in known and file.written_at < before
    ]


def _is_named(name: str) -> sa.Select[bool]:
    return sa.select(sa.or_(*(sa.exists(sa.select(table.digest).where(table.digest == name)) for table in NAMING)))
