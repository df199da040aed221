"""A download: a file made for one reader, under a Japanese name (RFC 6266, RFC 8187)."""

from __future__ import annotations

import io
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import send_file

if TYPE_CHECKING:
    from flask import Response


def download(content: bytes, media_type: str, name: str) -> Response:
    """Return a file to be saved under a name; like every page of a reader it is kept by nobody between."""
    answer = send_file(io.BytesIO(content), media_type, conditional=False, etag=False)
    for said in ("Cache-Control", "Expires"):  # `kernel.headers` says it for all that is made for one reader
        answer.headers.pop(said, None)
    return saved_as(answer, name)


def saved_as(answer: Response, name: str) -> Response:
    """Let an answer be saved under a name, never opened on a page; return it."""
    plain = "download" + PurePath(name).suffix  # for who cannot read the other one
    answer.headers.set(
        "Content-Disposition", "attachment", filename=plain, **{"filename*": f"UTF-8''{quote(name, safe='')}"}
    )
    return answer
