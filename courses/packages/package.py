"""A package (教材パッケージ): what an authoring tool made, taken in from its archive and given out file by file."""

from __future__ import annotations

import io
import mimetypes
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, BinaryIO

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import NotFoundError

from courses.edition import readable_by
from courses.files.archive import Archive, Limits
from courses.files.room import NO_LIMIT, Room
from courses.models import Asset, Course, CourseEdition, LessonKind
from courses.packages.manifest import folded_path
from courses.packages.models import Package, PackageFile
from courses.packages.scorm import imsmanifest

if TYPE_CHECKING:
    from people.permission import Actor

    from courses.files.files import Files
    from courses.models import Lesson
    from courses.packages.manifest import Manifest

LIMITS = Limits(files=5000, size=1024 * 1024 * 1024)
LARGEST_MANIFEST = 4 * 1024 * 1024
BY_NAME = mimetypes.MimeTypes()  # the table of Python, whatever the machine has
for _type, _end in (
    ("text/javascript", ".js"), ("text/javascript", ".mjs"), ("application/json", ".json"), ("font/woff", ".woff"),
    ("font/woff2", ".woff2"), ("font/ttf", ".ttf"), ("font/otf", ".otf"), ("audio/mp4", ".m4a"), ("video/mp4", ".m4v"),
    ("text/vtt", ".vtt"), ("image/webp", ".webp"), ("application/wasm", ".wasm"), ("application/xml", ".xml"),
    ("application/xml", ".xsd"), ("application/xhtml+xml", ".xhtml"), ("audio/ogg", ".ogg"), ("video/ogg", ".ogv"),
    ("audio/webm", ".weba"), ("application/vnd.ms-fontobject", ".eot"),
):  # fmt: skip
    BY_NAME.add_type(_type, _end)
OF_NO_KIND = "application/octet-stream"


@dataclass(frozen=True)
class Unpacked:
    """An archive that is kept with all its files, before any row tells of it."""

    digest: str
    size: int
    manifest: Manifest
    files: dict[str, tuple[str, int]]


def media_type(path: str) -> tuple[str, str | None]:
    """Return the media type of a package's file by its name, and how it is compressed (gzip), if it is."""
    kind, compressed = BY_NAME.guess_type(path)
    return (kind or OF_NO_KIND, compressed) if compressed in {None, "gzip"} else (OF_NO_KIND, None)


def unpack(kept: Files, content: BinaryIO, room: Room = NO_LIMIT) -> Unpacked:
    """Keep an archive and its files. Nothing is kept where anything is wrong with it, or where there is no room.

    Raises InvalidError that says what, as `courses.files.archive`, `courses.packages.scorm.imsmanifest` and `Room` do.
    """
    archive = Archive(content, LIMITS)
    folder = imsmanifest.folder_of(archive.names)
    paths = {name.removeprefix(folder): name for name in archive.names if name.startswith(folder)}
    entry = next(name for path, name in paths.items() if path.lower() == imsmanifest.MANIFEST)
    manifest = imsmanifest.read(archive.read(entry, LARGEST_MANIFEST), list(paths))
    room.check(archive.check_whole() + content.seek(0, io.SEEK_END))
    files = {}
    for path, name in paths.items():
        with archive.open(name) as file:
            files[path] = kept.keep(file)
    content.seek(0)
    digest, size = kept.keep(content)
    return Unpacked(digest, size, manifest, files)


def enter(unpacked: Unpacked) -> None:
    """Enter a package; of one that has been entered before, its manifest is read again, for versions that read less of it."""
    said = unpacked.manifest
    read = {"title": said.title, "outline": said.outline, "rollup": asdict(said.rollup), "remarks": list(said.remarks)}
    if found := db.session.get(Package, unpacked.digest, with_for_update=True):  # nobody forgets it meanwhile
        for name, value in read.items():
            setattr(found, name, value)
        return
    db.session.add(Package(digest=unpacked.digest, standard=said.standard, **read))
    db.session.flush()
    rows = [
        {"package_digest": unpacked.digest, "path": path, "digest": digest, "size": size}
        for path, (digest, size) in unpacked.files.items()
    ]
    db.session.execute(sa.insert(PackageFile), rows)


def package(digest: str) -> Package:
    """Return a package. Raises NotFoundError."""
    found = db.session.get(Package, digest)
    if found is None:
        raise NotFoundError
    return found


def chosen(lesson: Lesson, edition_id: int) -> Package | None:
    """Return the package that a lesson of an edition shows; None where it shows none, or its file was taken away."""
    if lesson.kind is not LessonKind.PACKAGE:
        return None
    return db.session.scalar(
        sa.select(Package)
        .join(Asset, Asset.digest == Package.digest)
        .where(Asset.edition_id == edition_id, Asset.name == str(lesson.content["asset"]))
    )


def package_of(lesson: Lesson, edition_id: int) -> Package:
    """Return the package that a lesson of an edition shows. Raises NotFoundError where it shows none."""
    found = chosen(lesson, edition_id)
    if found is None:
        raise NotFoundError
    return found


def check_shown_to(actor: Actor, digest: str) -> None:
    """Raise NotFoundError for a package that no edition shows which the actor may read: that of a draft is its organisation's."""
    shown = sa.exists(
        sa.select(Asset.id)
        .join(CourseEdition, CourseEdition.id == Asset.edition_id)
        .join(Course, Course.id == CourseEdition.course_id)
        .where(Asset.digest == digest, readable_by(actor))
    )
    if not db.session.scalar(sa.select(shown)):
        raise NotFoundError


def file_of(digest: str, path: str) -> PackageFile:
    """Return a file of a package, also by a link that differs in capitals, in composed or decomposed kana, or in being quoted.

    Pages are made where such names are the same (Windows, macOS). Raises NotFoundError.
    """
    found = db.session.get(PackageFile, (digest, path))
    if found is None:
        every = db.session.scalars(sa.select(PackageFile.path).where(PackageFile.package_digest == digest))
        alike = next((one for one in every if folded_path(one) == folded_path(path)), None)
        found = db.session.get(PackageFile, (digest, alike)) if alike is not None else None
    if found is None:
        raise NotFoundError
    return found
