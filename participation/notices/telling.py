"""Telling: a notice is written beside what it tells of, once for each person and thing; people read and choose."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import TODAY, db, insert, slices

from people.membership import is_current
from people.models import Membership, Role, RoleGrant

from courses.models import Course
from courses.sessions.models import TrainingSession

from participation.notices.kinds import DUTY, IMMEDIATE, NoticeKind
from participation.notices.models import MailState, MailWish, Notice, NoticePreference

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

HOUR_OF_MAIL = dt.time(8)
AT_ONCE = 200


@dataclass(frozen=True)
class Page:
    """A page of this application that a notice leads to: its path, and what the notice is about, told apart from others."""

    path: str
    about: str


Subject = TrainingSession | Course | Page


@dataclass(frozen=True)
class Tell:
    """What is told to somebody: the kind, the person, a sentence; `about` tells one telling from the next."""

    kind: NoticeKind
    staff_id: int
    text: str
    about: str = ""
    nomination_id: int | None = None


def tell(subject: Subject, title: str, tellings: Iterable[Tell]) -> int:
    """Write notices about a session, a course or a page, in the transaction that is open; return how many: what was told already is not told again."""
    wanted = list(tellings)
    wishes = _wishes({telling.staff_id for telling in wanted})
    told = 0
    for part in slices(wanted, AT_ONCE):
        rows = [_row(subject, title, telling, wishes.get(telling.staff_id, MailWish.DAILY)) for telling in part]
        new = insert(Notice).values(rows).on_conflict_do_nothing(index_elements=["key"]).returning(Notice.id)
        told += len(db.session.execute(new).all())
    return told


def key_of(subject: Subject, telling: Tell) -> str:
    """Return by what a notice is known: who is told the same of the same is told once."""
    return f"{telling.kind.value}:{_name_of(subject)}:{telling.staff_id}:{telling.about}"


def _wishes(staff_ids: Collection[int]) -> dict[int, MailWish]:
    rows = db.session.execute(
        sa.select(NoticePreference.staff_id, NoticePreference.mail).where(NoticePreference.staff_id.in_(staff_ids))
    )
    return {row.staff_id: row.mail for row in rows}


def _row(subject: Subject, title: str, telling: Tell, wish: MailWish) -> dict[str, Any]:
    now, kind = clock.now(), telling.kind
    is_wanted = wish is not MailWish.NEVER or kind in DUTY
    return {
        "key": key_of(subject, telling),
        "staff_id": telling.staff_id,
        "kind": kind,
        "session_id": subject.id if isinstance(subject, TrainingSession) else None,
        "course_id": subject.id if isinstance(subject, Course) else None,
        "path": subject.path if isinstance(subject, Page) else None,
        "nomination_id": telling.nomination_id,
        "title": f"{kind.label}：{title}",
        "text": telling.text,
        "made_at": now,
        "mail_state": MailState.DUE if is_wanted else MailState.SKIPPED,
        "mail_at": now if kind in IMMEDIATE or wish is MailWish.AT_ONCE else next_daily_mail(now),
        "attempts": 0,
    }


def _name_of(subject: Subject) -> str:
    if isinstance(subject, Page):
        return subject.about
    return f"course {subject.id}" if isinstance(subject, Course) else str(subject.id)


def next_daily_mail(now: dt.datetime) -> dt.datetime:
    """Return when the next daily mail goes out: at eight in the morning in Tokyo."""
    today = clock.local(now).date()
    this_morning = clock.at(today, HOUR_OF_MAIL)
    return this_morning if now < this_morning else clock.at(today + clock.DAY, HOUR_OF_MAIL)


def coordinators_of(organisation_ids: Collection[int]) -> dict[int, list[int]]:
    """Return who coordinates each of these organisations today."""
    rows = db.session.execute(
        sa.select(Membership.organisation_id, Membership.staff_id)
        .join(RoleGrant, RoleGrant.membership_id == Membership.id)
        .where(
            Membership.organisation_id.in_(organisation_ids),
            RoleGrant.role == Role.COORDINATOR,
            RoleGrant.is_held(TODAY),
            is_current(),
        )
    )
    found: dict[int, list[int]] = {}
    for organisation_id, staff_id in rows:
        found.setdefault(organisation_id, []).append(staff_id)
    return found
