"""Letters (メール): the notices of one person as one mail, with what it brings to their calendar."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from participation.calendar import invitation
from participation.models import Enrolment, EnrolmentState
from participation.notices.facts import held_when
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from participation.calendar.feed import Place
    from participation.calendar.invitation import Invitation


@dataclass(frozen=True)
class Letter:
    """A mail to be sent: its notices, who gets it, and the Message-ID that it keeps."""

    notice_ids: tuple[int, ...]
    to: str
    subject: str
    text: str
    message_id: str
    claimed_until: dt.datetime
    invitations: tuple[Invitation, ...] = ()


def places_of(rows: Sequence[Notice]) -> set[tuple[int, int | None]]:
    """Return in which of the sessions whoever is written to has a place, or had it when it was cancelled or given to another."""
    mine = sa.exists().where(
        Enrolment.staff_id == Notice.staff_id,
        Enrolment.session_id == Notice.session_id,
        sa.or_(Enrolment.state != EnrolmentState.WITHDRAWN, Notice.kind == NoticeKind.REPLACED),
    )
    found = db.session.execute(
        sa.select(Notice.staff_id, Notice.session_id).where(Notice.id.in_([row.id for row in rows]), mine)
    )
    return {(staff_id, session_id) for staff_id, session_id in found}


def _invitations(row: Notice, place: Place, places: set[tuple[int, int | None]]) -> list[Invitation]:
    if row.session is None or (row.staff_id, row.session_id) not in places:
        return []
    return invitation.invitations(row.kind, row.session, row.staff, place)


def letter_of(
    group: list[Notice], place: Place, claimed_until: dt.datetime, places: set[tuple[int, int | None]]
) -> Letter:
    """Return the notices of one person as a letter; `places` says in which of their sessions they have a place."""
    public_url = place.url
    message_id = group[0].message_id or new_message_id(public_url)
    for row in group:
        row.message_id = message_id
    first = group[0]
    brought = {row.id: _invitations(row, place, places) for row in group}
    parts = [
        "\n".join(
            filter(
                None,
                [
                    f"■ {row.title}", row.text, *held_when(row.session), invitation.as_told(brought[row.id]),
                    f"{public_url}{_page_of(row)}",
                ],
            )
        )
        for row in group
    ]  # fmt: skip
    text = "\n\n".join(
        [f"{first.staff.name}さん", *parts, f"お知らせの受け取り方は、次のページで変えられます。\n{public_url}/notices"]
    )
    subject = first.title if len(group) == 1 else f"ともまなびのお知らせ {len(group)}件"
    return Letter(
        tuple(row.id for row in group),
        first.staff.email or "",
        subject,
        text,
        message_id,
        claimed_until,
        tuple(part for row in group for part in brought[row.id]),
    )


def _page_of(row: Notice) -> str:
    if row.path:
        return row.path
    return f"/courses/{row.course.slug}" if row.course else f"/sessions/{row.session_id}"


def plain(sender: str, to: str, subject: str, text: str, message_id: str) -> EmailMessage:
    """Return a text as a mail that a machine sends."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, " ".join(subject.split())
    message["Message-ID"] = message_id
    message["Date"] = clock.now()
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text + "\n")
    return message


def new_message_id(public_url: str) -> str:
    """Return a Message-ID in the name of the host."""
    return make_msgid(domain=public_url.split("://", 1)[-1].split(":", maxsplit=1)[0])


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """Return a letter as a mail."""
    message = plain(sender, letter.to, letter.subject, letter.text, letter.message_id)
    if len(letter.invitations) == 1:  # as mail programmes show an invitation: the same, otherwise (RFC 6047 2.4)
        (part,) = letter.invitations
        message.add_alternative(part.text, subtype="calendar", params={"method": part.method})
    for number, part in enumerate(letter.invitations, 1):
        message.add_attachment(
            part.text, subtype="calendar", params={"method": part.method}, filename=f"invite-{number}.ics"
        )
    return message
