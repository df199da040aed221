"""The sessions of a week (今週の開催回): those that an office holds and is to see to, and those to which its staff go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from kernel import clock
from kernel.database import db

from people.permission import Actor, Permission

from courses.models import CourseEdition
from courses.sessions.models import AdmissionRule, Meeting, TrainingSession

from participation.attending.attendance import unmarked
from participation.models import OPEN_STATES, Enrolment

if TYPE_CHECKING:
    from collections.abc import Sequence

AHEAD = dt.timedelta(days=14)
LOOK_BACK = dt.timedelta(days=60)
MOST = 10


@dataclass(frozen=True)
class Going:
    """A session of another organisation to which own staff go, and how many."""

    session: TrainingSession
    people: int


@dataclass(frozen=True)
class Sessions:
    """The sessions that the actor's organisations hold: to be decided on, to enter attendance for, coming soon; and where their staff go."""

    allocations: Sequence[TrainingSession]
    attendance: Sequence[TrainingSession]
    coming: Sequence[TrainingSession]
    going: Sequence[Going]


def sessions_of(actor: Actor) -> Sessions:
    """Return the sessions that concern the actor's organisations: each list has its own limit, all come in one query."""
    now = clock.now()
    soon = sa.and_(TrainingSession.starts_at > now, TrainingSession.starts_at < now + AHEAD)
    own_people = sa.and_(
        Enrolment.session_id == TrainingSession.id,
        Enrolment.state.in_(OPEN_STATES),
        actor.scope(Permission.ENROL_STAFF).where(Enrolment.organisation_id),
    )
    held = {
        "allocations": sa.and_(
            TrainingSession.giving == AdmissionRule.NOMINATION,
            TrainingSession.decided_at.is_(None),
            TrainingSession.applications_close_at <= now,
            TrainingSession.ends_at > now,
        ),
        "attendance": sa.and_(
            TrainingSession.starts_at <= now,
            TrainingSession.ends_at > now - LOOK_BACK,
            sa.exists(unmarked().where(Meeting.session_id == TrainingSession.id, Meeting.starts_at > now - LOOK_BACK)),
        ),
        "coming": soon,
    }
    lists = {name: _hosted(actor).where(condition) for name, condition in held.items()}
    lists["going"] = sa.select(TrainingSession.id).where(
        soon,
        TrainingSession.cancelled_at.is_(None),
        TrainingSession.called_off_at.is_(None),
        TrainingSession.host_id.not_in(actor.organisation_ids),
        sa.exists().where(own_people),
    )
    first = [ids.order_by(TrainingSession.starts_at).limit(MOST).subquery() for ids in lists.values()]
    people = sa.select(sa.func.count()).select_from(Enrolment).where(own_people).correlate(TrainingSession)
    picked = sa.union_all(
        *(sa.select(ids.c.id, sa.literal(name).label("list")) for name, ids in zip(lists, first, strict=True))
    ).subquery()
    rows = db.session.execute(
        sa.select(TrainingSession, picked.c.list, people.scalar_subquery())
        .join(picked, picked.c.id == TrainingSession.id)
        .join(TrainingSession.edition)
        .join(CourseEdition.course)
        .options(contains_eager(TrainingSession.edition).contains_eager(CourseEdition.course))
        .order_by(TrainingSession.starts_at)
    ).all()
    return Sessions(
        going=[Going(session, count) for session, of, count in rows if of == "going"],
        **{name: [session for session, of, _count in rows if of == name] for name in held},
    )


def _hosted(actor: Actor) -> sa.Select[int]:
    """Return the statement of the ids of the sessions that the actor's organisations hold and that go on."""
    own = sorted({organisation_id for organisation_id, _role in actor.roles})
    return sa.select(TrainingSession.id).where(
        TrainingSession.host_id.in_(own),
        actor.scope(Permission.PLAN_SESSIONS).where(TrainingSession.host_id),
        TrainingSession.is_draft.is_(False),
        TrainingSession.cancelled_at.is_(None),
        TrainingSession.called_off_at.is_(None),
    )
