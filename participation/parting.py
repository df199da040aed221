"""Parting (異動・退職にともなう席): what becomes of the places, nominations and wishes of those who leave an organisation.

For each the organisation's rule proposes something, and a coordinator may decide otherwise until the day; on the day the worker does it.
Courses at the own pace go on with the person and need no decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import NotFoundError

from people import audit
from people.act import Act
from people.joining.models import STANDING, TransferOffer
from people.membership import visible_to
from people.models import Membership, Staff
from people.permission import Actor, Permission

from courses.models import CourseEdition
from courses.sessions.models import TrainingSession

from participation.joint.models import HOPING, Nomination, NominationState
from participation.models import Enrolment, EnrolmentState, Parting, PartingChoice, PartingRule

if TYPE_CHECKING:
    import datetime as dt

MOST = 1000


@dataclass(frozen=True)
class Rule:
    """What an organisation proposes for those who leave altogether, and for those who move to another organisation."""

    leaves: Parting = Parting.GIVE_UP
    moves: Parting = Parting.KEEP


@dataclass(frozen=True)
class Hanging:
    """What somebody who leaves has in a session that is to come, and what is to become of it.

    `nomination` is None for a place that is theirs; a place that is offered or waited for cannot be kept.
    """

    membership: Membership
    session: TrainingSession
    enrolment: Enrolment | None
    nomination: Nomination | None
    moves: bool
    parting: Parting
    by_rule: Parting
    by_hand: bool

    @property
    def can_be_kept(self) -> bool:
        """Tell whether it may go along with the person: a place, or a nomination on which nobody has decided."""
        return self.enrolment is not None or (
            self.nomination is not None and self.nomination.state is NominationState.NOMINATED and self.moves
        )

    @property
    def label(self) -> str:
        """Return what it is, in a word."""
        return "席あり" if self.enrolment else self.nomination.state.label if self.nomination else ""


def rule_of(organisation_id: int) -> Rule:
    """Return the rule of an organisation: who leaves gives up, who moves keeps, unless it has said otherwise."""
    row = db.session.get(PartingRule, organisation_id)
    return Rule(row.leaves, row.moves) if row else Rule()


def set_rule(actor: Actor, organisation_id: int, rule: Rule) -> Rule:
    """Say what an organisation proposes from now on. Raises NotFoundError for another organisation."""
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    row = db.session.get(PartingRule, organisation_id) or PartingRule(organisation_id=organisation_id)
    row.leaves, row.moves = rule.leaves, rule.moves
    db.session.add(row)
    audit.record(
        actor, Act.PARTING_SET, f"退職：{rule.leaves.label}、異動：{rule.moves.label}", organisation_id=organisation_id
    )
    db.session.flush()
    return rule


def hanging(actor: Actor, organisation_id: int, day: dt.date) -> list[Hanging]:
    """Return what hangs on those who leave an organisation on a day, by session and reading. Raises NotFoundError."""
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    offered = sa.exists().where(
        TransferOffer.membership_id == Membership.id, TransferOffer.day == day, TransferOffer.ends_present,
        TransferOffer.state.in_(STANDING),
    )  # fmt: skip
    leaves = sa.or_(Membership.left_on == day, offered)
    return hanging_on(Membership.organisation_id == organisation_id, leaves)


def choose(actor: Actor, chosen: dict[tuple[int, int], Parting | None]) -> int:
    """Say of some places (membership, session) what is to become of them, None: as the rule says; return of how many that is new.

    Raises NotFoundError for a place of nobody the actor manages, or one that does not hang on a membership.
    """
    ids = {membership_id for membership_id, _session in chosen}
    there = {(one.membership.id, one.session.id): one for one in hanging_on(Membership.id.in_(ids), visible_to(actor))}
    if not there.keys() >= chosen.keys():
        raise NotFoundError
    rows = {
        (row.membership_id, row.session_id): row
        for row in db.session.scalars(sa.select(PartingChoice).where(PartingChoice.membership_id.in_(ids)))
    }
    changed = 0
    for key, parting in chosen.items():
        row = rows.get(key)
        if (row.parting if row else None) is parting:
            continue
        if parting is None:
            db.session.delete(row)
        else:
            row = row or PartingChoice(membership_id=key[0], session_id=key[1])
            row.parting, row.made_by_id = parting, actor.staff_id
            db.session.add(row)
        person, changed = there[key].membership, changed + 1
        audit.record(
            actor, Act.PARTING_CHOSEN, person.staff.name, organisation_id=person.organisation_id,
            membership=person.id, session=key[1],
        )  # fmt: skip
    db.session.flush()
    return changed


def hanging_on(*where: sa.ColumnElement[bool]) -> list[Hanging]:
    """Return what hangs on memberships, in three queries."""
    again = aliased(Membership)
    later = (
        again.staff_id == Membership.staff_id,
        again.id != Membership.id,
        sa.or_(again.left_on.is_(None), again.left_on > sa.func.coalesce(Membership.left_on, clock.today())),
    )
    goes_elsewhere = sa.exists().where(*later)
    is_here_again = sa.exists().where(*later, again.organisation_id == Membership.organisation_id)
    is_offered = sa.exists().where(
        TransferOffer.membership_id == Membership.id, TransferOffer.state.in_(STANDING)
    )  # fmt: skip
    moves = sa.or_(goes_elsewhere, is_offered).label("moves")
    to_come = TrainingSession.starts_at > clock.now()
    found: dict[tuple[int, int], tuple[Any, ...]] = {}
    for row, mine in (
        (Nomination, sa.and_(Nomination.state.in_(HOPING), Nomination.organisation_id == Membership.organisation_id)),
        (
            Enrolment,
            sa.and_(
                Enrolment.state == EnrolmentState.ENROLLED, Enrolment.organisation_id == Membership.organisation_id
            ),
        ),
    ):
        rows: Any = db.session.execute(
            sa.select(Membership, TrainingSession, row, moves)
            .join(Staff, Staff.id == Membership.staff_id)
            .join(row, row.staff_id == Membership.staff_id)
            .join(TrainingSession, TrainingSession.id == row.session_id)
            .options(
                contains_eager(Membership.staff),
                joinedload(Membership.organisation),
                joinedload(TrainingSession.edition).joinedload(CourseEdition.course),
                joinedload(row.staff),
            )
            .where(*where, mine, to_come, ~is_here_again, Staff.erased_at.is_(None))
            .order_by(TrainingSession.starts_at, TrainingSession.id, Staff.reading, Membership.id)
            .limit(MOST)
        )
        for membership, session, one, goes in rows:
            found[membership.id, session.id] = (membership, session, one, goes)
    choices = {
        (row.membership_id, row.session_id): row.parting
        for row in db.session.scalars(
            sa.select(PartingChoice).where(PartingChoice.membership_id.in_({key[0] for key in found}))
        )
    }
    rules = {one: rule_of(one) for one in {row[0].organisation_id for row in found.values()}}
    return [_one(row, rules[row[0].organisation_id], choices.get(key)) for key, row in found.items()]


def _one(row: tuple[Any, ...], rule: Rule, chosen: Parting | None) -> Hanging:
    membership, session, one, moves = row
    enrolment = one if isinstance(one, Enrolment) else None
    by_rule = rule.moves if moves else rule.leaves
    made = Hanging(
        membership,
        session,
        enrolment,
        None if enrolment else one,
        moves,
        chosen or by_rule,
        by_rule,
        chosen is not None,
    )
    if made.can_be_kept or made.parting.is_given_up:
        return made
    return replace(made, parting=Parting.GIVE_UP, by_hand=False)
