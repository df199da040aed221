"""The files that lessons show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, current_app, request

from people.access import actor, signed_in

from courses import course as courses
from courses.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/editions/<int:edition_id>/assets/<path:name>")
@signed_in
def asset(edition_id: int, name: str) -> ResponseReturnValue:
    """Give a file that a lesson shows; a picture can neither run anything nor fetch anything."""
    row = courses.asset_of(actor(), edition_id, name)
    answer_with = Response(
        current_app.extensions["files"].pieces(row.digest),
        content_type=row.media_type,
        headers={
            "Content-Length": str(row.size),
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "Cache-Control": "private, max-age=3600",
        },
    )
    answer_with.set_etag(row.digest)
    return answer_with.make_conditional(request)
