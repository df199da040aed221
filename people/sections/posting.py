"""Postings (配属): staff are moved to another section or post from a day on, and where they were before stays known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.audit import Change
from people.membership import is_not_over, visible_to
from people.models import Membership, Posting
from people.sections import post, section

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from people.permission import Actor

MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Move:
    """Whither somebody is moved, and from which day on; what is empty stays as it is."""

    department: str
    post: str
    day: dt.date


def place(membership: Membership, department: str, post_name: str) -> None:
    """Say in which section and post a member is, as a correction: nothing of the past is kept."""
    membership.section_id = section.named(membership.organisation_id, department)
    membership.post_id = post.named(membership.organisation_id, post_name)


def check_says_whither(command: Move) -> None:
    """Raise InvalidError where a command names neither section nor post."""
    if not command.department and not command.post:
        message = "移す先の部署か、新しい職を入力してください。"
        raise InvalidError(message, field="department")


def move(actor: Actor, ids: Collection[int], command: Move) -> list[Membership]:
    """Move members to a section or post from a day on, today or before; return who was moved: who is there already is not.

    Raises NotFoundError for somebody the actor does not manage, InvalidError for a day to come, or before somebody's last move.
    """
    if command.day > clock.today():
        message = "異動の日は、今日までの日にしてください。"
        raise InvalidError(message, field="day")
    check_says_whither(command)
    moved = []
    for person, section_id, post_id in whither(actor, ids, command):
        since = person.posted_on or person.joined_on
        if command.day < since:
            message = f"{person.staff.name}さんは{clock.date_label(since)}からいまの部署です。その日か、より後の日にしてください。"
            raise InvalidError(message, field="day")
        now, then = section_id or person.section_id, post_id or person.post_id
        if (now, then) == (person.section_id, person.post_id):
            continue
        put(actor, person, now, then, command.day)
        moved.append(person)
    return moved


def whither(actor: Actor, ids: Collection[int], command: Move) -> list[tuple[Membership, int | None, int | None]]:
    """Return members and the section and post of their organisation that a command names, None for what stays.

    The members are held. Raises NotFoundError for somebody the actor does not manage.
    """
    people = _managed(actor, ids)
    named = {
        one: (section.named(one, command.department), post.named(one, command.post))
        for one in {person.organisation_id for person in people}
    }
    return [(person, *named[person.organisation_id]) for person in people]


def put(
    actor: Actor | None, person: Membership, section_id: int | None, post_id: int | None, day: dt.date
) -> Posting | None:
    """Move a member from a day on, and keep where they were before; return what was kept."""
    since, was = person.posted_on or person.joined_on, f"{person.department} {person.post}".strip()
    kept = None
    if since < day:
        kept = Posting(
            membership_id=person.id, section_id=person.section_id, post_id=person.post_id, since=since, until=day
        )
        db.session.add(kept)
    person.section_id, person.post_id, person.posted_on = section_id, post_id, day
    db.session.flush()
    db.session.refresh(person, ["department", "post"])
    audit.record(
        actor, Act.MOVED, person.staff.name, organisation_id=person.organisation_id,
        change=Change([was], [f"{person.department} {person.post}".strip()]), day=day.isoformat(),
    )  # fmt: skip
    db.session.flush()
    return kept


def _managed(actor: Actor, ids: Collection[int]) -> Sequence[Membership]:
    people = db.session.scalars(
        sa.select(Membership)
        .join(Membership.staff)
        .options(contains_eager(Membership.staff), selectinload(Membership.grants))
        .where(Membership.id.in_(ids), visible_to(actor), is_not_over())
        .order_by(Membership.id)
        .with_for_update(of=Membership)
        .execution_options(populate_existing=True)
    ).all()
    if len(people) != len(set(ids)) or not ids:
        raise NotFoundError
    return people


def history(membership_id: int) -> Sequence[Posting]:
    """Return where a member was before, the latest first."""
    return db.session.scalars(
        sa.select(Posting)
        .options(joinedload(Posting.section), joinedload(Posting.post))
        .where(Posting.membership_id == membership_id)
        .order_by(Posting.since.desc(), Posting.id.desc())
    ).all()
