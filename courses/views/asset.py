"""The files that lessons show: pictures, documents and videos, of which a part may be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, current_app, request

from kernel.errors import NotFoundError

from people.access import actor, signed_in

from courses import course as courses
from courses.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.models import Asset

PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture can neither run anything nor fetch anything, even when it is opened on its own."""
DOCUMENT = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""A document is shown inside its lesson by the reader that the browser has."""


@blueprint.get("/editions/<int:edition_id>/assets/<path:name>")
@signed_in
def asset(edition_id: int, name: str) -> ResponseReturnValue:
    """Give a file that a lesson shows, or the part of it that is asked for (RFC 9110, section 14)."""
    row = courses.asset_of(actor(), edition_id, name)
    if request.if_none_match.contains(row.digest):
        return _with_headers(Response(status=304), row)
    part = (0, row.size)
    asked = request.range
    unchanged = request.if_range is None or request.if_range.etag in {None, row.digest}
    is_part = asked is not None and asked.units == "bytes" and len(asked.ranges) == 1 and unchanged
    if asked is not None and is_part:
        found = asked.range_for_length(row.size)
        if found is None:
            return _with_headers(Response(status=416, headers={"Content-Range": f"bytes */{row.size}"}), row)
        part = found
    start, end = part
    try:
        pieces = current_app.extensions["files"].pieces(row.digest, start, end)
    except FileNotFoundError as error:
        current_app.logger.exception("the file %s of asset %s is missing", row.digest, row.id)
        raise NotFoundError from error
    answer = Response(pieces, status=206 if is_part else 200)
    answer.content_length = end - start
    if is_part:
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{row.size}"
    return _with_headers(answer, row)


def _with_headers(answer: Response, row: Asset) -> Response:
    is_document = row.media_type == "application/pdf"
    answer.content_type = row.media_type
    answer.headers["Content-Security-Policy"] = DOCUMENT if is_document else PICTURE
    answer.headers["X-Frame-Options"] = "SAMEORIGIN" if is_document else "DENY"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.set_etag(row.digest)
    return answer
