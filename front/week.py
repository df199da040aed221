"""The week (今週すること): what waits for a coordinator, each line one act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import db

from people.joining import applicant, on_offer
from people.models import Membership
from people.permission import Actor, Permission
from people.signing_in import password_link

from courses.keeping import to_be_reviewed
from courses.models import Course, CourseEdition, CourseKeeping, EditionState
from courses.sessions.models import AdmissionRule, TrainingSession
from courses.sessions.training_session import visible_to

from catalog import publication
from catalog.adopting.adoption import concerns
from catalog.course_request import requests_for
from catalog.curricula import approval
from catalog.curricula.models import CurriculumEdition, CurriculumEditionState
from catalog.models import Adoption, Curriculum, CurriculumState, CurriculumStep

from participation.joint.models import Nomination, NominationState, Wish

from review.duties.duty import duties_of, is_open_in
from review.duties.question import ask

from front.office.week_sessions import AHEAD, MOST, sessions_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from people.joining.models import Applicant

    from catalog.models import CourseRequest

    from front.office.week_sessions import Going


@dataclass(frozen=True)
class Overdue:
    """A curriculum of the own organisation whose due date is near or past, and how many completions it lacks."""

    curriculum: Curriculum
    due_on: dt.date
    missing: int


@dataclass(frozen=True)
class ToNominate:
    """A joint session that takes nominations: how many are nominated, and how many wishes wait."""

    session: TrainingSession
    nominated: int
    wishes: int


@dataclass(frozen=True)
class Week:
    """What waits for a coordinator."""

    allocations: Sequence[TrainingSession]
    offers: Sequence[Nomination]
    nominations: Sequence[ToNominate]
    approvals: Sequence[CourseEdition]
    curricula: Sequence[CurriculumEdition]
    sent_back: Sequence[CourseEdition | CurriculumEdition]
    to_review: Sequence[CourseKeeping]
    resets: Sequence[Membership]
    applicants: Sequence[Applicant]
    arrivals: int
    attendance: Sequence[TrainingSession]
    coming: Sequence[TrainingSession]
    going: Sequence[Going]
    overdue: Sequence[Overdue]
    requests: Sequence[CourseRequest]

    @property
    def is_clear(self) -> bool:
        """Tell whether nothing waits."""
        to_write = [row for row in self.nominations if not row.nominated or row.wishes]
        waiting = (self.allocations, self.offers, to_write, self.approvals, self.curricula, self.sent_back)
        return not any(
            (*waiting, self.to_review, self.resets, self.attendance, self.applicants, self.arrivals, self.overdue)
        )


def week_of(actor: Actor) -> Week:
    """Return what waits for the actor, in thirteen queries."""
    sessions = sessions_of(actor)
    return Week(
        allocations=sessions.allocations,
        offers=_offers_to_answer(actor),
        nominations=_lists_to_write(actor),
        approvals=db.session.scalars(
            publication.waiting_for(actor).options(joinedload(CourseEdition.reviewer)).limit(MOST)
        ).all(),
        curricula=db.session.scalars(
            approval.waiting_for(actor).options(joinedload(CurriculumEdition.reviewer)).limit(MOST)
        ).all(),
        sent_back=_sent_back_to(actor),
        to_review=db.session.scalars(
            to_be_reviewed(
                Course.owner_id.in_(actor.organisation_ids),
                actor.scope(Permission.WRITE_COURSES).where(Course.owner_id),
            ).limit(MOST)
        ).all(),
        resets=db.session.scalars(password_link.reset_requests(actor).limit(MOST)).all(),
        applicants=applicant.waiting(actor),
        arrivals=on_offer.waiting(actor),
        attendance=sessions.attendance,
        coming=sessions.coming,
        going=sessions.going,
        overdue=_overdue(actor),
        requests=db.session.scalars(requests_for(actor).limit(5)).all(),
    )


def _sent_back_to(actor: Actor) -> list[CourseEdition | CurriculumEdition]:
    """Return the editions of courses and curricula that the actor wrote or handed in, and that were sent back."""
    found: list[CourseEdition | CurriculumEdition] = []
    for table, of, draft in (
        (CourseEdition, CourseEdition.course, EditionState.DRAFT),
        (CurriculumEdition, CurriculumEdition.curriculum, CurriculumEditionState.DRAFT),
    ):
        rows: Any = db.session.scalars(
            sa.select(table)
            .join(of)
            .options(contains_eager(of))
            .where(
                table.state == draft,
                table.review_note != "",
                sa.or_(table.author_id == actor.staff_id, table.handed_in_by_id == actor.staff_id),
            )
            .order_by(table.changed_at)
            .limit(MOST)
        )
        found += rows
    return found


def _offers_to_answer(actor: Actor) -> Sequence[Nomination]:
    return db.session.scalars(
        sa.select(Nomination)
        .options(joinedload(Nomination.staff), joinedload(Nomination.session).joinedload(TrainingSession.edition))
        .where(
            Nomination.state == NominationState.OFFERED,
            Nomination.answer_by > clock.now(),
            actor.scope(Permission.ENROL_STAFF).where(Nomination.organisation_id),
        )
        .order_by(Nomination.answer_by)
        .limit(MOST)
    ).all()


def _lists_to_write(actor: Actor) -> list[ToNominate]:
    now, own = clock.now(), actor.scope(Permission.ENROL_STAFF)
    nominated = (
        sa.select(sa.func.count())
        .where(Nomination.session_id == TrainingSession.id, own.where(Nomination.organisation_id))
        .correlate(TrainingSession)
        .scalar_subquery()
    )
    wishes = (
        sa.select(sa.func.count())
        .where(
            Wish.session_id == TrainingSession.id,
            own.where(Wish.organisation_id),
            Wish.staff_id.not_in(
                sa.select(Nomination.staff_id)
                .where(Nomination.session_id == TrainingSession.id)
                .correlate(TrainingSession)
            ),
        )
        .correlate(TrainingSession)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(TrainingSession, nominated, wishes)
        .join(TrainingSession.edition)
        .options(contains_eager(TrainingSession.edition))
        .where(
            TrainingSession.giving == AdmissionRule.NOMINATION,
            TrainingSession.is_draft.is_(False),
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.applications_open_at <= now,
            TrainingSession.applications_close_at > now,
            visible_to(actor),
        )
        .order_by(TrainingSession.applications_close_at)
        .limit(MOST)
    )
    return [ToNominate(*row) for row in rows]


def _overdue(actor: Actor) -> list[Overdue]:
    """Return the curricula of which something is due within two weeks or late: with the first date, and all that is to be done, as the board counts it."""
    duty = duties_of(actor, ask({}))
    one = (
        sa.select(Adoption.curriculum_id, duty.c.membership_id, duty.c.course_id, duty.c.due_on)
        .join(Membership, Membership.id == duty.c.membership_id)
        .join(Adoption, concerns())
        .join(
            CurriculumStep,
            sa.and_(
                CurriculumStep.curriculum_id == Adoption.curriculum_id,
                CurriculumStep.course_id == duty.c.course_id,
                CurriculumStep.required,
            ),
        )
        .where(is_open_in(duty))
        .distinct()
        .subquery("one")
    )
    first = sa.func.min(one.c.due_on)
    rows = db.session.execute(
        sa.select(Curriculum, first, sa.func.count())
        .join(one, one.c.curriculum_id == Curriculum.id)
        .where(Curriculum.state == CurriculumState.PUBLISHED)
        .group_by(Curriculum.id)
        .having(first <= clock.today() + AHEAD)
        .order_by(first)
        .limit(MOST)
    )
    return [Overdue(*row) for row in rows]
