"""Links for a new password by mail: where mail is sent, who has forgotten the password needs nobody's help.

The link is made and kept before the mail goes, one mail a person in a quarter of an hour; where the server does not take it, it is asked for again.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
import ssl
from email.message import EmailMessage
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db

from people.models import Membership, Staff
from people.signing_in import password_link
from people.signing_in.models import PasswordLink, ResetRequest

if TYPE_CHECKING:
    from kernel.settings import Mail

log = logging.getLogger("tomomanabi.mail")
AT_ONCE, SECONDS = 50, 30
PAUSE = dt.timedelta(minutes=15)
TEXT = """{name} さん

ともまなびのパスワードを新しく決めるためのリンクです。24時間のあいだ、一度だけ使えます。

{address}

心当たりがないときは、このメールを消してください。パスワードは変わりません。
"""


def send(mail: Mail, public_url: str) -> int:
    """Send a link to each who asked for one and has an address; return how many. Who is stopped from signing in is sent none."""
    if not mail.host:
        return 0
    lately = sa.exists().where(
        PasswordLink.staff_id == ResetRequest.staff_id,
        PasswordLink.expires_at > clock.now() + dt.timedelta(hours=24) - PAUSE,
    )
    waiting = db.session.scalars(
        sa.select(Staff.id)
        .join(ResetRequest, ResetRequest.staff_id == Staff.id)
        .where(Staff.email.is_not(None), Staff.blocked_at.is_(None), Staff.erased_at.is_(None), ~lately)
        .order_by(ResetRequest.requested_at)
        .limit(AT_ONCE)
    ).all()
    db.session.rollback()
    return sum(_send_one(mail, public_url, staff_id) for staff_id in waiting)


def _send_one(mail: Mail, public_url: str, staff_id: int) -> int:
    membership = db.session.scalars(
        sa.select(Membership)
        .options(joinedload(Membership.staff))
        .where(Membership.staff_id == staff_id)
        .order_by(Membership.left_on.is_(None).desc(), Membership.left_on.desc(), Membership.id)
        .limit(1)
    ).first()
    if membership is None:
        return 0
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        mail.sender,
        membership.staff.email,
        "パスワードを新しく決めるリンク",
    )
    message["Auto-Submitted"] = "auto-generated"
    token = password_link.issue(None, membership)
    message.set_content(TEXT.format(name=membership.staff.name, address=f"{public_url}/password/{token}"))
    db.session.commit()  # the link stands before it is told, and nothing is held while the server takes the mail
    try:
        with smtplib.SMTP(mail.host, mail.port, timeout=SECONDS) as server:
            if mail.starttls:
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, mail.password)
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("a link for a new password was not taken: %s", type(error).__name__)
        db.session.execute(sa.delete(PasswordLink).where(PasswordLink.staff_id == staff_id))
        db.session.add(ResetRequest(staff_id=staff_id))
        db.session.commit()
        return 0
    return 1
