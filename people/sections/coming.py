"""Planned moves (異動の予定): staff move to another section or post on a day to come; until then it is changed and called off at will.

On its day the worker carries it out. It is the office's plan: it holds also when whoever made it has moved themselves.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kernel import clock
from kernel.database import commit_part, db
from kernel.errors import InvalidError, NotFoundError, RefusalError

from people import audit
from people.act import Act
from people.actor import actor_of
from people.audit import Change
from people.membership import visible_to
from people.models import Membership, Role
from people.role import check_may_grant, check_not_last_administrator, end_deputies
from people.sections import posting
from people.sections.models import PlannedMove

if TYPE_CHECKING:
    from collections.abc import Collection

    from people.permission import Actor
    from people.sections.posting import Move

log = logging.getLogger("tomomanabi.moves")


def plan(actor: Actor, ids: Collection[int], command: Move) -> list[PlannedMove | None]:
    """Plan to move members on a day to come; an earlier plan of somebody is replaced. Return the plans of those whom it changes.

    Who begins on that day or later was nowhere else before: they are placed there at once, without a plan.

    Who heads a section ends to, unless said otherwise (`say_roles`). Raises NotFoundError for somebody the actor does not manage,
    InvalidError for a day on which somebody is not there.
    """
    posting.check_says_whither(command)
    made: list[PlannedMove | None] = []
    for person, section_id, post_id in posting.whither(actor, ids, command):
        _check_there(person, command.day)
        then = (section_id or person.section_id, post_id or person.post_id)
        if then == (person.section_id, person.post_id):
            continue
        if person.joined_on >= command.day:
            posting.put(actor, person, *then, person.joined_on)
            made.append(None)
            continue
        plan = db.session.get(PlannedMove, person.id) or PlannedMove(membership_id=person.id)
        plan.section_id, plan.post_id, plan.day, plan.made_by_id = *then, command.day, actor.staff_id
        heads = any(grant.role is Role.HEAD for grant in person.grants)
        plan.ends = [Role.HEAD.value] if heads and then[0] != person.section_id else []
        db.session.add(plan)
        made.append(plan)
        _record(actor, Act.MOVE_PLANNED, person, command.day)
    db.session.flush()
    return made


def _check_there(person: Membership, day: dt.date) -> None:
    if person.left_on and person.left_on <= day:
        last = clock.date_label(person.left_on - clock.DAY)
        message = f"{person.staff.name}さんの所属は{last}までです。それより前の日にしてください。"
        raise InvalidError(message, field="day")


def _record(actor: Actor, act: Act, person: Membership, day: dt.date) -> None:
    audit.record(
        actor, act, person.staff.name, organisation_id=person.organisation_id, membership=person.id, day=day.isoformat()
    )


def say_roles(actor: Actor, membership_id: int, ends: Collection[Role]) -> None:
    """Say which roles of somebody end with a planned move.

    Raises NotFoundError, ForbiddenError for a role that is not the actor's to take, ConflictError for the last administrator.
    """
    plan = db.session.scalar(planned_of(actor).where(PlannedMove.membership_id == membership_id))
    if plan is None:
        raise NotFoundError
    check_may_grant(actor, plan.membership, set(ends))
    if Role.ADMINISTRATOR in ends:
        check_not_last_administrator(plan.membership)
    plan.ends = sorted(role.value for role in ends)
    _record(actor, Act.MOVE_PLANNED, plan.membership, plan.day)


def call_off(actor: Actor, ids: Collection[int]) -> int:
    """Call planned moves off, by their memberships; return how many."""
    plans = db.session.scalars(planned_of(actor).where(PlannedMove.membership_id.in_(ids))).all()
    for one in plans:
        _record(actor, Act.MOVE_CALLED_OFF, one.membership, one.day)
        db.session.delete(one)
    db.session.flush()
    return len(plans)


def planned_of(actor: Actor) -> sa.Select[PlannedMove]:
    """Return the statement of the planned moves of people the actor manages, with whom, whither and their roles."""
    return (
        sa.select(PlannedMove)
        .join(PlannedMove.membership)
        .join(Membership.staff)
        .options(
            contains_eager(PlannedMove.membership).contains_eager(Membership.staff),
            contains_eager(PlannedMove.membership).selectinload(Membership.grants),
            joinedload(PlannedMove.section),
            joinedload(PlannedMove.post),
        )
        .where(visible_to(actor))
        .order_by(PlannedMove.day, PlannedMove.membership_id)
    )


def said_of(plan: PlannedMove) -> dict[str, Any]:
    """Return what a plan says, as JSON takes it; its day is since when the person is there then."""
    return {
        "section_id": plan.section_id, "post_id": plan.post_id, "posted_on": plan.day.isoformat(), "ends": list(plan.ends),
        "made_by": plan.made_by_id,
    }  # fmt: skip


def put_back(plan: PlannedMove, before: dict[str, Any] | None) -> None:
    """Let a plan be what it was before, or go where there was none."""
    if before is None:
        db.session.delete(plan)
        return
    plan.ends, plan.made_by_id = before["ends"], before["made_by"]
    plan.section_id, plan.post_id, plan.day = (
        before["section_id"], before["post_id"], dt.date.fromisoformat(before["posted_on"]),
    )  # fmt: skip


def plans_of(organisation_id: int) -> dict[int, PlannedMove]:
    """Return what is planned for the members of an organisation, by membership, with section and post."""
    rows = db.session.scalars(
        sa.select(PlannedMove)
        .join(PlannedMove.membership)
        .options(joinedload(PlannedMove.section), joinedload(PlannedMove.post))
        .where(Membership.organisation_id == organisation_id)
    )
    return {row.membership_id: row for row in rows}


def plans_among(membership_ids: Collection[int]) -> dict[int, PlannedMove]:
    """Return what is planned for some members, by membership, with section and post."""
    rows = db.session.scalars(
        sa.select(PlannedMove)
        .options(joinedload(PlannedMove.section), joinedload(PlannedMove.post))
        .where(PlannedMove.membership_id.in_(membership_ids))
    )
    return {row.membership_id: row for row in rows}


def plans_of_member(membership_id: int) -> PlannedMove | None:
    """Return what is planned for a member, with section and post."""
    return plans_among([membership_id]).get(membership_id)


def carry_out() -> int:
    """Carry out what is planned for today or before, each by itself; return how many people moved. The worker's daily task."""
    due = db.session.scalars(
        sa.select(PlannedMove.membership_id).where(PlannedMove.day <= clock.today()).order_by(PlannedMove.membership_id)
    ).all()
    moved = 0
    for membership_id in due:
        try:
            moved += _carry_out(membership_id)
            commit_part()
        except RefusalError as refusal:
            db.session.rollback()
            log.warning("a planned move was not carried out: %s", type(refusal).__name__)
    return moved


