"""Delivery: notices go out by mail, checked again, as one mail a day or at once, and again later where it fails.

A mail is claimed and given its Message-ID in one transaction, sent, and marked as sent in the next. A worker that is
killed between the two leaves the claim: when it has run out, the same mail with the same Message-ID is sent again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import smtplib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel import clock
from kernel.database import db

from courses.sessions.models import TrainingSession

from participation.calendar.feed import Place
from participation.mailing.letter import letter_of, message_of, places_of
from participation.mailing.still_true import says_what_is_so, still_true
from participation.notices.kinds import IMMEDIATE
from participation.notices.models import MailState, Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kernel.settings import Mail

    from participation.mailing.letter import Letter

log = logging.getLogger("tomomanabi.mail")
CLAIM = dt.timedelta(minutes=15)
"""How long a worker keeps a letter for itself: longer than a server may take over it."""
CONNECT_SECONDS, SEND_SECONDS = 30, 600
"""How long a server is waited for; what it thinks of a letter may take ten minutes (RFC 5321, 4.5.3.2.6)."""
MOST_HANG_UPS = 3
"""Letters in a row over which a server hangs up: then it is the server, and not the letter."""
FIRST_PAUSE = dt.timedelta(minutes=1)
SERVER_PAUSE = dt.timedelta(minutes=2)
LONGEST_PAUSE = dt.timedelta(hours=6)
MOST_ATTEMPTS = 12
GIVE_UP = dt.timedelta(days=5)
"""How long a letter is tried (RFC 5321, 4.5.4.1: at least four or five days)."""
A_BATCH = 100


@dataclass
class Report:
    """What a delivery came to, in mails."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0


def troubled() -> Sequence[Notice]:
    """Return the latest notices that could not be mailed, given up or to be tried again, with whom they are for."""
    return db.session.scalars(
        sa.select(Notice)
        .options(joinedload(Notice.staff))
        .where(
            Notice.attempts > 0,
            Notice.sent_at.is_(None),
            Notice.mail_state.in_((MailState.DUE, MailState.FAILED)),
        )
        .order_by(Notice.id.desc())
        .limit(A_BATCH)
    ).all()


def waiting_since(moment: dt.datetime) -> int:
    """Return how many notices should have been mailed before a moment, and are still to be."""
    return db.session.scalars(
        sa.select(sa.func.count()).where(Notice.mail_state == MailState.DUE, Notice.mail_at < moment)
    ).one()


def given_up() -> int:
    """Return how many notices could not be mailed at all."""
    return db.session.scalars(sa.select(sa.func.count()).where(Notice.mail_state == MailState.FAILED)).one()


def deliver(mail: Mail, public_url: str, report: Report | None = None) -> Report:
    """Send what is due; add up in a report. Commits after every step, so that nothing is lost and hardly anything repeated."""
    report = report or Report()
    while letters := claim(public_url, mail.sender):
        if not _send(letters, mail, report):
            break  # there is no server: what waits is sent at a later look
    return report


def claim(public_url: str, sender: str = "") -> list[Letter]:
    """Claim notices that are due, as letters with a Message-ID; commit. Those that are true no more are skipped."""
    now = clock.now()
    rows = db.session.scalars(
        sa.select(Notice)
        .options(
            joinedload(Notice.staff, innerjoin=True),
            joinedload(Notice.session).options(
                selectinload(TrainingSession.meetings),
                joinedload(TrainingSession.edition),
                joinedload(TrainingSession.host),
            ),
            joinedload(Notice.course),
        )
        .where(
            Notice.mail_state == MailState.DUE,
            Notice.mail_at <= now,
            sa.or_(Notice.claimed_until.is_(None), Notice.claimed_until <= now),
        )
        .order_by(Notice.staff_id, Notice.id)
        .limit(A_BATCH)
        .with_for_update(of=Notice, skip_locked=True)
    ).all()
    true_ids = still_true(rows)
    groups: dict[object, list[Notice]] = {}
    for row in rows:
        is_sendable = row.id in true_ids and says_what_is_so(row) and row.staff.email
        if not is_sendable:
            row.mail_state = MailState.SKIPPED
            continue
        row.claimed_until = now + CLAIM
        groups.setdefault(row.message_id or (row.id if row.kind in IMMEDIATE else f"staff {row.staff_id}"), []).append(
            row
        )
    places = places_of([row for group in groups.values() for row in group])
    letters = [letter_of(group, Place(public_url, sender), now + CLAIM, places) for group in groups.values()]
    db.session.commit()
    return letters


