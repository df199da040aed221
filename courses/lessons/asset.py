"""Assets (教材のファイル): the files that the lessons of an edition show, kept, added, removed, given out."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import sqlalchemy as sa

from kernel.database import add, db
from kernel.errors import InvalidError, NotFoundError

from courses.edition import check_editable, note_change, readable_by
from courses.files.files import Files, media_type
from courses.files.room import NO_LIMIT, Room
from courses.lessons.captions import LARGEST, vtt_from_srt
from courses.models import Asset, Course, CourseEdition
from courses.packages import package

if TYPE_CHECKING:
    from people.permission import Actor

    from courses.packages.package import Unpacked

LONGEST_NAME = 60


SHOWABLE = "教材に使えるのは、SVG・PNG・JPEG・WebPの図、PDF、MP4・WebMの動画、VTT・SRTの字幕、SCORMのZIPです。"


PACKED = "application/zip"
SUBRIP = ".srt"


def check_file(name: str) -> str:
    """Return the name under which a file is kept. Raises InvalidError for a kind of file that lessons do not show."""
    plain = "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in name.rsplit("/", 1)[-1])
    if media_type(plain) is None or len(plain) > LONGEST_NAME or plain.startswith("."):
        message = f"{SHOWABLE}ファイル名は{LONGEST_NAME}文字までにしてください。"
        raise InvalidError(message, field="file")
    return plain


@dataclass(frozen=True)
class KeptFile:
    """A file that is kept, before any row tells of it: its name, digest, size in bytes, and the package that it is."""

    name: str
    digest: str
    size: int
    package: Unpacked | None = None

    @property
    def media_type(self) -> str:
        """Return the media type of the file."""
        return media_type(self.name) or ""


def keep_file(kept: Files, name: str, content: BinaryIO, room: Room = NO_LIMIT) -> KeptFile:
    """Keep a file; captions in SubRip as WebVTT. Raises InvalidError as `check_file` and `Room` do, and for a ZIP that is no package."""
    if name.lower().endswith(SUBRIP):
        name, content = name[: -len(SUBRIP)] + ".vtt", io.BytesIO(vtt_from_srt(content.read(LARGEST + 1)))
    plain = check_file(name)
    if media_type(plain) == PACKED:
        unpacked = package.unpack(kept, content, room)
        return KeptFile(plain, unpacked.digest, unpacked.size, unpacked)
    room.check(content.seek(0, io.SEEK_END))
    content.seek(0)
    return KeptFile(plain, *kept.keep(content))


def add_asset(edition: CourseEdition, file: KeptFile) -> Asset:
    """Add a file to a draft, or put it in the place of the one of that name."""
    check_editable(edition)
    if file.package:
        package.enter(file.package)
    for asset in edition.assets:
        if asset.name == file.name:
            asset.digest, asset.size = file.digest, file.size
            note_change(edition)
            return asset
    return add(
        Asset(edition_id=edition.id, name=file.name, media_type=file.media_type, digest=file.digest, size=file.size)
    )


def files_for(edition: CourseEdition, beginnings: tuple[str, ...]) -> list[str]:
    """Return the names of an edition's files whose media type begins so."""
    return [asset.name for asset in edition.assets if asset.media_type.startswith(beginnings)]


def remove_asset(edition: CourseEdition, name: str) -> None:
    """Remove a file from a draft. Raises NotFoundError."""
    check_editable(edition)
    asset = next((asset for asset in edition.assets if asset.name == name), None)
    if asset is None:
        raise NotFoundError
    edition.assets.remove(asset)
    note_change(edition)


def asset_of(actor: Actor, edition_id: int, name: str) -> Asset:
    """Return a file of an edition: of one that is or was published, for whom it was; of a draft, for its organisation.

    Raises NotFoundError.
    """
    asset = db.session.scalar(
        sa.select(Asset)
        .join(CourseEdition, CourseEdition.id == Asset.edition_id)
        .join(Course, Course.id == CourseEdition.course_id)
        .where(
            Asset.edition_id == edition_id,
            Asset.name == name,
            readable_by(actor),
        )
    )
    if asset is None:
        raise NotFoundError
    return asset
