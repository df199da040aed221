"""An archive from outside (ZIP), opened only if nothing in it is hostile; nothing is written to disk."""

from __future__ import annotations

import io
import lzma
import re
import stat
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from kernel.errors import InvalidError

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_DRIVE = re.compile(r"^[A-Za-z]:")


def _refused(why: str) -> InvalidError:
    return InvalidError(f"このファイルは取り込めません。{why}", field="file")


def opened(archive: BinaryIO) -> dict[str, bytes]:
    """Return the files of an archive by their path.

    Raises InvalidError with the reason where the archive is no whole ZIP, is encrypted, holds links, paths that lead
    out of it, a path twice, too many files, or more than it may (a zip bomb): what is counted are the bytes that come
    out, not what the archive says of itself.
    """
    try:
        with zipfile.ZipFile(archive) as held:
            entries = held.infolist()
            if len(entries) > MOST_FILES:
                msg = f"ファイルが{MOST_FILES}個より多く入っています。"
                raise _refused(msg)
            files: dict[str, bytes] = {}
            room = LARGEST
            for entry in entries:
                _check(entry)
                if entry.is_dir():
                    continue
                if entry.filename in files:
                    msg = f"「{entry.filename}」が二つ入っています。"
                    raise _refused(msg)
                files[entry.filename] = _content(held, entry, room)
                room -= len(files[entry.filename])
    except BROKEN as error:
        msg = "ZIPファイルとして読めません。途中で切れていないか確かめてください。"
        raise _refused(msg) from error
    return files


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


def _content(held: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes:
    made = io.BytesIO()
    most = max(SMALL, entry.compress_size * LARGEST_RATIO)
    with held.open(entry) as content:
        while piece := content.read(A_PIECE):
            made.write(piece)
            if made.tell() > min(room, most):
                msg = "展開すると大きくなりすぎます。"
                raise _refused(msg)
    return made.getvalue()


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of files; the same files make the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), files[name], zipfile.ZIP_DEFLATED)
    return made.getvalue()
