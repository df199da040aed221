"""The place of packages: each has an address of its own, where there are no cookies, reached by links that soon end."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from flask import current_app, redirect, request, url_for
from itsdangerous import BadData, URLSafeSerializer

from kernel import clock, transaction
from kernel.errors import NotFoundError
from kernel.settings import ANY_NAME

from people.access import View, public
from people.actor import actor_at

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

    from kernel.settings import Settings

    from people.permission import Actor

    from courses.packages.manifest import Part

LONGEST_NAME = 40
"""How much of a package's digest is its name as a host: enough that no two are alike (a label holds 63, RFC 1035)."""
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
    """Give packages addresses of their own, where nothing but them is; and let them be nowhere else."""
    settings: Settings = app.extensions["settings"]

    @app.before_request
    def keep_apart() -> ResponseReturnValue | None:
        is_package = runs_apart(app, request.endpoint)
        if not _name_asked():
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


def unsigned(what: str, token: str) -> tuple[Any, Actor]:
    """Return what a token says, and who acts at the sign-in it rests on, with the roles of today.

    Raises NotFoundError for one that is not ours or has ended, and for a window that somebody else opened: packages are
    shown in our frame.
    """
    if request.headers.get("Sec-Fetch-Dest") == "document" and request.headers.get("Sec-Fetch-Site") != "same-origin":
        raise NotFoundError
    try:
        until, sign_in_id, payload = _serializer(what).loads(token)
    except (BadData, ValueError) as error:
        raise NotFoundError from error
    actor = actor_at(sign_in_id)
    if until < clock.now().timestamp() or actor is None:
        raise NotFoundError
    return payload, actor


def _name_asked() -> str:
    """Return under which of the packages' names the present request came; empty where it came for the application."""
    name, _, rest = request.host.partition(".")
    return name if rest and ANY_NAME + rest == urlsplit(_settings().packages_url).netloc else ""


def check_home(digest: str) -> None:
    """Raise NotFoundError where the present request came under the name of another package."""
    if _name_asked() != digest[:LONGEST_NAME]:
        raise NotFoundError


def address_of(digest: str, endpoint: str, **values: Any) -> str:
    """Return the address of a view where a package runs; empty where this installation has no place for packages."""
    place = _settings().packages_url
    return place.replace(ANY_NAME, f"{digest[:LONGEST_NAME]}.", 1) + url_for(endpoint, **values) if place else ""


def page_of(digest: str, part: Part, actor: Actor) -> str:
    """Return the path of a part's page, where its package runs."""
    token = signed("files", digest, actor.sign_in_id)
    return url_for("courses.package_file", token=token, path="") + quote(part.path) + part.query


def policy(scripts: str) -> str:
    """Return the content security policy of what runs apart: only the application may frame it."""
    return f"{scripts}; frame-ancestors 'self' {_settings().public_origin}"
