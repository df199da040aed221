"""Links to set a password by mail: where mail is sent, who has forgotten theirs needs nobody's help, and an office hands out no paper.

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
from kernel.database import db, insert

from people.actor import actor_of
from people.models import Membership, Staff
from people.permission import Permission
from people.signing_in import password_link
from people.signing_in.models import PasswordLink, ResetRequest

if TYPE_CHECKING:
    from kernel.settings import Mail

log = logging.getLogger("tomomanabi.mail")
AT_ONCE, SECONDS = 50, 30
PAUSE = dt.timedelta(minutes=15)
INVITATION = """{name} さん

{office}の職員として、ともまなび（自治体の職員がともに学ぶ場）に登録されました。次のリンクから、パスワードを決めてください。
14日のあいだ、一度だけ使えます。

{address}

心当たりがないときは、団体の研修担当に確かめてください。
"""
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
        sa.or_(
            *(
                sa.and_(PasswordLink.purpose == purpose, PasswordLink.expires_at > clock.now() + valid - PAUSE)
                for purpose, valid in password_link.VALID_FOR.items()
            )
        ),
    )
    waiting = db.session.scalars(
        sa.select(Staff.id)
        .join(ResetRequest, ResetRequest.staff_id == Staff.id)
        .where(Staff.email.is_not(None), Staff.blocked_at.is_(None), Staff.erased_at.is_(None), ~lately)
        .order_by(ResetRequest.requested_at)
        .limit(AT_ONCE)
    ).all()
    db.session.rollback()
    sent = 0
    for staff_id in waiting:
        found = _send_one(mail, public_url, staff_id)
        if found is None:
            break  # it is the server, and not the letter: the others wait
        sent += found
    return sent


def _send_one(mail: Mail, public_url: str, staff_id: int) -> int | None:
    """Send somebody a link; return how many letters went, None where the server is not there."""
    membership = db.session.scalars(
        sa.select(Membership)
        .options(joinedload(Membership.staff), joinedload(Membership.organisation))
        .where(Membership.staff_id == staff_id)
        .order_by(Membership.left_on.is_(None).desc(), Membership.left_on.desc(), Membership.id)
        .limit(1)
    ).first()
    if membership is None:
        return 0
    asked = db.session.get(ResetRequest, staff_id)
    asked_by = asked.asked_by_id if asked else None
    is_new = membership.staff.password_hash is None
    actor = actor_of(asked_by) if asked_by else None
    if asked_by and (actor is None or not actor.may(Permission.MANAGE_STAFF, membership.organisation_id)):
        db.session.delete(asked)  # whoever asked for it manages nobody there any more
        db.session.commit()
        return 0
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        mail.sender,
        membership.staff.email,
        "ともまなびへの招待" if is_new else "パスワードを新しく決めるリンク",
    )
    message["Auto-Submitted"] = "auto-generated"
    token = password_link.issue(actor, membership)
    said = {
        "name": membership.staff.name,
        "office": membership.organisation.name,
        "address": f"{public_url}/password/{token}",
    }
    message.set_content((INVITATION if is_new else TEXT).format(**said))
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
        again = insert(ResetRequest).values(staff_id=staff_id, asked_by_id=asked_by, requested_at=clock.now())
        db.session.execute(again.on_conflict_do_nothing(index_elements=["staff_id"]))
        db.session.commit()
        refused = isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected)
        return 0 if refused else None
    return 1
