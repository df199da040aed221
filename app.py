"""The application: settings, database, transaction, guard, pages, commands and error pages, put together."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from flask import Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from kernel import clock, error_pages, headers, transaction
from kernel.database import db, engine_options
from kernel.page import address_with
from kernel.settings import CONTENT, Settings

import people.cli
import people.pages
from people import access
from people.permission import Permission
from people.signing_in import password

import courses.cli
import courses.pages
from courses.files.files import Files
from courses.packages import place

import catalog.cli
import catalog.pages

import participation.cli
import participation.pages

import learning.pages

import review.pages

import front.cli
import front.pages
from front import demo

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PACKAGES = (people, courses, catalog, participation, learning, review, front)
COMMANDS = (
    people.cli.group, people.cli.audit, courses.cli.group, catalog.cli.group, participation.cli.group, participation.cli.notices,
    front.cli.prepare, front.cli.load_demo, front.cli.backup, front.cli.restore, front.cli.compare, front.cli.disclose,
)  # fmt: skip


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application. Raises SettingsError for an unsafe start, UndecidedViewError for an unguarded page."""
    settings = settings or Settings.from_environ(serves=not _is_command())
    app = Flask(__name__)
    _configure(app, settings)
    transaction.init_app(app)
    db.init_app(app)
    Migrate(app, db, compare_type=True)
    password.set_cost(settings.argon2_memory_kib, settings.argon2_passes)
    password.refuse(() if settings.demo else demo.passwords(CONTENT / "demo.yaml"))
    place.init_app(app)
    access.init_app(app)
    csrf = CSRFProtect(app)
    _add_pages(app)
    for endpoint, view in app.view_functions.items():
        if place.runs_apart(app, endpoint) or getattr(view, "by_token", False):
            csrf.exempt(view)  # no cookie signs anybody in there, so there is nothing to forge
    headers.init_app(app)
    error_pages.init_app(app)
    access.check_every_view(app)
    return app


def _is_command() -> bool:
    """Tell whether this process is a `flask` command other than `flask run`: it serves no page."""
    return click.get_current_context(silent=True) is not None and "run" not in sys.argv[1:]


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.former_keys),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url, serves=not _is_command()),
        SESSION_COOKIE_NAME="__Host-session" if settings.secure_cookies else "session",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=12 * 3600,
        MAX_CONTENT_LENGTH=access.A_FORM,
        MAX_FORM_MEMORY_SIZE=access.A_TABLE,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        WTF_I18N_ENABLED=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["settings"] = settings
    app.extensions["files"] = Files(settings.files_url)
    app.jinja_env.undefined = StrictUndefined
    app.json.sort_keys = False  # type: ignore[attr-defined]  # what a package reported comes back in its own order
    app.jinja_env.policies["json.dumps_kwargs"] = {}  # the same where a template writes it
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _add_pages(app: Flask) -> None:
    access.public(app.view_functions["static"])
    for package in PACKAGES:
        app.register_blueprint(package.pages.blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    app.jinja_env.filters.update(date=clock.date_label, moment=clock.moment_label, fiscal_year=clock.fiscal_year_label)
    app.jinja_env.globals.update(visitor=access.visitor, address_with=address_with, Permission=Permission, clock=clock)

    @app.get("/healthz")
    @access.public
    def health() -> ResponseReturnValue:
        db.session.execute(sa.select(1))
        return {"status": "ok"}
