"""Pages of the installation: whether it runs, and where a weakness is reported."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, render_template, url_for

from kernel import clock
from kernel.errors import NotFoundError

from people.access import public, requires
from people.permission import Permission

from participation.mailing import delivery

from front import condition
from front.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kernel.settings import Settings

VALID_FOR = dt.timedelta(days=180)
"""How long anybody may rely on what security.txt says: less than a year (RFC 9116, 2.5.5)."""


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Tell programmes whether pages can be served, and what somebody should look at; healthz only says that it runs."""
    if not condition.is_ready():
        return {"status": "not ready", "attention": ["schema"]}, 503
    troubled = sorted({sign.key for sign in condition.signs(_settings()) if not sign.is_well})
    return {"status": "attention" if troubled else "ok", "attention": troubled}


@blueprint.get("/.well-known/security.txt")
@public
def security() -> ResponseReturnValue:
    """Say where a weakness is reported (RFC 9116). Raises NotFoundError where this installation named nobody."""
    settings = _settings()
    if not settings.security_contact:
        raise NotFoundError
    expires = clock.at(clock.today() + VALID_FOR, dt.time()).isoformat()
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {expires}",
        "Preferred-Languages: ja, en",
        f"Canonical: {settings.public_url}{url_for('front.security')}",
    )
    return "\n".join((*lines, "")), {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    """Lead whoever asks for the picture at its old place to where it is."""
    return redirect(url_for("static", filename="icon.svg"))


@blueprint.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """Tell search engines what they need not look at (RFC 9309): certificates, and what needs a sign-in anyway."""
    lines = ("User-agent: *", "Disallow: /certificates/", "Disallow: /join/", "Disallow: /password/", "")
    return "\n".join(lines), {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/admin/condition")
@requires(Permission.MANAGE_ORGANISATIONS)
def condition_page() -> ResponseReturnValue:
    """Show how the parts of the installation are."""
    return render_template("front/condition.html", signs=condition.signs(_settings()), given_up=delivery.given_up())


@blueprint.post("/admin/condition/resend")
@requires(Permission.MANAGE_ORGANISATIONS)
def resend() -> ResponseReturnValue:
    """Try the mails again that were given up."""
    flash(f"{delivery.resend()}件のメールを、もう一度送ります。いまも正しい内容のものだけが送られます。")
    return redirect(url_for("front.condition_page"))


def _settings() -> Settings:
    return current_app.extensions["settings"]  # type: ignore[no-any-return]
