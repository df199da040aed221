"""Headers: what every answer tells the browser to allow and to keep (OWASP Secure Headers Project)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
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


def init_app(app: Flask) -> None:
    """Give every answer the headers that its view has not set itself."""
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
        return response
