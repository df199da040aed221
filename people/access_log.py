"""The access log (アクセスの記録): who read or took out whose personal data, and what was refused to whom, from where.

ASVS 5.0, 16.2.1 and 16.3.2; 個人情報保護法 66条. The same page is noted once an hour a person.
"""

from __future__ import annotations

import datetime as dt
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from kernel import error_pages
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
MOST_REFUSALS, LONGEST_PATH = 50, 200
"""How many refusals of a person are noted an hour, and how much of an address: nobody fills the log by asking."""
NOT_GIVEN = (
    "いまは保存できません",
    "個人情報を含むファイルは、操作の記録に残せるときだけお渡しできます。少したってから、もう一度お試しください。",
)


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
    g.setdefault("noted", []).append((Act.READ, f"{what}（{request.path}）"))


def taken_out(subject: str) -> None:
    """Let the log say, once the answer is made, that the actor takes personal data out."""
    g.setdefault("noted", []).append((Act.TAKEN_OUT, subject))


def come_from() -> None:
    """Let every entry of the audit log say from where the present request comes."""
    audit.came_from.set(request.remote_addr or "")


def init_app(app: Flask) -> None:
    """Let every answer be noted that the log should know of."""
    app.after_request(_note)


def _note(response: Response) -> Response:
    """Write into the log what was shown, taken out or refused; a page that is only read does it after its own transaction.

    What cannot be noted as taken out is not given out; a page that can be read is read where nothing can be written.
    """
    noted, who = g.pop("noted", []), g.get("_login_user")
    if not isinstance(who, Actor):
        return response
    if response.status_code >= FIRST_ERROR:
        noted = [(Act.REFUSED, _asked(response))] if response.status_code in REFUSALS and request.endpoint else []
    was_reading = reading.get()
    if noted and not was_reading and response.status_code < FIRST_ERROR:
        _write(who, _new(who, noted))  # with the act itself
    elif noted:
        try:
            _write_apart(who, noted)
        except SQLAlchemyError as error:
            db.session.rollback()
            current_app.logger.warning("the access log could not be written: %s", type(error).__name__)
            if any(act is Act.TAKEN_OUT for act, _subject in noted):
                return error_pages.instead(response, error, *NOT_GIVEN)
        finally:
            reading.set(was_reading)
    return response


def _write_apart(who: Actor, noted: list[tuple[Act, str]]) -> None:
    """Write in a transaction of its own; nothing is held where there is nothing new to write."""
    db.session.rollback()
    reading.set(True)
    new = _new(who, noted)
    db.session.rollback()
    if new:
        reading.set(False)
        _write(who, new)
        db.session.commit()


def _new(who: Actor, noted: list[tuple[Act, str]]) -> list[tuple[Act, str]]:
    return [
        (act, subject)
        for act, subject in noted
        if act is Act.TAKEN_OUT
        or not (
            audit.was_noted_lately(who, act, subject, ONCE_IN)
            or (act is Act.REFUSED and audit.count_lately(who, act, ONCE_IN) >= MOST_REFUSALS)
        )
    ]


def _write(who: Actor, noted: list[tuple[Act, str]]) -> None:
    for act, subject in noted:
        audit.record(who, act, subject)


def _asked(response: Response) -> str:
    """Return what was asked for: the address, but of one that holds a secret only its form."""
    secret = any(name in {"token", "code"} for name in request.view_args or {})
    where = request.url_rule.rule if secret and request.url_rule else request.path
    return f"{request.method} {where[:LONGEST_PATH]} {response.status_code}"
