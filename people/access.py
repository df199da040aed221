"""Access: who acts, which views are open to whom, and the guard that closes every page nobody decided about."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, flash, g, redirect, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, current_user
from itsdangerous import BadData
from sqlalchemy.exc import OperationalError

from kernel import clock
from kernel.database import db, reading
from kernel.errors import ForbiddenError, NotFoundError
from kernel.page import address_on

from people import access_log
from people.actor import SEEN_EVERY, ask_for_second_factor, belongs_elsewhere, load_actor, note_seen
from people.permission import Actor, Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Request, Response
    from flask.typing import ResponseReturnValue

A_MEGABYTE = 1024 * 1024
A_FORM = 64 * 1024
LONG_TEXTS = A_MEGABYTE
A_TABLE = 4 * A_MEGABYTE
"""What a request may weigh, in bytes: a usual form; one with long texts; one with the table or text of an office.

What is more than a usual form comes as multipart/form-data: the three signs for each byte of the other kind take
so long to read that everybody else waits.
"""
CONFIRMED_FOR = dt.timedelta(hours=1)
View = TypeVar("View", bound="Callable[..., Any]")


def requires(*permissions: Permission, uploads: bool = False) -> Callable[[View], View]:
    """Open a view to signed-in people who hold one of the permissions somewhere; they may send a large file."""

    def decide(view: View) -> View:
        view.rule = permissions  # type: ignore[attr-defined]
        view.uploads = uploads  # type: ignore[attr-defined]
        return view

    return decide


def holds(most: int) -> Callable[[View], View]:
    """Let a view be sent more than a usual form, in bytes."""

    def decide(view: View) -> View:
        view.largest = most  # type: ignore[attr-defined]
        return view

    return decide


def confirmed(view: View) -> View:
    """Ask for the password again before a view that opens doors to others, unless it was given within the hour (ASVS 5.0, 7.5.1)."""
    view.confirmed = True  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Open a view to everybody who has signed in."""
    view.rule = ()  # type: ignore[attr-defined]
    return view


def by_password(view: View) -> View:
    """Open a view that concerns the whole account only to who has signed in by password, where they belong elsewhere, too.

    An organisation's provider could else act beyond it.
    """
    view.by_password = True  # type: ignore[attr-defined]
    return view


def by_token(view: View) -> View:
    """Let a view be opened by a key of its own, never by a cookie: there is nothing to forge."""
    view.by_token = True  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Open a view to everybody."""
    view.rule = None  # type: ignore[attr-defined]
    return view


def actor() -> Actor:
    """Return who acts. Raises NotFoundError where nobody is signed in (the guard comes first)."""
    person = visitor()
    if person is None:
        raise NotFoundError
    return person


def visitor() -> Actor | None:
    """Return who acts, or None for a visitor who has not signed in."""
    person = current_user._get_current_object()  # noqa: SLF001 - asked for twenty times a page, and each way through the proxy costs
    return person if person.is_authenticated else None


def public_address(path: str) -> str:
    """Return the address of a path as people reach it, whatever host a request named."""
    return str(current_app.extensions["settings"].public_url) + path


def sends_mail() -> bool:
    """Tell whether this installation sends mail."""
    return bool(current_app.extensions["settings"].mail.host)


class Cookie(SecureCookieSessionInterface):
    """A cookie that only we can write, whatever its age: how long a sign-in goes on is said by the server's own table.

    Where the clock goes back, a cookie of the future signs nobody out.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie says; one that is not ours says nothing."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        try:
            return self.session_class(serializer.loads(request.cookies.get(self.get_cookie_name(app), "")))
        except BadData:
            return self.session_class()


class UndecidedViewError(RuntimeError):
    """A view has no access rule: the application does not start."""


def rule_of(app: Flask, endpoint: str) -> tuple[Permission, ...] | None:
    """Return a view's rule: None for public, else the permissions of which one is needed (none: any signed in)."""
    view = app.view_functions[endpoint]
    if not hasattr(view, "rule"):
        raise UndecidedViewError(endpoint)
    return view.rule  # type: ignore[no-any-return]


