"""One request, one transaction: committed when the method is unsafe and the answer is not a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kernel import error_pages
from kernel.database import db, reading

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FIRST_REFUSAL = 400


class WriteWhileReadingError(RuntimeError):
    """A page that is only looked at tried to change a row."""


def init_app(app: Flask) -> None:
    """Register the hooks. Call it before any other hook: `after_request` runs last in, first out."""

    @app.before_request
    def begin() -> None:
        reading.set(request.method in SAFE_METHODS)

    @app.after_request
    def finish(response: Response) -> Response:
        if request.method not in SAFE_METHODS and response.status_code < FIRST_REFUSAL:
            try:
                db.session.commit()
            except SQLAlchemyError as error:
                return error_pages.instead(response, error)
        else:
            db.session.rollback()
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        reading.set(False)


@sa.event.listens_for(Session, "before_flush")
def _refuse_write_while_reading(session: Session, _context: UOWTransaction, _instances: object) -> None:
    if reading.get() and (session.new or session.dirty or session.deleted):
        message = "a GET request may not write"
        raise WriteWhileReadingError(message)
