"""Links to set a password by mail: where mail is sent, who has forgotten theirs needs nobody's help, and an office hands out no paper.

The link is made and kept before the mail goes, one mail a person in a quarter of an hour. One that is not taken fails alone and is tried
again as other letters are (`delivery`); in the end the office is asked to hand a link over.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db, insert

from people.actor import actor_of
from people.membership import is_not_over, visible_to
from people.models import Membership, Staff
from people.signing_in import password_link
from people.signing_in.models import PasswordLink, ResetRequest

from participation.mailing import delivery
from participation.mailing.letter import new_message_id, plain

if TYPE_CHECKING:
    from email.message import EmailMessage

    from kernel.settings import Mail

    from people.permission import Actor

log = logging.getLogger("tomomanabi.mail")
AT_ONCE = 50
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
    waiting = _waiting() if mail.host else []
    if not waiting:
        return 0
    sent = 0
    try:
        with delivery.connected(mail) as server:
            for staff_id in waiting:
                found = _send_one(server, mail, public_url, staff_id)
                sent += found or 0
                if found is None:
                    break  # it hung up: the others wait for the next look
    except (OSError, smtplib.SMTPException) as error:
        log.warning("the mail server is not there: %s", type(error).__name__)
    return sent


def _waiting() -> list[int]:
    """Return who waits for a link that may be sent now, the earliest first."""
    now = clock.now()
    lately = sa.exists().where(
        PasswordLink.staff_id == ResetRequest.staff_id,
        sa.or_(
            *(
                sa.and_(PasswordLink.purpose == purpose, PasswordLink.expires_at > now + valid - PAUSE)
                for purpose, valid in password_link.VALID_FOR.items()
            )
        ),
    )
    found = db.session.scalars(
        sa.select(Staff.id)
        .join(ResetRequest, ResetRequest.staff_id == Staff.id)
        .where(
            Staff.email.is_not(None), Staff.blocked_at.is_(None), Staff.erased_at.is_(None), ~lately,
            ResetRequest.attempts < delivery.MOST_ATTEMPTS,
            sa.or_(ResetRequest.try_at.is_(None), ResetRequest.try_at <= now),
        )
        .order_by(ResetRequest.requested_at)
        .limit(AT_ONCE)
    ).all()  # fmt: skip
    db.session.rollback()
    return list(found)


def _send_one(server: smtplib.SMTP, mail: Mail, public_url: str, staff_id: int) -> int | None:
    """Send somebody a link, or note that it failed, for whatever reason; return how many letters went, None where the server hung up."""
    asked = db.session.get(ResetRequest, staff_id)
    if asked is None:
        return 0
    asked_by, attempts = asked.asked_by_id, asked.attempts
    actor = actor_of(asked_by) if asked_by else None
    membership = _meant(staff_id, actor) if actor or not asked_by else None
    if membership is None:
        db.session.delete(asked)  # whoever asked for it manages nobody there any more
        db.session.commit()
        return 0
    try:
        message = _message(mail.sender, public_url, membership, password_link.issue(actor, membership))
        db.session.commit()  # the link stands before it is told, and nothing is held while the server takes the mail
        server.send_message(message)
    except Exception as error:  # noqa: BLE001 - the mail library raises what it happens to run into
        db.session.rollback()
        log.warning("a link for a password was not taken: %s", type(error).__name__)
        _failed(staff_id, asked_by, attempts)
        return None if delivery.has_hung_up(server, error) else 0
    return 1


def _meant(staff_id: int, actor: Actor | None) -> Membership | None:
    """Return the membership for which somebody is sent a link: of those that the actor manages, where one asked for it, else the present or last one."""
    mine = sa.and_(visible_to(actor), is_not_over()) if actor else sa.true()
    return db.session.scalars(
        sa.select(Membership)
        .options(joinedload(Membership.staff), joinedload(Membership.organisation))
        .where(Membership.staff_id == staff_id, mine)
        .order_by(Membership.left_on.is_(None).desc(), Membership.left_on.desc(), Membership.id)
        .limit(1)
    ).first()


def _message(sender: str, public_url: str, membership: Membership, token: str) -> EmailMessage:
    staff = membership.staff
    is_new = staff.password_hash is None
    said = {"name": staff.name, "office": membership.organisation.name, "address": f"{public_url}/password/{token}"}
    text = (INVITATION if is_new else TEXT).format(**said)
    subject = "ともまなびへの招待" if is_new else "パスワードを新しく決めるリンク"
    return plain(sender, staff.email or "", subject, text, new_message_id(public_url))


def _failed(staff_id: int, asked_by: int | None, attempts: int) -> None:
    """Let a link that nobody got go, and be asked for again after a pause; at last the office is told as of one who asked themselves."""
    is_given_up = attempts + 1 >= delivery.MOST_ATTEMPTS
    said = {
        "asked_by_id": None if is_given_up else asked_by,
        "attempts": attempts + 1,
        "try_at": clock.now() + delivery.pause_after(attempts),
    }
    db.session.execute(sa.delete(PasswordLink).where(PasswordLink.staff_id == staff_id))
    again = insert(ResetRequest).values(staff_id=staff_id, requested_at=clock.now(), **said)
    db.session.execute(again.on_conflict_do_update(index_elements=["staff_id"], set_=said))
    db.session.commit()
