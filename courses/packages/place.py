"""The place of packages: an address of its own, where there are no cookies, reached by links that soon end."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from flask import current_app, redirect, request, url_for
from itsdangerous import BadData, URLSafeSerializer

from kernel import clock, transaction
from kernel.errors import NotFoundError

from people.access import View, public
from people.actor import is_open

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

    from kernel.settings import Settings

    from courses.packages.manifest import Part

HOURS = 10
"""How long a link leads somewhere at most: a day of work. It ends before with the sign-in at which it was made."""


def apart(view: View) -> View:
    """Let a view be reached where packages run, and only there; anybody with the link may."""
    view.apart = True  # type: ignore[attr-defined]
    return public(view)


def runs_apart(app: Flask, endpoint: str | None) -> bool:
    """Tell whether an endpoint is one of those where packages run."""
    return endpoint is not None and hasattr(app.view_functions[endpoint], "apart")


def init_app(app: Flask) -> None:
    """Give packages an address of their own, where nothing but them is; and let them be nowhere else."""
    settings: Settings = app.extensions["settings"]
    host = urlsplit(settings.packages_url).netloc

    @app.before_request
    def keep_apart() -> ResponseReturnValue | None:
        is_package = runs_apart(app, request.endpoint)
        if request.host != host:
            if is_package:
                raise NotFoundError
        elif not is_package and request.endpoint not in {"static", "health"}:
            if request.method in transaction.SAFE_METHODS and request.endpoint:
                return redirect(settings.public_url + request.full_path.rstrip("?"))
            raise NotFoundError
        return None


def _settings() -> Settings:
    return current_app.extensions["settings"]  # type: ignore[no-any-return]


def _serializer(what: str) -> URLSafeSerializer:
    return URLSafeSerializer([*_settings().former_keys, _settings().secret_key], salt=f"package {what}")


def signed(what: str, payload: Any, sign_in_id: int | None) -> str:
    """Return a payload as a token that nobody else can make, and that ends with a sign-in."""
    until = clock.now() + dt.timedelta(hours=HOURS)
    return str(_serializer(what).dumps([int(until.timestamp()), sign_in_id, payload]))


def unsigned(what: str, token: str) -> tuple[Any, int]:
    """Return what a token says, and the sign-in it rests on.

    Raises NotFoundError for one that is not ours or has ended, and for a window that somebody else opened: packages are
    shown in our frame.
    """
    if request.headers.get("Sec-Fetch-Dest") == "document" and request.headers.get("Sec-Fetch-Site") != "same-origin":
        raise NotFoundError
    try:
        until, sign_in_id, payload = _serializer(what).loads(token)
    except (BadData, ValueError) as error:
        raise NotFoundError from error
    if until < clock.now().timestamp() or not is_open(sign_in_id):
        raise NotFoundError
    return payload, sign_in_id


def address_of(endpoint: str, **values: Any) -> str:
    """Return the address of a view that runs apart; empty where this installation has no place for packages."""
    origin = _settings().packages_url
    return origin + url_for(endpoint, **values) if origin else ""


def page_of(digest: str, part: Part, sign_in_id: int) -> str:
    """Return the path of a part's page, where packages run."""
    token = signed("files", digest, sign_in_id)
    return url_for("courses.package_file", token=token, path="") + quote(part.path) + part.query


def policy(scripts: str) -> str:
    """Return the content security policy of what runs apart: only the application may frame it."""
    return f"{scripts}; frame-ancestors 'self' {_settings().public_origin}"
