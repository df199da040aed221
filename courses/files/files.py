"""Files of courses, behind one interface: a folder of this machine, or a store that speaks S3.

A file is named by the SHA-256 of its bytes, so that editions share what they have in common and nothing is ever
overwritten.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, from_url

from kernel.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore.store import ClientConfig, RetryConfig

log = logging.getLogger("tomomanabi.files")

A_PIECE = 1024 * 1024
AT_ONCE = 4
"""How many parts of 5 MB are on their way to the store at once, and held in memory."""
TYPES = {
    ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp",
    ".pdf": "application/pdf", ".mp4": "video/mp4", ".webm": "video/webm", ".vtt": "text/vtt; charset=utf-8",
    ".zip": "application/zip",
}  # fmt: skip
"""The kinds of files that a lesson can show, by the end of their names."""


def media_type(name: str) -> str | None:
    """Return the media type of a file by its name, None for a kind that lessons do not show."""
    return TYPES.get(Path(name).suffix.lower())


RETRIES: RetryConfig = {"max_retries": 2, "retry_timeout": dt.timedelta(seconds=20)}
"""How long a store is waited for: whoever waits holds one of a few threads."""


def _client() -> ClientConfig:
    """Return how long an answer is waited for; what is said here replaces what the environment says of it."""
    is_plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
    return {"connect_timeout": "5s", "timeout": "20s", "allow_http": is_plain}


@contextlib.contextmanager
def _answering(*, asks: bool = False) -> Iterator[None]:
    """Raise UnavailableError, with a word to the operator, where a store or the own folder does not take or give.

    A file that is asked for and not there raises FileNotFoundError.
    """
    try:
        yield
    except (BaseError, OSError) as error:
        if asks and isinstance(error, FileNotFoundError | NotFoundError):
            raise FileNotFoundError from error
        log.exception("the store of files did not answer")
        message = (
            "教材のファイルの保存先が応答しないか、いっぱいです。少したってから、もう一度お試しください。"
            "くり返すときは、システムの担当に知らせてください。"
        )
        raise UnavailableError(message, field="file") from error


@dataclass(frozen=True)
class StoredFile:
    """A file as the store has it: its name there (a digest), its size in bytes, and when it was written last."""

    name: str
    size: int
    written_at: dt.datetime


class Files:
    """The files at an address: `file:///folder` or `s3://bucket/prefix` (with AWS_* in the environment)."""

    def __init__(self, address: str) -> None:
        """Open the store; a folder is made where there is none."""
        self._folder = Path(address.removeprefix("file://")) if address.startswith("file://") else None
        self._store = (
            LocalStore(self._folder, mkdir=True)
            if self._folder
            else from_url(address, client_options=_client(), retry_config=RETRIES)
        )

    def keep(self, content: BinaryIO) -> tuple[str, int]:
        """Keep a file; return its digest and its size in bytes. It is read piece by piece, never as a whole.

        Raises UnavailableError where it cannot be kept now.
        """
        digest, size = hashlib.sha256(), 0
        with _answering(), tempfile.TemporaryFile() as whole:
            while piece := content.read(A_PIECE):
                digest.update(piece)
                size += len(piece)
                whole.write(piece)
            whole.seek(0)
            obstore.put(self._store, digest.hexdigest(), whole, max_concurrency=AT_ONCE)
        return digest.hexdigest(), size

    def pieces(self, digest: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Return a file, or its bytes from `start` up to before `end`, piece by piece.

        Raises FileNotFoundError, UnavailableError where the store does not answer.
        """
        with _answering(asks=True):
            size = obstore.head(self._store, digest)["size"]
        return self._pieces(digest, start, size if end is None else min(end, size))

    def _pieces(self, digest: str, start: int, stop: int) -> Iterator[bytes]:
        for place in range(start, stop, A_PIECE):
            yield bytes(obstore.get_range(self._store, digest, start=place, end=min(place + A_PIECE, stop)))

    def whole(self, digest: str) -> bytes:
        """Return a small file. Raises FileNotFoundError."""
        return b"".join(self.pieces(digest))

    def copy_to(self, other: Files, digest: str) -> bool:
        """Keep a file in another store, too; return False where it is not here, or is not what its name says.

        Raises UnavailableError where a store does not answer.
        """
        read = hashlib.sha256()
        with _answering(), tempfile.TemporaryFile() as whole:
            try:
                for piece in self.pieces(digest):
                    read.update(piece)
                    whole.write(piece)
            except (FileNotFoundError, NotFoundError):
                return False
            if read.hexdigest() != digest:
                return False
            whole.seek(0)
            obstore.put(other._store, digest, whole, max_concurrency=AT_ONCE)
        return True

    def is_whole(self, digest: str) -> bool:
        """Tell whether a file is here, and is what its name says. Raises UnavailableError."""
        read = hashlib.sha256()
        try:
            with _answering(asks=True):
                for piece in self.pieces(digest):
                    read.update(piece)
        except FileNotFoundError:
            return False
        return read.hexdigest() == digest

    def listed(self) -> Iterator[StoredFile]:
        """Return every file of the store, also what a write that was broken off has left of one."""
        if self._folder:
            for path in self._folder.iterdir():
                if path.is_file():
                    found = path.stat()
                    yield StoredFile(path.name, found.st_size, dt.datetime.fromtimestamp(found.st_mtime, dt.UTC))
            return
        with _answering():
            for part in obstore.list(self._store):
                for one in part:
                    yield StoredFile(one["path"], one["size"], one["last_modified"])

    def written_at(self, name: str) -> dt.datetime | None:
        """Return when a file of the store was written last; None where it is gone. Raises UnavailableError."""
        try:
            with _answering(asks=True):
                if self._folder:
                    return dt.datetime.fromtimestamp((self._folder / name).stat().st_mtime, dt.UTC)
                return obstore.head(self._store, name)["last_modified"]
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """Remove what `listed` returned. Raises UnavailableError."""
        with _answering():
            if self._folder:
                (self._folder / name).unlink(missing_ok=True)  # the store itself does not know halves
            else:
                obstore.delete(self._store, name)
