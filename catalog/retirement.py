"""Retirement (公開の終了): a course is taken out of the catalogue, with a reason and what comes after it; its page stays and says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import NOW, db
from kernel.errors import InvalidError, NotFoundError

from people import audit
from people.act import Act

from courses import catalogue_version
from courses import course as courses
from courses import edition as editions
from courses.models import Course, CourseEdition, EditionState
from courses.offer import is_meant_for
from courses.sessions.models import TrainingSession

from catalog.curriculum_audience import is_shown_to
from catalog.models import Adoption, CourseRequest, Curriculum, CurriculumState, CurriculumStep, Retirement
from catalog.search import index

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from people.permission import Actor

MOST_NAMED = 20


@dataclass(frozen=True)
class Uses:
    """What hangs on a course: the curricula that hold it (`others`: those of others for themselves), how many organisations adopted those, coming sessions, people who wait for it."""

    curricula: Sequence[str]
    others: int
    adopters: int
    sessions: int
    waiting: int


def uses_of(actor: Actor, course: Course) -> Uses:
    """Return what hangs on a course, as somebody may know it: two queries."""
    curricula = db.session.scalars(
        sa.select(Curriculum.title)
        .join(CurriculumStep, CurriculumStep.curriculum_id == Curriculum.id)
        .where(CurriculumStep.course_id == course.id, is_shown_to(actor.organisation_ids))
        .order_by(Curriculum.title)
        .limit(MOST_NAMED)
    ).all()
    others = (
        sa.select(sa.func.count())
        .select_from(CurriculumStep)
        .join(Curriculum, Curriculum.id == CurriculumStep.curriculum_id)
        .where(
            CurriculumStep.course_id == course.id,
            Curriculum.state == CurriculumState.PUBLISHED,
            sa.not_(is_shown_to(actor.organisation_ids)),
        )
    )
    adopters = (
        sa.select(sa.func.count(sa.distinct(Adoption.organisation_id)))
        .join(CurriculumStep, CurriculumStep.curriculum_id == Adoption.curriculum_id)
        .where(CurriculumStep.course_id == course.id)
    )
    sessions = (
        sa.select(sa.func.count())
        .select_from(TrainingSession)
        .join(CourseEdition, CourseEdition.id == TrainingSession.edition_id)
        .where(
            CourseEdition.course_id == course.id,
            TrainingSession.ends_at > NOW,
            TrainingSession.is_draft.is_(False),
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
        )
    )
    waiting = sa.select(sa.func.count()).where(CourseRequest.course_id == course.id)
    row = db.session.execute(
        sa.select(
            others.scalar_subquery(), adopters.scalar_subquery(), sessions.scalar_subquery(), waiting.scalar_subquery()
        )
    ).one()
    return Uses(curricula, *row)


def retire(actor: Actor, course: Course, because: str, successor: str = "") -> None:
    """Take a course out of the catalogue, with a reason and perhaps the course that comes after it, by address or title.

    Raises ConflictError if it is not in it, InvalidError for a successor that is not published or is the course itself.
    """
    after = _successor(course, successor)
    title = db.session.scalar(sa.select(CourseEdition.title).where(CourseEdition.id == course.published_id))
    editions.retire(course)
    index.index_course(course)
    catalogue_version.changed()
    db.session.merge(
        Retirement(course_id=course.id, because=because, successor_id=after and after.id, retired_at=clock.now())
    )
    audit.record(actor, Act.RETIRED, title or course.slug, organisation_id=course.owner_id)
    db.session.flush()


def _successor(course: Course, name: str) -> Course | None:
    if not name:
        return None
    found = db.session.get_one(Course, courses.named([name], field="successor")[name])
    if found is course:
        message = "この講座のほかの講座を入力してください。"
        raise InvalidError(message, field="successor")
    return found


def retirement_of(slug: str, own: Collection[int] = ()) -> tuple[Retirement, str]:
    """Return why a course is offered no more to everybody or to some organisations, and the title that it had. Raises NotFoundError where it never was."""
    found = db.session.scalars(
        sa.select(Retirement)
        .join(Retirement.course)
        .options(contains_eager(Retirement.course), joinedload(Retirement.successor).joinedload(Course.published))
        .where(Course.slug == slug, Course.published_id.is_(None), is_meant_for(own))
    ).one_or_none()
    if found is None:
        raise NotFoundError
    title = db.session.scalar(
        sa.select(CourseEdition.title)
        .where(CourseEdition.course_id == found.course_id, CourseEdition.state == EditionState.RETIRED)
        .order_by(CourseEdition.number.desc())
        .limit(1)
    )
    return found, title or ""