def check_every_view(app: Flask) -> None:
    """Refuse to start with a view nobody decided about. Raises UndecidedViewError."""
    for endpoint in app.view_functions:
        rule_of(app, endpoint)


def guard() -> Any:
    """Let a request through only where its view's rule allows it; what one may not see is not found.

    It runs before anything of the body is read, and says how much of it will be.
    """
    if request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    quoted = request.mimetype == "application/x-www-form-urlencoded"
    request.max_content_length = A_FORM if quoted else getattr(view, "largest", A_FORM)
    rule = rule_of(current_app, request.endpoint)
    if rule is None:
        return None
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    if Permission.TAKE_PART in rule and not actor().roles:
        message = "いまの所属がないため、このページは使えません。所属は、登録された初日から始まります。学習の記録はマイページで見られます。"
        raise ForbiddenError(message)
    if rule and not any(actor().may(permission) for permission in rule):
        raise NotFoundError
    if getattr(view, "by_password", False) and actor().only_for and belongs_elsewhere(actor()):
        message = "ほかの団体にも所属しているため、ここからはメールアドレスとパスワードでサインインして行ってください。"
        raise ForbiddenError(message)
    if getattr(view, "confirmed", False) and not _has_confirmed(actor()):
        return _ask_to_confirm()
    if getattr(view, "uploads", False) and not quoted:
        request.max_content_length = current_app.extensions["settings"].upload_mb * A_MEGABYTE + A_FORM
    if not reading.get():
        db.session.rollback()  # a request holds nothing while its body comes in, however slowly
    return None


def init_app(app: Flask) -> None:
    """Let people sign in, and close every page to whom its rule does not open it."""
    if app.extensions["settings"].demo:
        app.before_request(_from_this_machine_only)
    app.session_interface = Cookie()
    login = LoginManager(app)
    ask_for_second_factor(wanted=app.extensions["settings"].second_factor)
    login.user_loader(load_actor)
    login.session_protection = None  # an office behind changing addresses must not be signed out
    login.unauthorized_handler(_ask_to_sign_in)
    app.before_request(access_log.come_from)  # before whoever may refuse
    app.before_request(guard)
    app.after_request(_note_seen)
    access_log.init_app(app)


def _from_this_machine_only() -> None:
    """Refuse everybody elsewhere where the passwords are published, however the server was started."""
    if not ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - nobody's
        message = "見本のデータは、このコンピューターからだけ使えます。パスワードが公開されているためです。"
        raise ForbiddenError(message)


def _has_confirmed(who: Actor) -> bool:
    return who.confirmed_at is not None and clock.now() - who.confirmed_at < CONFIRMED_FOR


def _ask_to_confirm() -> ResponseReturnValue:
    itself = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("people.confirm", next=address_on(request.host, request.referrer) or itself))


def _note_seen(response: Response) -> Response:
    """Note that something was done at a sign-in, every few minutes; a page that is only read notes it after its own transaction."""
    who = g.get("_login_user")
    if isinstance(who, Actor) and who.seen_at and clock.now() - who.seen_at > SEEN_EVERY:
        if reading.get():
            db.session.rollback()
        with contextlib.suppress(OperationalError):
            with db.session.begin_nested():  # what fails here must not undo the act
                note_seen(who.sign_in_id or 0)
            if reading.get():
                db.session.commit()
    return response


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.headers.get("X-Requested-With") == "fetch":  # a page that keeps by itself says so itself
        return "", 401
    if request.method == "GET":
        flash("サインインすると、このページを開けます。", "info")
        return redirect(url_for("people.sign_in_page", next=request.full_path.rstrip("?")))
    flash("サインインが切れていました。サインインすると、もとのページに戻ります。入力した内容も残っています。", "info")
    return redirect(url_for("people.sign_in_page", next=address_on(request.host, request.referrer) or "/"))
