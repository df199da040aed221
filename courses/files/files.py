"""Files of courses, behind one interface: a folder of this machine, or a store that speaks S3.

A file is named by the SHA-256 of its bytes, so that editions share what they have in common and nothing is ever
overwritten.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import obstore
from obstore.store import LocalStore, from_url

if TYPE_CHECKING:
    from collections.abc import Iterator

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


class Files:
    """The files at an address: `file:///folder` or `s3://bucket/prefix` (with AWS_* in the environment)."""

    def __init__(self, address: str) -> None:
        """Open the store; a folder is made where there is none."""
        self._store = (
            LocalStore(address.removeprefix("file://"), mkdir=True)
            if address.startswith("file://")
            else from_url(address)
        )

    def keep(self, content: BinaryIO) -> tuple[str, int]:
        """Keep a file; return its digest and its size in bytes. It is read piece by piece, never as a whole."""
        digest, size = hashlib.sha256(), 0
        with tempfile.TemporaryFile() as whole:
            while piece := content.read(A_PIECE):
                digest.update(piece)
                size += len(piece)
                whole.write(piece)
            whole.seek(0)
            obstore.put(self._store, digest.hexdigest(), whole, max_concurrency=AT_ONCE)
        return digest.hexdigest(), size

    def pieces(self, digest: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Return a file, or its bytes from `start` up to before `end`, piece by piece. Raises FileNotFoundError."""
        size = obstore.head(self._store, digest)["size"]
        return self._pieces(digest, start, size if end is None else min(end, size))

    def _pieces(self, digest: str, start: int, stop: int) -> Iterator[bytes]:
        for place in range(start, stop, A_PIECE):
            yield bytes(obstore.get_range(self._store, digest, start=place, end=min(place + A_PIECE, stop)))

    def whole(self, digest: str) -> bytes:
        """Return a small file. Raises FileNotFoundError."""
        return b"".join(self.pieces(digest))