@contextlib.contextmanager
def connected(mail: Mail) -> Iterator[smtplib.SMTP]:
    """Open a connection to the mail server, signed in where that is needed. Raises OSError, SMTPException where it is not there."""
    with smtplib.SMTP(mail.host, mail.port, timeout=CONNECT_SECONDS) as server:
        if mail.starttls:
            server.starttls(context=ssl.create_default_context())
        if mail.user:
            server.login(mail.user, mail.password)
        if server.sock:
            server.sock.settimeout(SEND_SECONDS)
        yield server


def has_hung_up(server: smtplib.SMTP, error: Exception) -> bool:
    """Tell whether a server hung up over a letter: it may be the server, and not the letter."""
    refused = isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected)
    return server.sock is None or (isinstance(error, OSError) and not refused)


def pause_after(attempts: int) -> dt.timedelta:
    """Return how long a letter waits that was tried so many times before."""
    return min(FIRST_PAUSE * (1 << attempts), LONGEST_PAUSE)


def _send(letters: Sequence[Letter], mail: Mail, report: Report) -> bool:
    """Send letters. One that a server does not take, or hangs up over, fails alone; where there is no server all wait.

    Tell whether there is one.
    """
    waiting, hang_ups = list(letters), 0
    while waiting and hang_ups < MOST_HANG_UPS:
        try:
            with connected(mail) as server:
                while waiting:
                    letter = waiting.pop(0)
                    if not _is_ours(letter):
                        continue
                    over_it = _send_one(server, letter, mail, report)
                    hang_ups = hang_ups + 1 if over_it else 0
                    if over_it:
                        break
        except (OSError, smtplib.SMTPException) as error:
            log.warning("the mail server is not there: %s", error)
            break
    for letter in waiting:
        report.waiting += 1
        _mark(letter, mail_at=clock.now() + SERVER_PAUSE, claimed_until=None)
    return not waiting


def _is_ours(letter: Letter) -> bool:
    """Claim a letter anew before it is sent; tell whether no other worker has taken it meanwhile."""
    found = db.session.execute(
        sa.update(Notice)
        .where(
            Notice.id.in_(letter.notice_ids),
            Notice.mail_state == MailState.DUE,
            Notice.claimed_until == letter.claimed_until,
        )
        .values(claimed_until=clock.now() + CLAIM)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.commit()
    return bool(found)


def _send_one(server: smtplib.SMTP, letter: Letter, mail: Mail, report: Report) -> bool:
    """Send a letter, or note that it failed, for whatever reason; tell whether the server hung up over it."""
    try:
        server.send_message(message_of(letter, mail.sender))
    except Exception as error:  # noqa: BLE001 - the mail library raises what it happens to run into
        log.warning("a letter was not taken (notices %s): %s", letter.notice_ids, type(error).__name__)
        report.failed += _failed(letter)
        return has_hung_up(server, error)
    _mark(letter, mail_state=MailState.SENT, sent_at=clock.now(), claimed_until=None)
    report.sent += 1
    return False


def _failed(letter: Letter) -> int:
    """Note that a letter was not taken and when it is tried again; return 1 if it was not sent meanwhile."""
    tried = db.session.execute(
        sa.select(Notice.attempts, Notice.made_at).where(
            Notice.id.in_(letter.notice_ids), Notice.mail_state == MailState.DUE
        )
    ).all()
    if not tried:
        db.session.rollback()
        return 0
    attempts, made_at = max(row.attempts for row in tried), max(row.made_at for row in tried)
    is_given_up = attempts + 1 >= MOST_ATTEMPTS and clock.now() - made_at >= GIVE_UP
    state = MailState.FAILED if is_given_up else MailState.DUE
    _mark(
        letter, mail_state=state, attempts=attempts + 1, mail_at=clock.now() + pause_after(attempts), claimed_until=None
    )
    return 1


def resend() -> int:
    """Let what was given up be tried again from now on, where it is still true; return how many notices."""
    found = db.session.execute(
        sa.update(Notice)
        .where(Notice.mail_state == MailState.FAILED)
        .values(mail_state=MailState.DUE, attempts=0, mail_at=clock.now(), claimed_until=None)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(found)


def _mark(letter: Letter, **values: object) -> None:
    db.session.execute(
        sa.update(Notice)
        .where(Notice.id.in_(letter.notice_ids))
        .values(values)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
