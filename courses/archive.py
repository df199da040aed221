"""An archive from outside (ZIP), opened only if nothing in it is hostile; no path of it is ever written to."""

from __future__ import annotations

import io
import lzma
import re
import stat
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from kernel.errors import InvalidError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_FILES = 2000
LARGEST = 200 * 1024 * 1024
LARGEST_RATIO = 200
"""A text compresses to a tenth, rarely to a fiftieth; what is denser is meant to fill the disk."""
SMALL = 1024 * 1024
A_PIECE = 64 * 1024
ENCRYPTED = 0x1
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError, ValueError,
)  # fmt: skip
UNREADABLE = "ZIPファイルとして読めません。途中で切れていないか確かめてください。"
_DRIVE = re.compile(r"^[A-Za-z]:")


def _refused(why: str) -> InvalidError:
    return InvalidError(f"このファイルは取り込めません。{why}", field="file")


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold: files, and bytes once it is unpacked."""

    files: int = MOST_FILES
    size: int = LARGEST


class Archive:
    """An archive whose entries have been looked at. What is counted on reading are the bytes that come out."""

    def __init__(self, archive: BinaryIO, limits: Limits = Limits()) -> None:
        """Look at the entries.

        Raises InvalidError with the reason where the archive is no whole ZIP, is encrypted, holds links, paths that
        lead out of it, a path twice, or too many files.
        """
        self._limits, self._room = limits, limits.size
        try:
            self._held = zipfile.ZipFile(archive)
            entries = self._held.infolist()
        except BROKEN as error:
            raise _refused(UNREADABLE) from error
        if len(entries) > limits.files:
            msg = f"ファイルが{limits.files}個より多く入っています。"
            raise _refused(msg)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            _check(entry)
            if entry.filename in self._entries:
                msg = f"「{entry.filename}」が二つ入っています。"
                raise _refused(msg)
            if not entry.is_dir():
                self._entries[entry.filename] = entry

    @property
    def names(self) -> list[str]:
        """Return the paths of the files."""
        return list(self._entries)

    def read(self, name: str) -> bytes:
        """Return a file. Raises InvalidError where more comes out of it than may (a zip bomb)."""
        return b"".join(self._pieces(name))

    def spool(self, name: str) -> BinaryIO:
        """Return a file as one to be read; a large one lies on disk. Raises InvalidError as `read` does."""
        spooled = tempfile.SpooledTemporaryFile(max_size=SMALL)  # noqa: SIM115 - the caller closes it
        for piece in self._pieces(name):
            spooled.write(piece)
        spooled.seek(0)
        return cast("BinaryIO", spooled)

    def check_whole(self) -> None:
        """Unpack everything once, to the air. Raises InvalidError where the archive is broken or a bomb."""
        for name in self._entries:
            for _piece in self._pieces(name):
                pass
        self._room = self._limits.size

    def _pieces(self, name: str) -> Iterator[bytes]:
        entry = self._entries[name]
        most, made = max(SMALL, entry.compress_size * LARGEST_RATIO), 0
        try:
            with self._held.open(entry) as content:
                while piece := content.read(A_PIECE):
                    made += len(piece)
                    self._room -= len(piece)
                    if made > most or self._room < 0:
                        msg = "展開すると大きくなりすぎます。"
                        raise _refused(msg)
                    yield piece
        except BROKEN as error:
            raise _refused(UNREADABLE) from error


def opened(archive: BinaryIO) -> dict[str, bytes]:
    """Return the files of a small archive by their path. Raises InvalidError as `Archive` does."""
    held = Archive(archive)
    return {name: held.read(name) for name in held.names}


def _check(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    path = PurePosixPath(name)
    if (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in entry.orig_filename
        or _DRIVE.match(name)
        or "\x00" in entry.orig_filename
    ):
        msg = f"「{name}」は、フォルダーの外を指しています。"
        raise _refused(msg)
    if entry.flag_bits & ENCRYPTED:
        msg = "パスワードがかかっています。パスワードのないZIPファイルにしてください。"
        raise _refused(msg)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        msg = f"「{name}」は、ふつうのファイルではありません(リンクなど)。"
        raise _refused(msg)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of files; the same files make the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), files[name], zipfile.ZIP_DEFLATED)
    return made.getvalue()
