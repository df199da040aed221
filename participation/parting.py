"""Parting (異動・退職にともなう席): what becomes of the places, nominations and wishes of those who leave an organisation.

For each the organisation's rule proposes something, and a coordinator may decide otherwise until the day; on the day the worker does it.
Courses at the own pace go on with the person and need no decision.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from kernel import clock
from kernel.database import commit_part, db, slices
from kernel.errors import NotFoundError, RefusalError

from people import audit
from people.act import Act
from people.joining.models import STANDING, TransferOffer
from people.membership import visible_to
from people.models import Membership, Staff
from people.permission import Actor, Permission

from courses.models import CourseEdition
from courses.sessions import place
from courses.sessions.audience import is_open_to
from courses.sessions.models import TrainingSession
from courses.sessions.session_state import SessionState, state_of
from courses.sessions.training_session import lock

from participation import withdrawal
from participation.joint import waiting_list
from participation.joint.models import Nomination, NominationState, Wish
from participation.models import Enrolment, EnrolmentState, Parting, PartingChoice, PartingRule
from participation.notices.kinds import NoticeKind
from participation.notices.telling import Tell, tell

HOPING = (NominationState.NOMINATED, NominationState.WAITING, NominationState.OFFERED)
LOOKED_BACK = dt.timedelta(days=60)
"""For how long after the day a worker that did not run still does what was due."""
MOST, PART = 1000, 100
GIVEN_UP = "所属が変わったため、この開催回の席・推薦を取りやめました。もう一度申し込むときは、いまの団体の研修担当に相談してください。"


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
    return _hanging(Membership.organisation_id == organisation_id, leaves)


def choose(actor: Actor, chosen: dict[tuple[int, int], Parting]) -> int:
    """Say of some places (membership, session) what is to become of them; return how many. Raises NotFoundError."""
    ids = {membership_id for membership_id, _session in chosen}
    mine = set(db.session.scalars(sa.select(Membership.id).where(Membership.id.in_(ids), visible_to(actor))))
    if mine != ids:
        raise NotFoundError
    for (membership_id, session_id), parting in chosen.items():
        row = db.session.get(PartingChoice, (membership_id, session_id)) or PartingChoice(
            membership_id=membership_id, session_id=session_id
        )
        row.parting, row.made_by_id = parting, actor.staff_id
        db.session.add(row)
    db.session.flush()
    return len(chosen)


def _hanging(*where: sa.ColumnElement[bool]) -> list[Hanging]:
    """Return what hangs on memberships, in three queries."""
    again = aliased(Membership)
    goes_elsewhere = sa.exists().where(
        again.staff_id == Membership.staff_id,
        again.id != Membership.id,
        sa.or_(again.left_on.is_(None), again.left_on > sa.func.coalesce(Membership.left_on, clock.today())),
    )
    is_here_again = sa.exists().where(
        again.staff_id == Membership.staff_id,
        again.id != Membership.id,
        again.organisation_id == Membership.organisation_id,
        sa.or_(again.left_on.is_(None), again.left_on > sa.func.coalesce(Membership.left_on, clock.today())),
    )
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
    made = Hanging(
        membership, session, enrolment, None if enrolment else one, moves, chosen or (rule.moves if moves else rule.leaves),
        chosen is not None,
    )  # fmt: skip
    if made.can_be_kept or made.parting.is_given_up:
        return made
    return Hanging(membership, session, enrolment, made.nomination, moves, Parting.GIVE_UP, by_hand=False)


def settle() -> int:
    """Do what is due for those who have left by today, each by itself; return how many. The worker's daily task."""
    today = clock.today()
    over = sa.and_(Membership.left_on <= today, Membership.left_on > today - LOOKED_BACK)
    done = 0
    ids = db.session.scalars(sa.select(Membership.id).where(over, _has_something()).order_by(Membership.id)).all()
    for one in (one for part in slices(ids, PART) for one in _hanging(Membership.id.in_(part))):
        with (
            contextlib.suppress(RefusalError),
            db.session.begin_nested(),
        ):  # what one has begun meanwhile stops nobody else
            done += _settle(one)
        commit_part()
    return done


def _has_something() -> sa.ColumnElement[bool]:
    """Return the condition that somebody who left has a place, or hopes for one, for the organisation that they left."""
    place = sa.exists().where(
        Enrolment.staff_id == Membership.staff_id, Enrolment.organisation_id == Membership.organisation_id,
        Enrolment.state == EnrolmentState.ENROLLED, Enrolment.session_id.is_not(None),
    )  # fmt: skip
    hope = sa.exists().where(
        Nomination.staff_id == Membership.staff_id, Nomination.organisation_id == Membership.organisation_id,
        Nomination.state.in_(HOPING),
    )  # fmt: skip
    return sa.or_(place, hope)


def _settle(one: Hanging) -> bool:
    session = lock(one.session.id)
    if session.starts_at <= clock.now():
        return False
    if not one.parting.is_given_up:
        return one.nomination is not None and _hand_on(one, session)
    staff_id, organisation_id = one.membership.staff_id, one.membership.organisation_id
    if one.enrolment:
        withdrawal.withdraw(None, one.enrolment)
    elif one.nomination and one.nomination.state is NominationState.NOMINATED:
        db.session.delete(one.nomination)
    elif one.nomination:
        held = one.nomination.state is NominationState.OFFERED
        one.nomination.state, one.nomination.answer_by = NominationState.WITHDRAWN, None
        if held:
            place.give_back(session)
        db.session.flush()
        waiting_list.rebalance(session.id, freed_by=organisation_id)
    db.session.execute(sa.delete(Wish).where(Wish.session_id == session.id, Wish.staff_id == staff_id))
    audit.record(
        None, Act.WITHDRAWN, f"{one.membership.staff.name}:{session.edition.title}", organisation_id=organisation_id,
        session=session.id,
    )  # fmt: skip
    tell(session, session.edition.title, [Tell(NoticeKind.PARTED, staff_id, GIVEN_UP, clock.today().isoformat())])
    db.session.flush()
    return True


def _hand_on(one: Hanging, session: TrainingSession) -> bool:
    """Let a nomination stand at the end of the list of the organisation to which somebody has moved, where it takes nominations."""
    nomination = one.nomination
    present = db.session.scalars(
        sa.select(Membership.organisation_id).where(
            Membership.staff_id == one.membership.staff_id,
            Membership.joined_on <= clock.today(),
            sa.or_(Membership.left_on.is_(None), Membership.left_on > clock.today()),
        )
    ).all()
    there = next((id_ for id_ in present if is_open_to(id_, session)), None)
    if nomination is None or there is None or there == nomination.organisation_id:
        return False
    if state_of(session) is not SessionState.OPEN:
        return False
    last = db.session.scalar(
        sa.select(sa.func.max(Nomination.position)).where(
            Nomination.session_id == session.id, Nomination.organisation_id == there
        )
    )
    nomination.organisation_id, nomination.position = there, (last or 0) + 1
    audit.record(None, Act.NOMINATED, one.membership.staff.name, organisation_id=there, session=session.id)
    db.session.flush()
    return True
