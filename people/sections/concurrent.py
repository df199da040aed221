"""Concurrent posts (兼務): a section, and perhaps a post, that a member holds beside the own ones, from a day to a day.

Whoever holds one counts as one of that section: it has the duties of the section, and its head sees them. What is counted by
sections counts everybody once, in the own one. The role of a head is over the own section alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.audit import Change
from people.membership import managed_membership
from people.models import ConcurrentPost, Membership, Staff
from people.sections import post, section

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from people.permission import Actor

MOST = 10


@dataclass(frozen=True)
class Hold:
    """Which section and post somebody holds beside the own ones, from which day to which last one; empty for no end."""

    department: str
    post: str
    begins_on: dt.date
    last_day: dt.date | None


def is_not_over() -> sa.ColumnElement[bool]:
    """Return the condition that a concurrent post is held today or will be."""
    return sa.or_(ConcurrentPost.ends_on.is_(None), ConcurrentPost.ends_on > clock.today())


def held_by(membership_id: int) -> Sequence[ConcurrentPost]:
    """Return what a member holds, or will hold, beside the own post."""
    return db.session.scalars(
        sa.select(ConcurrentPost)
        .options(joinedload(ConcurrentPost.section), joinedload(ConcurrentPost.post))
        .where(ConcurrentPost.membership_id == membership_id, is_not_over())
        .order_by(ConcurrentPost.begins_on, ConcurrentPost.id)
    ).all()


def changing_on(organisation_id: int, day: dt.date) -> sa.Select[ConcurrentPost]:
    """Return the statement of the concurrent posts of an organisation that begin on a day, or end before it."""
    return (
        sa.select(ConcurrentPost)
        .join(ConcurrentPost.membership)
        .join(Membership.staff)
        .options(
            contains_eager(ConcurrentPost.membership).contains_eager(Membership.staff),
            joinedload(ConcurrentPost.section), joinedload(ConcurrentPost.post),
        )
        .where(
            Membership.organisation_id == organisation_id, Staff.erased_at.is_(None),
            sa.or_(ConcurrentPost.begins_on == day, ConcurrentPost.ends_on == day),
            sa.or_(Membership.left_on.is_(None), Membership.left_on > day),
        )
        .order_by(Staff.reading, ConcurrentPost.id)
    )  # fmt: skip


def hold(actor: Actor, membership_id: int, command: Hold) -> ConcurrentPost:
    """Let a member hold a section and post beside the own ones.

    Raises NotFoundError for somebody the actor does not manage, InvalidError for the own section, an end before the beginning or a
    day on which they are not there, ConflictError for a section that they hold then, or for too many.
    """
    person = managed_membership(actor, membership_id)
    db.session.refresh(person, ["section_id"], with_for_update=True)
    section_id = section.named(person.organisation_id, command.department)
    if section_id is None or section_id == person.section_id:
        message = "いまの部署とは別の部署を入力してください。"
        raise InvalidError(message, field="department")
    _check_days(person, command)
    others = held_by(membership_id)
    ends_on = command.last_day + clock.DAY if command.last_day else None
    if any(
        one.section_id == section_id
        and (one.ends_on is None or command.begins_on < one.ends_on)
        and (ends_on is None or one.begins_on < ends_on)
        for one in others
    ):
        message = "その部署の兼務は、すでに登録されています。"
        raise ConflictError(message, field="department")
    if len(others) >= MOST:
        message = f"兼務は{MOST}件まで登録できます。終わった兼務を終わりにしてください。"
        raise ConflictError(message)
    post_id = post.named(person.organisation_id, command.post)
    row = add(
        ConcurrentPost(
            membership_id=person.id, section_id=section_id, post_id=post_id, begins_on=command.begins_on, ends_on=ends_on
        )
    )  # fmt: skip
    db.session.refresh(row, ["section", "post"])
    audit.record(
        actor, Act.POST_HELD_TOO, person.staff.name, organisation_id=person.organisation_id,
        change=Change([], [in_words(row)]),
    )  # fmt: skip
    return row


def _check_days(person: Membership, command: Hold) -> None:
    if command.last_day and command.last_day < command.begins_on:
        message = "兼務の最後の日は、始まりの日か、より後の日にしてください。"
        raise InvalidError(message, field="last_day")
    if command.begins_on < person.joined_on or (person.left_on and command.begins_on >= person.left_on):
        message = "その日には、この団体に所属していません。"
        raise InvalidError(message, field="begins_on")


def in_words(row: ConcurrentPost) -> str:
    """Return a concurrent post in words, with its days."""
    until = clock.date_label(row.ends_on - clock.DAY) if row.ends_on else ""
    what = " ".join(filter(None, (row.section.title, row.post.name if row.post else "")))
    return f"{what}（{clock.date_label(row.begins_on)}〜{until}）"


def end(actor: Actor, membership_id: int, concurrent_id: int) -> ConcurrentPost | None:
    """End a concurrent post with yesterday as its last day; one that has not been held for a day is taken back as a whole.

    Return what is left of it. Raises NotFoundError for somebody the actor does not manage, or for what is over.
    """
    person = managed_membership(actor, membership_id)
    row = next((one for one in held_by(membership_id) if one.id == concurrent_id), None)
    if row is None:
        raise NotFoundError
    was = in_words(row)
    is_taken_back = row.begins_on >= clock.today()
    if is_taken_back:
        db.session.delete(row)
    else:
        row.ends_on = clock.today()
    audit.record(
        actor, Act.POST_HELD_NO_MORE, person.staff.name, organisation_id=person.organisation_id,
        change=Change([was], [] if is_taken_back else [in_words(row)]),
    )  # fmt: skip
    db.session.flush()
    return None if is_taken_back else row
