"""Error pages: every refusal and every failure is answered with a sentence that says what to do next."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from flask import current_app, g, render_template, request, session
from flask.globals import request_ctx
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
    TimeoutError,  # noqa: A004 - of the pool
)
from werkzeug.exceptions import HTTPException

from kernel.database import db, reading
from kernel.errors import RefusalError
from kernel.page import address_on

if TYPE_CHECKING:
    from flask import Flask, Response
    from flask.typing import ResponseReturnValue

TOO_LARGE = 413
A_MEGABYTE = 1024
"""In kilobytes."""
HTTP_PAGES = {
    400: (
        "受け付けられませんでした",
        "送られた内容を読み取れませんでした。前のページに戻って、もう一度お試しください。",
    ),
    404: ("ページが見つかりません", "アドレス（URL）が変わったか、このページを見る権限がない可能性があります。"),
    405: ("受け付けられませんでした", "このアドレスは、ページのボタンから開いてください。"),
    413: ("送られた内容が大きすぎます", "までにしてから、もう一度お試しください。"),
    500: (
        "思わぬ問題が起きました",
        "ご不便をおかけします。入力した内容は保存されていません。少したってから、もう一度お試しください。",
    ),
}


WORTH_KEEPING = 20
"""From how many characters on a text that was sent is shown again where it could not be kept."""
SECRETS = ("csrf", "password", "present", "again", "code", "secret", "credential", "answer", "seen", "next")
"""What the names of fields hold whose texts are never shown again, or that nobody typed."""


WAITED_TOO_LONG = frozenset({"55P03", "57014", "40P01", "40001"})
"""PostgreSQL: lock not available, query cancelled, deadlock detected, serialization failure."""
BUSY = "少したってから、もう一度お試しください。入力した内容は保存されていません。"
AWAY = (
    "データベースが応答していません。入力した内容は保存されていません。"
    "10分ほどたっても同じときは、システムの担当に知らせてください。"
)
FULL = (
    "サーバーの保存場所に書き込めませんでした。入力した内容は保存されていません。"
    "くり返すときは、システムの担当に知らせてください。"
)
UNCERTAIN = (
    "データベースの返事が途切れ、保存できたかどうかが分かりません。もとのページを開き直し、"
    "保存されているかを確かめてから、続けてください。"
)


def init_app(app: Flask) -> None:
    """Answer every refusal and failure with a page."""
    _add_refusals(app)
    _add_failures(app)


def _add_refusals(app: Flask) -> None:
    @app.errorhandler(RefusalError)
    def refuse(refusal: RefusalError) -> ResponseReturnValue:
        db.session.rollback()
        _take_back_what_was_said()
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

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> ResponseReturnValue:
        message = "ページを開いてから時間がたったか、別の画面でサインインし直したようです。もとのページに戻って、もう一度送ってください。"
        return _page("もう一度お試しください", message, 400)


def _add_failures(app: Flask) -> None:
    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(ProgrammingError)
    @app.errorhandler(TimeoutError)
    def away(error: SQLAlchemyError) -> ResponseReturnValue:
        app.logger.error("the database did not answer on %s %s", request.method, request.path, exc_info=error)
        _forget_who_asks()
        return _page("混み合っています", BUSY, 503) if is_busy(error) else _page("いまは使えません", AWAY, 503)

    @app.errorhandler(OSError)
    def full(error: OSError) -> ResponseReturnValue:
        app.logger.error("the machine could not keep it, on %s %s", request.method, request.path, exc_info=error)
        _forget_who_asks()
        return _page("いまは使えません", FULL, 503)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        title, message = HTTP_PAGES.get(error.code or 500, HTTP_PAGES[400])
        if error.code == TOO_LARGE:
            kilobytes = (request.max_content_length or 0) // 1024
            message = f"{kilobytes // 1024}MB{message}" if kilobytes >= A_MEGABYTE else f"{kilobytes}KB{message}"
        return _page(title, message, error.code or 500)

    @app.errorhandler(Exception)
    def failed(error: Exception) -> ResponseReturnValue:
        app.logger.error("unexpected error on %s %s", request.method, request.path, exc_info=error)
        _forget_who_asks()
        if app.testing:
            raise error
        return _page(*HTTP_PAGES[500], 500)


def is_busy(error: SQLAlchemyError) -> bool:
    """Tell whether the database only had too much to do: somebody held a lock for too long, or asked for too much."""
    said = getattr(error, "orig", None)
    return (
        isinstance(error, TimeoutError)
        or getattr(said, "sqlstate", None) in WAITED_TOO_LONG
        or "locked" in str(said or "")
    )


def instead(
    response: Response, error: SQLAlchemyError, title: str = "保存できたか確かめてください", message: str = ""
) -> Response:
    """Answer with a page that does not say what is not known, or with another than the one that was made.

    The end of an act was not confirmed by the database.
    """
    current_app.logger.error("the end was not confirmed of %s %s", request.method, request.path, exc_info=error)
    _forget_who_asks()
    page, status = _page(title, message or UNCERTAIN, 503)
    response.set_data(page)
    response.status_code, response.mimetype = status, "text/html"
    for header in ("Location", "Content-Disposition"):
        response.headers.pop(header, None)
    return response


def _forget_who_asks() -> None:
    """Show an error page as to a visitor: to find out who asks would need the database that just failed."""
    _take_back_what_was_said()
    with contextlib.suppress(SQLAlchemyError):
        db.session.rollback()
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 - where Flask-Login keeps who asks


def _take_back_what_was_said() -> None:
    """Forget what an act said of itself ("saved"): it did not come about."""
    if not reading.get():
        session.pop("_flashes", None)
        request_ctx.flashes = None


def _typed() -> list[str]:
    """Return the longer texts that were sent: their page may be gone, and they must not go with it."""
    if request.method != "POST" or request.content_length is None:
        return []
    with contextlib.suppress(HTTPException, OSError):
        sent = list(request.form.items(multi=True))
        secret = {text for name, text in sent if any(one in name for one in SECRETS)}
        return [text for _name, text in sent if len(text) >= WORTH_KEEPING and text not in secret]
    return []


def _page(title: str, message: str, status: int) -> tuple[str, int]:
    return render_template(
        "error.html",
        title=title,
        message=message or HTTP_PAGES.get(status, HTTP_PAGES[400])[1],
        back=address_on(request.host, request.referrer),
        wrote=request.method == "POST",
        typed=_typed() if status != TOO_LARGE else [],
    ), status
