"""The application: settings, database, transaction, guard, pages, commands and error pages, put together."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
import sqlalchemy as sa
from flask import Flask, current_app, flash, g, redirect, render_template, request, url_for
from flask.cli import with_appcontext
from flask_login import AnonymousUserMixin, LoginManager
from flask_migrate import Migrate, upgrade
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from jinja2 import StrictUndefined
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from kernel import clock, transaction
from kernel.database import db
from kernel.errors import NotFoundError, RefusalError
from kernel.page import address_with
from kernel.settings import Settings

import people.cli
import people.views
from people import access, permission
from people.actor import load_actor

import courses.cli
import courses.views
from courses.files.files import Files
from courses.packages import place

import catalog.cli
import catalog.views

import participation.cli
import participation.views

import learning.views

import review.views

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

LARGEST_REQUEST = 4 * 1024 * 1024
TOO_LARGE = 413
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


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application. Raises SettingsError for an unsafe start, UndecidedViewError for an unguarded page."""
    settings = settings or Settings.from_environ(serves=not _is_command())
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SESSION_COOKIE_NAME="__Host-session" if settings.secure_cookies else "session",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=12 * 3600,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
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
    transaction.init_app(app)
    db.init_app(app)
    Migrate(app, db, compare_type=True)
    _keep_packages_apart(app, settings)
    _add_sign_in(app)
    csrf = CSRFProtect(app)
    _add_pages(app)
    for endpoint, view in app.view_functions.items():
        if place.runs_apart(app, endpoint):
            csrf.exempt(view)  # no cookie signs anybody in there, so there is nothing to forge
    _add_headers(app)
    _add_error_pages(app)
    access.check_every_view(app)
    return app


def _is_command() -> bool:
    """Tell whether this process is a `flask` command other than `flask run`: it serves no page."""
    return click.get_current_context(silent=True) is not None and "run" not in sys.argv[1:]


def _keep_packages_apart(app: Flask, settings: Settings) -> None:
    """Give packages an address of their own, where nothing but them is; and let them be nowhere else."""
    host = urlsplit(settings.packages_url).netloc

    @app.before_request
    def keep_apart() -> ResponseReturnValue | None:
        is_package = place.runs_apart(app, request.endpoint)
        if request.host != host:
            if is_package:
                raise NotFoundError
        elif not is_package and request.endpoint not in {"static", "health"}:
            if request.method in transaction.SAFE_METHODS and request.endpoint:
                return redirect(settings.public_url + request.full_path.rstrip("?"))
            raise NotFoundError
        return None


def _add_sign_in(app: Flask) -> None:
    login = LoginManager(app)
    login.user_loader(load_actor)
    login.session_protection = None  # an office behind changing addresses must not be signed out

    def ask_to_sign_in() -> ResponseReturnValue:
        flash("サインインすると、このページを開けます。")
        wanted = request.full_path.rstrip("?") if request.method == "GET" else request.referrer and "/"
        return redirect(url_for("people.sign_in_page", next=wanted))

    login.unauthorized_handler(ask_to_sign_in)
    app.before_request(access.guard)


def _add_pages(app: Flask) -> None:
    access.public(app.view_functions["static"])
    for views in (people.views, courses.views, catalog.views, participation.views, learning.views, review.views):
        app.register_blueprint(views.blueprint)
    for commands in (
        people.cli.group,
        courses.cli.group,
        catalog.cli.group,
        participation.cli.group,
        participation.cli.notices,
    ):
        app.cli.add_command(commands)
    app.jinja_env.filters.update(date=clock.date_label, moment=clock.moment_label, fiscal_year=clock.fiscal_year_label)
    app.jinja_env.globals.update(
        visitor=access.visitor, address_with=address_with, Permission=permission.Permission, clock=clock
    )

    app.cli.add_command(prepare)

    @app.get("/healthz")
    @access.public
    def health() -> ResponseReturnValue:
        db.session.execute(sa.select(1))
        return {"status": "ok"}


@click.command("prepare")
@with_appcontext
def prepare() -> None:
    """Bring the database up to date: migrations, organisations, starter content and, with DEMO=1, sample staff."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()
    context = click.get_current_context()
    context.invoke(people.cli.load)
    context.invoke(catalog.cli.load)
    if current_app.extensions["settings"].demo:
        context.invoke(participation.cli.load_demo)


def _add_headers(app: Flask) -> None:
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
            response.headers.setdefault("Cache-Control", "no-store" if access.visitor() else "no-cache")
        return response


def _add_error_pages(app: Flask) -> None:
    @app.errorhandler(RefusalError)
    def refuse(refusal: RefusalError) -> ResponseReturnValue:
        db.session.rollback()
        return _page(refusal.title, refusal.message, refusal.status)

    @app.errorhandler(IntegrityError)
    def collide(_error: IntegrityError) -> ResponseReturnValue:
        db.session.rollback()
        message = (
            "ほかの人がほぼ同時に同じ操作をしたようです。前のページを読み込み直して、いまの状態を確かめてください。"
        )
        return _page("いまはできません", message, 409)

    @app.errorhandler(DataError)
    @app.errorhandler(OverflowError)
    def no_such_value(_error: Exception) -> ResponseReturnValue:
        """No row can have what the database cannot even hold: a NUL in a text, a number beyond all ids."""
        db.session.rollback()
        return _page(*HTTP_PAGES[404], 404)

    @app.errorhandler(OperationalError)
    def busy(error: OperationalError) -> ResponseReturnValue:
        app.logger.error("the database did not answer", exc_info=error)
        _forget_who_asks()
        return _page(
            "混み合っています", "少したってから、もう一度お試しください。入力した内容は保存されていません。", 503
        )

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> ResponseReturnValue:
        message = "ページを開いてから時間がたったか、別の画面でサインインし直したようです。前のページに戻り、読み込み直してからもう一度送ってください。"
        return _page("もう一度お試しください", message, 400)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        title, message = HTTP_PAGES.get(error.code or 500, HTTP_PAGES[400])
        if error.code == TOO_LARGE:
            message = f"{(request.max_content_length or LARGEST_REQUEST) // 1024 // 1024}{message}"
        return _page(title, message, error.code or 500)

    @app.errorhandler(Exception)
    def failed(error: Exception) -> ResponseReturnValue:
        app.logger.error("unexpected error on %s %s", request.method, request.path, exc_info=error)
        _forget_who_asks()
        if app.testing:
            raise error
        return _page(*HTTP_PAGES[500], 500)


def _forget_who_asks() -> None:
    """Show an error page as to a visitor: to find out who asks would need the database that just failed."""
    with contextlib.suppress(SQLAlchemyError):
        db.session.rollback()
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 - where Flask-Login keeps who asks


HTTP_PAGES = {
    400: (
        "受け付けられませんでした",
        "送られた内容を読み取れませんでした。前のページに戻って、もう一度お試しください。",
    ),
    404: ("ページが見つかりません", "アドレス(URL)が変わったか、このページを見る権限がない可能性があります。"),
    405: ("受け付けられませんでした", "このアドレスは、ページのボタンから開いてください。"),
    413: ("ファイルが大きすぎます", "MBまでにしてから、もう一度お試しください。"),
    500: (
        "思わぬ問題が起きました",
        "ご不便をおかけします。入力した内容は保存されていません。少したってから、もう一度お試しください。",
    ),
}


def _page(title: str, message: str, status: int) -> ResponseReturnValue:
    return render_template(
        "error.html", title=title, message=message or HTTP_PAGES.get(status, HTTP_PAGES[400])[1]
    ), status
