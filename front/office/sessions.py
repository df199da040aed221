"""The sessions of an office (開催回の一覧): those that it holds, those that it may nominate for, those to which its staff go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel.database import NOW
from kernel.page import page_of
from kernel.vocabulary import Term

from people.permission import Actor, Permission

from courses.models import Course, CourseEdition
from courses.sessions.models import AdmissionRule, TrainingSession
from courses.sessions.training_session import visible_to

from participation.joint.models import Nomination
from participation.models import OPEN_STATES, UNCOUNTED, Enrolment

if TYPE_CHECKING:
    from kernel.page import Page


class Which(Term):
    """Which sessions are listed."""

    COMING = "coming", "これから開く"
    TO_NOMINATE = "to nominate", "推薦できる"
    OF_STAFF = "of staff", "職員が参加する"
    HELD = "held", "これまでに開いた"

    @property
    def is_to_nominate(self) -> bool:
        """Tell whether the office is to nominate for them."""
        return self is Which.TO_NOMINATE

    @property
    def is_past(self) -> bool:
        """Tell whether they are over."""
        return self is Which.HELD

    @property
    def is_own(self) -> bool:
        """Tell whether the office holds them."""
        return self in {Which.COMING, Which.HELD}


@dataclass(frozen=True)
class Listed:
    """A session, and how many of the own staff have a place in it or are nominated."""

    session: TrainingSession
    own: int


def sessions_of(actor: Actor, which: Which, number: int) -> Page[Listed]:
    """Return a page of the sessions of the actor's offices: two queries."""
    page = page_of(_statement(actor, which), number)
    return replace(page, rows=[Listed(*row) for row in page.rows])


def _statement(actor: Actor, which: Which) -> sa.Select[Any]:
    held = actor.scope(Permission.PLAN_SESSIONS).where(TrainingSession.host_id)
    own = actor.scope(Permission.ENROL_STAFF)
    is_on = sa.and_(TrainingSession.cancelled_at.is_(None), TrainingSession.called_off_at.is_(None))
    going = sa.and_(
        Enrolment.session_id == TrainingSession.id,
        Enrolment.state.not_in(UNCOUNTED) if which is Which.HELD else Enrolment.state.in_(OPEN_STATES),
        own.where(Enrolment.organisation_id),
    )
    nominated = sa.and_(Nomination.session_id == TrainingSession.id, own.where(Nomination.organisation_id))
    own_people = (
        sa.select(sa.func.count())
        .select_from(Nomination if which is Which.TO_NOMINATE else Enrolment)
        .where(nominated if which is Which.TO_NOMINATE else going)
        .correlate(TrainingSession)
        .scalar_subquery()
    )
    wanted = {
        Which.COMING: (held, TrainingSession.ends_at > NOW),
        Which.HELD: (held, TrainingSession.ends_at <= NOW),
        Which.TO_NOMINATE: (
            is_on,
            TrainingSession.is_draft.is_(False),
            TrainingSession.giving == AdmissionRule.NOMINATION,
            TrainingSession.applications_open_at <= NOW,
            TrainingSession.applications_close_at > NOW,
            visible_to(actor),
            Course.published_id.is_not(None),
        ),
        Which.OF_STAFF: (is_on, TrainingSession.ends_at > NOW, sa.exists().where(going)),
    }[which]
    order = TrainingSession.starts_at.desc() if which is Which.HELD else TrainingSession.starts_at
    return (
        sa.select(TrainingSession, own_people)
        .join(TrainingSession.edition)
        .join(CourseEdition.course)
        .options(
            contains_eager(TrainingSession.edition).contains_eager(CourseEdition.course),
            joinedload(TrainingSession.host),
        )
        .where(*wanted)
        .order_by(order, TrainingSession.id)
    )
