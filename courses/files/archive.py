"""An archive from outside (ZIP), opened only if nothing in it is hostile; no path of it is ever written to."""

from __future__ import annotations

import contextlib
import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from kernel.errors import InvalidError
from kernel.spelling import normal_form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_FILES = 2000
LARGEST = 200 * 1024 * 1024
LARGEST_RATIO = 200
"""A text compresses to a tenth, rarely to a fiftieth; what is denser is meant to fill the disk."""
SMALL = 1024 * 1024
SMALL_IN_ALL = 10 * SMALL
"""What one entry, and all of them, may come to whatever the ratio."""
A_PIECE = 64 * 1024
ENCRYPTED, IN_UTF8 = 0x1, 0x800
LONGEST_ENTRY = 1000
"""What an entry may take in the list of entries, in bytes."""
LONGEST_END = 66_000
ALL_ONES = 0xFFFFFFFF
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError, ValueError,
)  # fmt: skip
LEFT_BY_OTHERS = {".DS_Store", "Thumbs.db", "desktop.ini"}
UNREADABLE = "ZIPファイルとして読めません。途中で切れていないか確かめてください。"
TOO_DENSE = "展開すると大きくなりすぎます。"
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
        too_many = f"ファイルが{limits.files}個より多く入っています。"
        if _size_of_directory(archive) > limits.files * LONGEST_ENTRY:
            raise _refused(too_many)
        try:
            self._held = zipfile.ZipFile(archive)
            entries = self._held.infolist()
        except BROKEN as error:
            raise _refused(UNREADABLE) from error
        if len(entries) > limits.files:
            raise _refused(too_many)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            name = _checked_name(entry)
            if name in self._entries:
                msg = f"「{name}」が二つ入っています。"
                raise _refused(msg)
            if not name.endswith("/"):
                self._entries[name] = entry

    @property
    def names(self) -> list[str]:
        """Return the paths of the files."""
        return list(self._entries)

    def read(self, name: str, most: int = LARGEST) -> bytes:
        """Return a file. Raises InvalidError where more comes out of it than may (a zip bomb)."""
        made = bytearray()
        for piece in self._pieces(name):
            made += piece
            if len(made) > most:
                msg = f"「{name}」が大きすぎます。"
                raise _refused(msg)
        return bytes(made)

    def open(self, name: str) -> BinaryIO:
        """Return a file to be read bit by bit. To be asked after `check_whole`: nothing is counted here."""
        return cast("BinaryIO", self._held.open(self._entries[name]))

    def check_whole(self) -> int:
        """Unpack everything once, to the air; return how many bytes come out. Raises InvalidError where the archive is broken or a bomb."""
        made = 0
        packed_size = sum(entry.compress_size for entry in self._entries.values())
        most = max(SMALL_IN_ALL, packed_size * LARGEST_RATIO)
        for name in self._entries:
            for piece in self._pieces(name):
                made += len(piece)
                if made > most:
                    raise _refused(TOO_DENSE)
        self._room = self._limits.size
        return made

    def _pieces(self, name: str) -> Iterator[bytes]:
        entry = self._entries[name]
        most, made = max(SMALL, entry.compress_size * LARGEST_RATIO), 0
        try:
            with self._held.open(entry) as content:
                while piece := content.read(A_PIECE):
                    made += len(piece)
                    self._room -= len(piece)
                    if made > most or self._room < 0:
                        raise _refused(TOO_DENSE)
                    yield piece
        except BROKEN as error:
            raise _refused(UNREADABLE) from error


def opened(archive: BinaryIO) -> dict[str, bytes]:
    """Return the files of a small archive by their path. Raises InvalidError as `Archive` does."""
    held = Archive(archive)
    return {name: held.read(name) for name in held.names}


def _size_of_directory(archive: BinaryIO) -> int:
    """Return how long the list of entries says to be (APPNOTE 4.3.14, 4.3.16), in bytes; 0 where no end is found.

    Asked before the list is read, because a list of millions of names is a bomb of its own.
    """
    size = archive.seek(0, 2)
    archive.seek(max(0, size - LONGEST_END))
    tail = archive.read(LONGEST_END)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 16:
        return 0
    (said,) = struct.unpack_from("<I", tail, end + 12)
    wide = tail.rfind(b"PK\x06\x06", 0, end)
    if said == ALL_ONES and wide >= 0 and len(tail) >= wide + 48:
        (said,) = struct.unpack_from("<Q", tail, wide + 40)
    return int(said)


def _checked_name(entry: zipfile.ZipInfo) -> str:
    """Return the path of an entry in plain writing. Raises InvalidError for one that leads out, is secret or no file."""
    name = _decoded_name(entry).replace("\\", "/")
    path = PurePosixPath(name)
    if not name.strip("/.") or "\x00" in entry.orig_filename:
        msg = "名前のないファイルか、名前に使えない文字のあるファイルが入っています。"
        raise _refused(msg)
    if path.is_absolute() or ".." in path.parts or _DRIVE.match(name):
        msg = f"「{name}」は、フォルダーの外を指しています。"
        raise _refused(msg)
    if entry.flag_bits & ENCRYPTED:
        msg = "パスワードがかかっています。パスワードのないZIPファイルにしてください。"
        raise _refused(msg)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        msg = f"「{name}」は、ふつうのファイルではありません（リンクなど）。"
        raise _refused(msg)
    return f"{path}/" if name.endswith("/") else str(path)


def _decoded_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry. Without the mark of UTF-8 it may be UTF-8 all the same, or CP932 (Windows in Japan)."""
    if entry.flag_bits & IN_UTF8:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp932"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return entry.filename


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of files; the same files make the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), files[name], zipfile.ZIP_DEFLATED)
    return made.getvalue()


def tidied(files: Mapping[str, bytes], top: str) -> dict[str, bytes]:
    """Return the files without what file managers leave in an archive: files of their own, decomposed names, a folder around all.

    `top` is a file that stands outside every folder.
    """
    plain = {
        normal_form(name, "NFC"): content
        for name, content in files.items()
        if not name.startswith("__MACOSX/") and name.rsplit("/", 1)[-1] not in LEFT_BY_OTHERS
    }
    folder = f"{next(iter(plain), '').split('/', 1)[0]}/"
    if top not in plain and all(name.startswith(folder) for name in plain):
        return {name.removeprefix(folder): content for name, content in plain.items()}
    return plain