def _carry_out(membership_id: int) -> bool:
    plan = db.session.get(PlannedMove, membership_id, with_for_update=True)
    if plan is None or plan.day > clock.today():
        return False
    person = db.session.scalars(
        sa.select(Membership)
        .options(joinedload(Membership.staff), selectinload(Membership.grants))
        .where(Membership.id == membership_id)
    ).one()
    since = person.posted_on or person.joined_on
    goes = (person.left_on is None or person.left_on > plan.day) and since <= plan.day
    maker = actor_of(plan.made_by_id) if plan.made_by_id else None
    if goes and (plan.section_id, plan.post_id) != (person.section_id, person.post_id):
        posting.put(maker, person, plan.section_id, plan.post_id, plan.day)
    if goes and plan.ends:
        _end_roles(maker, person, set(plan.ends))
    db.session.delete(plan)
    db.session.flush()
    return goes


def _end_roles(maker: Actor | None, person: Membership, ends: set[str]) -> None:
    if Role.ADMINISTRATOR.value in ends:
        check_not_last_administrator(person)
    was = sorted(grant.role.label for grant in person.grants)
    person.grants = [grant for grant in person.grants if grant.role.value not in ends]
    end_deputies(maker, person, {Role(one) for one in ends})
    now = sorted(grant.role.label for grant in person.grants)
    audit.record(
        maker, Act.ROLES_CHANGED, person.staff.name, organisation_id=person.organisation_id, change=Change(was, now)
    )
