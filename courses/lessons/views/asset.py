"""The files that lessons show: pictures, documents and videos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from people.access import actor, signed_in

from courses.blueprint import blueprint
from courses.files.kept_file import in_pieces
from courses.lessons.asset import asset_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture can neither run anything nor fetch anything, even when it is opened on its own."""
DOCUMENT = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""A document is shown inside its lesson by the reader that the browser has."""


@blueprint.get("/editions/<int:edition_id>/assets/<path:name>")
@signed_in
def asset(edition_id: int, name: str) -> ResponseReturnValue:
    """Give a file that a lesson shows, or the part of it that is asked for."""
    row = asset_of(actor(), edition_id, name)
    answer = in_pieces(row.digest, row.size, request)
    is_document = row.media_type == "application/pdf"
    answer.content_type = row.media_type
    answer.headers["Content-Security-Policy"] = DOCUMENT if is_document else PICTURE
    answer.headers["X-Frame-Options"] = "SAMEORIGIN" if is_document else "DENY"
    return answer
