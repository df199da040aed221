"""The week (今週すること): what waits for a coordinator, each line one act."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from kernel import clock
from kernel.database import db

from people import password_link
from people.access import Actor, Permission
from people.models import Membership
from people.staff import is_current

from courses.models import CourseEdition, TrainingSession

from catalog import publication
from catalog.course_request import requests_for
from catalog.models import Adoption, Curriculum, CurriculumStep

from participation.models import Enrolment, EnrolmentState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.models import CourseRequest

AHEAD = dt.timedelta(days=14)
LOOK_BACK = dt.timedelta(days=60)
MOST = 10


@dataclass(frozen=True)
class Overdue:
    """A curriculum of the own organisation whose due date is near or past, and how many completions it lacks."""

    curriculum: Curriculum
    due_on: dt.date
    missing: int


@dataclass(frozen=True)
class Week:
    """What waits for a coordinator."""

    approvals: Sequence[CourseEdition]
    resets: Sequence[Membership]
    attendance: Sequence[TrainingSession]
    coming: Sequence[TrainingSession]
    overdue: Sequence[Overdue]
    requests: Sequence[CourseRequest]

    @property
    def is_clear(self) -> bool:
        """Tell whether nothing waits."""
        return not (self.approvals or self.resets or self.attendance or self.overdue)


def week_of(actor: Actor) -> Week:
    """Return what waits for the actor, in six queries."""
    return Week(
        approvals=db.session.scalars(publication.waiting_for(actor).limit(MOST)).all(),
        resets=db.session.scalars(password_link.reset_requests(actor).limit(MOST)).all(),
        attendance=_attendance_to_enter(actor),
        coming=_coming(actor),
        overdue=_overdue(actor),
        requests=db.session.scalars(requests_for(actor).limit(5)).all(),
    )


def _attendance_to_enter(actor: Actor) -> Sequence[TrainingSession]:
    now = clock.now()
    not_entered = sa.exists(
        sa.select(Enrolment.id).where(
            Enrolment.session_id == TrainingSession.id, Enrolment.state == EnrolmentState.ENROLLED
        )
    )
    return db.session.scalars(
        _hosted(actor)
        .where(TrainingSession.starts_at <= now, TrainingSession.starts_at > now - LOOK_BACK, not_entered)
        .order_by(TrainingSession.starts_at)
        .limit(MOST)
    ).all()


def _coming(actor: Actor) -> Sequence[TrainingSession]:
    now = clock.now()
    return db.session.scalars(
        _hosted(actor)
        .where(TrainingSession.starts_at > now, TrainingSession.starts_at < now + AHEAD)
        .order_by(TrainingSession.starts_at)
        .limit(MOST)
    ).all()


def _hosted(actor: Actor) -> sa.Select[TrainingSession]:
    own = sorted({organisation_id for organisation_id, _role in actor.roles})
    return (
        sa.select(TrainingSession)
        .join(TrainingSession.edition)
        .join(CourseEdition.course)
        .options(contains_eager(TrainingSession.edition).contains_eager(CourseEdition.course))
        .where(
            TrainingSession.host_id.in_(own),
            actor.scope(Permission.PLAN_SESSIONS).where(TrainingSession.host_id),
            TrainingSession.cancelled_at.is_(None),
        )
    )


def _overdue(actor: Actor) -> list[Overdue]:
    """Return the curricula due within two weeks that not everybody concerned has finished."""
    done = (
        sa.select(sa.func.count(sa.distinct(Enrolment.staff_id)))
        .join(Membership, Membership.staff_id == Enrolment.staff_id)
        .where(
            Enrolment.course_id == CurriculumStep.course_id,
            Enrolment.state == EnrolmentState.COMPLETED,
            Membership.organisation_id == Adoption.organisation_id,
            sa.or_(Adoption.department == "", Adoption.department == Membership.department),
            is_current(),
        )
        .correlate(CurriculumStep, Adoption)
        .scalar_subquery()
    )
    people = (
        sa.select(sa.func.count(Membership.id))
        .where(
            Membership.organisation_id == Adoption.organisation_id,
            sa.or_(Adoption.department == "", Adoption.department == Membership.department),
            is_current(),
        )
        .correlate(Adoption)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Curriculum, Adoption.due_on, sa.func.sum(people - done).label("missing"))
        .join(Adoption, Adoption.curriculum_id == Curriculum.id)
        .join(CurriculumStep, CurriculumStep.curriculum_id == Curriculum.id)
        .where(
            CurriculumStep.required,
            Adoption.due_on <= clock.today() + AHEAD,
            Adoption.organisation_id == actor.organisation_id,
        )
        .group_by(Curriculum.id, Adoption.id, Adoption.due_on)
        .order_by(Adoption.due_on)
        .limit(MOST)
    )
    return [Overdue(curriculum, due_on, missing) for curriculum, due_on, missing in rows if missing > 0]
