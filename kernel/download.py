"""A download: a file made for one reader, under a Japanese name (RFC 6266, RFC 8187)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import send_file

if TYPE_CHECKING:
    from flask import Response


def download(content: bytes, media_type: str, name: str) -> Response:
    """Return a file to be saved under a name; like every page of a reader it is kept by nobody between."""
    answer = send_file(
        io.BytesIO(content), media_type, as_attachment=True, download_name=name, conditional=False, etag=False
    )
    answer.headers.pop("Cache-Control", None)  # `kernel.headers` says it for all that is made for one reader
    return answer
