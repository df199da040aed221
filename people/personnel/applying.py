"""Applying what a personnel file changes, one change at a time, by the same acts as by hand; and taking each back.

What has changed since it was compared is refused by these acts, and said; what somebody has built upon is not taken back.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from kernel import clock
from kernel.database import Base, change, db
from kernel.errors import ConflictError, NotFoundError
from kernel.spelling import folded

from people import audit
from people.act import Act
from people.joining import entry, handing_over, many, rejoining, unbuilt
from people.membership import visible_to
from people.models import Membership, Posting
from people.personnel.models import ChangeState, Kind
from people.role import check_may_grant
from people.sections import coming, post, posting, section
from people.sections.models import PlannedMove

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor
    from people.personnel.models import PersonnelChange

CHANGED_SINCE = "反映のあとで変更されているため、元に戻せません"


class Sections:
    """The sections of an organisation by their folded title, and by their name where only one bears it; it learns new ones."""

    def __init__(self, organisation_id: int) -> None:
        self.organisation_id = organisation_id
        rows = section.sections_of(organisation_id)
        names = [folded(row.name) for row in rows]
        self.known = {folded(row.name): row.id for row in rows if names.count(folded(row.name)) == 1}
        self.known |= {folded(row.title): row.id for row in rows}
        self.posts: dict[str, int | None] = {}

    def named(self, names: list[str]) -> int | None:
        """Return the id of the section that names from the top down mean; a new one where there is none."""
        return section.nested(self.organisation_id, names, self.known)

    def post_named(self, name: str) -> int | None:
        """Return the id of the post that a name means; a new one where there is none."""
        if name not in self.posts:
            self.posts[name] = post.named(self.organisation_id, name)
        return self.posts[name]

    def title(self, names: list[str]) -> str:
        """Return what the section that names mean is called."""
        found = self.named(names)
        return section.titled(found) if found else ""


def enter_together(actor: Actor, changes: Sequence[PersonnelChange], sections: Sections) -> list[PersonnelChange]:
    """Enter those whom changes of the kind NEW speak of and about whom no rule has anything to say; return the changes of the others.

    These are to be applied one by one. Raises NotFoundError for an organisation the actor does not manage, and what the database does
    where something changed meanwhile: the transaction is then to be rolled back.
    """
    people = [
        many.Newcomer(
            said["name"], said["reading"], said["email"] or None, said["number"] or None,
            sections.named(said["sections"]), sections.post_named(said["post"]),
            dt.date.fromisoformat(said["joined_on"]),
        )
        for said in (one.said for one in changes)
    ]  # fmt: skip
    done, others = [], []
    entered = many.enter_beyond_doubt(actor, sections.organisation_id, people)
    for one, person, membership_id in zip(changes, people, entered, strict=True):
        if membership_id is None:
            others.append(one)
            continue
        said = {name: one.said[name] for name in ("name", "reading", "email", "number")}
        days = {"joined_on": _iso(person.joined_on), "left_on": None}
        after = {**said, "section_id": person.section_id, "post_id": person.post_id, **days}
        row = {"id": one.id, "membership_id": membership_id, "before": {"after": after}, "state": ChangeState.DONE}
        done.append(row)
    change(Base.metadata.tables["personnel_change"], done)
    return others


def apply(actor: Actor, change: PersonnelChange, sections: Sections) -> None:
    """Apply a change, and keep with it what is needed to take it back. Raises what the act by hand raises."""
    said = change.said
    match change.kind:
        case Kind.NEW:
            command = entry.JoinStaff(
                sections.organisation_id, said["name"], said["reading"], said["email"] or None, said["number"] or None,
                sections.title(said["sections"]), said["post"], dt.date.fromisoformat(said["joined_on"]),
            )  # fmt: skip
            entered = entry.join(actor, command)
            change.membership_id, change.before = entered.id, {"after": _as_entered(entered)}
        case Kind.RETURNING:
            again = rejoining.rejoin(actor, _id(change), dt.date.fromisoformat(said["joined_on"]))
            again.section_id = sections.named(said["sections"]) or again.section_id
            again.post_id = post.named(sections.organisation_id, said["post"]) or again.post_id
            db.session.flush()
            change.before = {"was": change.membership_id, "after": _as_entered(again)}
            change.membership_id = again.id
        case Kind.TRANSFERRED:
            title, number = sections.title(said["sections"]), said["number"] or None
            new = handing_over.take(actor, said["offer"], handing_over.Take(number, title, said["post"]))
            change.membership_id = new.id
        case Kind.CHANGED:
            _correct(actor, change)
        case Kind.MOVED:
            _move(actor, change, sections)
        case Kind.LEAVING | Kind.MISSING:
            before = _membership(actor, change)
            change.before = {"left_on": _iso(before.left_on)}
            entry.leave(actor, before.id, dt.date.fromisoformat(said["last_day"]))
    db.session.flush()


def _id(change: PersonnelChange) -> int:
    if change.membership_id is None:
        raise NotFoundError
    return change.membership_id


def _membership(actor: Actor, change: PersonnelChange) -> Membership:
    row = db.session.scalar(
        sa.select(Membership)
        .join(Membership.staff)
        .options(contains_eager(Membership.staff), selectinload(Membership.grants))
        .where(Membership.id == _id(change), visible_to(actor))
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError
    return row


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _identity(row: Membership) -> dict[str, str]:
    return {
        "name": row.staff.name,
        "reading": row.staff.reading,
        "email": row.staff.email or "",
        "number": row.staff_number or "",
    }


def _as_entered(row: Membership) -> dict[str, Any]:
    """Return what a file has entered of somebody: who finds another thing later knows that it was changed since."""
    days = {"joined_on": _iso(row.joined_on), "left_on": _iso(row.left_on)}
    return {**_identity(row), "section_id": row.section_id, "post_id": row.post_id, **days}


def _write(actor: Actor, row: Membership, said: dict[str, Any]) -> None:
    now = {**_identity(row), **said}
    entry.correct(
        actor, row.id,
        entry.CorrectStaff(now["name"], now["reading"], now["email"] or None, now["number"] or None, row.department, row.post, row.joined_on),
    )  # fmt: skip


def _correct(actor: Actor, change: PersonnelChange) -> None:
    row = _membership(actor, change)
    change.before = {name: value for name, value in _identity(row).items() if name in change.said}
    _write(actor, row, change.said)


def _move(actor: Actor, change: PersonnelChange, sections: Sections) -> None:
    """Move somebody, or plan it where the day is to come."""
    row, said = _membership(actor, change), change.said
    before, day = _placed(row), dt.date.fromisoformat(said["day"])
    title = sections.title(said["sections"]) if said.get("sections") else ""
    plan = db.session.get(PlannedMove, row.id)
    if day > clock.today():
        before["plan"] = coming.said_of(plan) if plan else None
        made = coming.plan(actor, [row.id], posting.Move(title, said.get("post", ""), day))
        after = coming.said_of(made[0]) if made and made[0] else None
    else:
        since = row.posted_on or row.joined_on
        posting.move(actor, [row.id], posting.Move(title, said.get("post", ""), max(since, day)))
        after = None
    db.session.refresh(row, ["section_id", "post_id", "posted_on"])
    change.before = {**before, "after": after or _placed(row), "is_plan": after is not None}


def _placed(row: Membership) -> dict[str, Any]:
    return {"section_id": row.section_id, "post_id": row.post_id, "posted_on": _iso(row.posted_on)}


def undo(actor: Actor, change: PersonnelChange) -> None:
    """Take a change back. Raises ConflictError where somebody has built upon it, or changed it since."""
    row = _membership(actor, change)
    row_organisation = row.organisation_id
    match change.kind:
        case Kind.TRANSFERRED:
            db.session.expunge(row)
            handing_over.give_back(actor, [change.said["offer"]])
            change.membership_id = None
        case Kind.NEW | Kind.RETURNING:
            if _as_entered(row) != change.before["after"]:
                raise ConflictError(CHANGED_SINCE)
            unbuilt.remove(row, with_person=change.kind is Kind.NEW)
            change.membership_id = change.before.get("was")
        case Kind.CHANGED:
            now = _identity(row)
            if any(now[name] != value for name, value in change.said.items()):
                raise ConflictError(CHANGED_SINCE)
            _write(actor, row, change.before)
        case Kind.MOVED:
            _move_back(row, change.before)
        case Kind.LEAVING | Kind.MISSING:
            if row.left_on != dt.date.fromisoformat(change.said["last_day"]) + clock.DAY:
                raise ConflictError(CHANGED_SINCE)
            _give_back_end(actor, row, change.before["left_on"])
    audit.record(actor, Act.PERSONNEL_UNDONE, change.name, organisation_id=row_organisation, kind=change.kind.value)
    db.session.flush()


def _give_back_end(actor: Actor, row: Membership, before: str | None) -> None:
    """Give a membership the end that it had, or none, as far as the actor might do that by hand."""
    if before is None:
        rejoining.resume(actor, row.id)
        return
    check_may_grant(actor, row, {grant.role for grant in row.grants})
    row.left_on = dt.date.fromisoformat(before)
    entry.check_number_free(row.staff_number, row.organisation_id, row.staff_id, row.joined_on, row.left_on)


def _move_back(row: Membership, before: dict[str, Any]) -> None:
    plan = db.session.get(PlannedMove, row.id) if before.get("is_plan") else None
    if plan:
        if coming.said_of(plan) != before["after"]:
            raise ConflictError(CHANGED_SINCE)
        coming.put_back(plan, before["plan"])
        return
    now = _placed(row)
    if now != {name: before["after"][name] for name in now}:
        raise ConflictError(CHANGED_SINCE)
    if row.posted_on:
        db.session.execute(
            sa.delete(Posting).where(
                Posting.membership_id == row.id, Posting.until == row.posted_on,
                Posting.section_id.is_not_distinct_from(before["section_id"]),
                Posting.post_id.is_not_distinct_from(before["post_id"]),
            )
        )  # fmt: skip
    row.section_id, row.post_id = before["section_id"], before["post_id"]
    row.posted_on = dt.date.fromisoformat(before["posted_on"]) if before["posted_on"] else None
