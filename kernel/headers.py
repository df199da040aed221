"""Headers: what every answer tells the browser to allow and to keep (OWASP Secure Headers Project), and how it travels."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import request
from flask_compress import Compress
from flask_login import current_user

if TYPE_CHECKING:
    from flask import Flask, Response

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'; frame-src 'self' {packages}"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
ONE_YEAR = 31_536_000
COMPRESSED = ["text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"]
REMEMBERED, SHORT = 8192, 80
compress = Compress()


def init_app(app: Flask) -> None:
    """Give every answer the headers that its view has not set itself; name static files by what is in them, remember addresses, and compress what may be."""
    _name_static_files(app)
    _remember_addresses(app)
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_STREAMS=False,
        COMPRESS_MIMETYPES=COMPRESSED,
        COMPRESS_ALGORITHM=["br", "gzip"],
    )
    compress.init_app(app)
    packages = app.extensions["settings"].packages_url
    headers = {name: value.format(packages=packages) for name, value in HEADERS.items()}

    @app.after_request
    def add_headers(response: Response) -> Response:
        says_who_frames = "Content-Security-Policy" in response.headers
        for name, value in headers.items():
            if name != "X-Frame-Options" or not says_who_frames:
                response.headers.setdefault(name, value)
        if app.config["SESSION_COOKIE_SECURE"]:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}; includeSubDomains")
        if request.endpoint != "static":
            is_private = current_user.is_authenticated or "token" in (request.view_args or {})
            response.headers.setdefault("Cache-Control", "no-store" if is_private else "no-cache")
        elif "v" in request.args:
            response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
        return _compressed(response) if _may_be_compressed() else response


def _compressed(response: Response) -> Response:
    if request.endpoint == "static" and response.mimetype in COMPRESSED:
        response.direct_passthrough = False
        response.make_sequence()  # read at once: they are small
    return compress.after_request(response)


def _may_be_compressed() -> bool:
    """Tell whether an answer holds no secret of the reader: its compressed length would tell it bit by bit (BREACH, CVE-2013-3587)."""
    return request.endpoint == "static" or not (current_user.is_authenticated or "token" in (request.view_args or {}))


def _name_static_files(app: Flask) -> None:
    """Add to the address of each static file what is in it, so that browsers keep it until it changes."""

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            version = _version(app.static_folder or "", values["filename"])
            if version:
                values["v"] = version


@cache
def _version(folder: str, name: str) -> str:
    """Return what tells the content of a file that a template names, empty where there is none; a process reads it once."""
    path = Path(folder) / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else ""


def _remember_addresses(app: Flask) -> None:
    """Let templates ask once for the address of a page: one page has a hundred links, and most are the same for everybody."""

    @lru_cache(maxsize=REMEMBERED)
    def address(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return app.url_for(endpoint, **dict(values))

    def url_for(endpoint: str, **values: Any) -> str:
        short = all(type(value) is int or (type(value) is str and len(value) <= SHORT) for value in values.values())
        if not short or endpoint.startswith("."):
            return app.url_for(endpoint, **values)
        return address(request.root_path, endpoint, tuple(values.items()))

    app.jinja_env.globals["url_for"] = url_for
