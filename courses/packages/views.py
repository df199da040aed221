"""The files of packages, given where packages run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from courses.blueprint import blueprint
from courses.files.kept_file import in_pieces
from courses.packages import package
from courses.packages.place import apart, check_home, policy, unsigned

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

WHAT_A_PACKAGE_MAY = (
    "default-src 'self' http: https: data: blob: 'unsafe-inline' 'unsafe-eval'; form-action 'self'; base-uri 'self'"
)
"""Packages bring scripts of every kind. They find nothing here but themselves, and what anybody finds on the net."""


@blueprint.get("/packages/<token>/<path:path>")
@apart
def package_file(token: str, path: str) -> ResponseReturnValue:
    """Give a file of a package, or the part of it that is asked for."""
    digest, who = unsigned("files", token)
    check_home(digest)
    package.check_shown_to(who, digest)
    row = package.file_of(digest, path)
    answer = in_pieces(row.digest, row.size, request)
    answer.content_type, compressed = package.media_type(path)
    if compressed:
        answer.headers["Content-Encoding"] = compressed
    answer.headers["Content-Security-Policy"] = policy(WHAT_A_PACKAGE_MAY)
    answer.headers["Referrer-Policy"] = "strict-origin"
    answer.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return answer
