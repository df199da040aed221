"""A kept file as an answer, piece by piece: whole, or the part that is asked for (RFC 9110, section 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, current_app

from kernel.errors import NotFoundError

if TYPE_CHECKING:
    from flask import Request


def in_pieces(digest: str, size: int, request: Request) -> Response:
    """Return the answer to a request for a kept file. Raises NotFoundError where the store has lost it."""
    if request.if_none_match.contains(digest):
        return _to_be_kept(Response(status=304), digest)
    part = (0, size)
    asked = request.range
    unless = request.if_range
    unchanged = unless.etag == digest or (unless.etag is None and unless.date is None)
    is_part = (
        request.method == "GET"
        and asked is not None
        and asked.units == "bytes"
        and len(asked.ranges) == 1
        and unchanged
    )
    if asked is not None and is_part:
        found = asked.range_for_length(size)
        if found is None:
            return _to_be_kept(Response(status=416, headers={"Content-Range": f"bytes */{size}"}), digest)
        part = found
    start, end = part
    try:
        pieces = current_app.extensions["files"].pieces(digest, start, end)
    except FileNotFoundError as error:
        current_app.logger.exception("the file %s is missing", digest)
        raise NotFoundError from error
    answer = Response(pieces, status=206 if is_part else 200)
    answer.content_length = end - start
    if is_part:
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return _to_be_kept(answer, digest)


def _to_be_kept(answer: Response, digest: str) -> Response:
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.set_etag(digest)
    return answer
