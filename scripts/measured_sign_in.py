"""Somebody who has signed in, for what is measured: no password is hashed, and no form is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.secret import digest

from people.models import OpenSignIn

if TYPE_CHECKING:
    from flask import Flask


def cookie(app: Flask, staff_id: int, **more: str) -> str:
    """Begin a sign-in and return the session cookie that names it, as versions before November 2026 wrote it, too."""
    token, now = f"{staff_id}:1", clock.now()
    with app.app_context():
        if not db.session.scalar(sa.select(OpenSignIn.id).where(OpenSignIn.token_digest == digest(token))):
            db.session.add(
                OpenSignIn(
                    staff_id=staff_id, token_digest=digest(token), began_at=now, seen_at=now, confirmed_at=now, address="",
                    device="",
                )
            )  # fmt: skip
            db.session.commit()
        db.session.remove()
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps({"_user_id": token, "_fresh": True, **more}))
