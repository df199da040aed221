"""The access log (アクセスの記録): who read or took out whose personal data, and what was refused to whom, from where.

ASVS 5.0, 16.2.1 and 16.3.2; 個人情報保護法 66条. The same page is noted once an hour a person.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import g, request
from sqlalchemy.exc import SQLAlchemyError

from kernel.database import db, reading

from people import audit
from people.act import Act
from people.permission import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response

View = TypeVar("View", bound="Callable[..., Any]")
ONCE_IN = dt.timedelta(hours=1)
FIRST_ERROR = 400
REFUSALS = frozenset({403, 404})


def shows(what: str) -> Callable[[View], View]:
    """Let the log say that whoever opens a view reads personal data of others: what, and at which address."""

    def decide(view: View) -> View:
        @wraps(view)
        def noted(*args: Any, **kwargs: Any) -> Any:
            shown(what)
            return view(*args, **kwargs)

        noted.shows = what  # type: ignore[attr-defined]
        return cast("View", noted)

    return decide


def shown(what: str) -> None:
    """Let the log say, once the answer is made, that the actor reads personal data of others."""
    g.setdefault("noted", []).append((Act.READ, f"{what}({request.path})"))


def taken_out(subject: str) -> None:
    """Let the log say, once the answer is made, that the actor takes personal data out."""
    g.setdefault("noted", []).append((Act.TAKEN_OUT, subject))


def init_app(app: Flask) -> None:
    """Let every entry of the audit log say from where, and every answer be noted that the log should know of."""
    app.before_request(lambda: audit.came_from.set(request.remote_addr or "") and None)
    app.after_request(_note)


def _note(response: Response) -> Response:
    """Write into the log what was shown, taken out or refused; a page that is only read does it after its own transaction."""
    noted, who = g.pop("noted", []), g.get("_login_user")
    if not isinstance(who, Actor):
        return response
    if response.status_code >= FIRST_ERROR:
        noted = [(Act.REFUSED, _asked(response))] if response.status_code in REFUSALS and request.endpoint else []
    was_reading = reading.get()
    if noted and (was_reading or response.status_code >= FIRST_ERROR):
        db.session.rollback()
        reading.set(False)
        with contextlib.suppress(SQLAlchemyError):  # a page that can be read is read where nothing can be written
            _write(who, noted)
            db.session.commit()
        reading.set(was_reading)
    elif noted:
        _write(who, noted)  # with the act itself
    return response


def _write(who: Actor, noted: list[tuple[Act, str]]) -> None:
    for act, subject in noted:
        if act is Act.TAKEN_OUT or not audit.was_noted_lately(who, act, subject, ONCE_IN):
            audit.record(who, act, subject)


def _asked(response: Response) -> str:
    """Return what was asked for: the address, but of one that holds a secret only its form."""
    secret = any(name in {"token", "code"} for name in request.view_args or {})
    where = request.url_rule.rule if secret and request.url_rule else request.path
    return f"{request.method} {where} {response.status_code}"
