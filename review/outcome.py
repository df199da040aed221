"""Outcome: what came of a remark or a course, shown to everybody and therefore never a small group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel.database import db

from people.models import Organisation
from people.organisation import IS_MUNICIPALITY
from people.permission import Actor, Permission

from courses.models import Course
from courses.offer import is_offered_to, is_offered_to_all

from catalog.models import Adoption, Motivation, Remark

from participation.enrolment_count import COUNTED
from participation.models import ALL_LEVELS, Enrolment, EnrolmentCount

from review.suppression import is_small

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Outcome:
    """A course that a remark motivated, and who took it, from how many municipalities and other bodies: None where there are too few to be shown."""

    motivation: Motivation
    people: int | None
    municipalities: int | None
    others: int | None


ANSWERS = (
    sa.select(Motivation)
    .options(joinedload(Motivation.course).options(joinedload(Course.published), joinedload(Course.owner)))
    .join(Motivation.course)
    .where(Motivation.remark_id == sa.bindparam("remark_id"))
    .order_by(Motivation.id)
)
UPTAKE = (
    sa.select(
        Enrolment.course_id,
        sa.func.count(sa.distinct(Enrolment.staff_id)),
        sa.func.count(sa.distinct(Enrolment.organisation_id)).filter(IS_MUNICIPALITY),
        sa.func.count(sa.distinct(Enrolment.organisation_id)).filter(sa.not_(IS_MUNICIPALITY)),
    )
    .join(Organisation, Organisation.id == Enrolment.organisation_id)
    .where(
        Enrolment.course_id.in_(sa.bindparam("course_ids", expanding=True)),
        COUNTED,
    )
    .group_by(Enrolment.course_id)
)


def outcomes_of(remark: Remark, actor: Actor | None) -> list[Outcome]:
    """Return the courses that a remark motivated and what came of each, in two queries.

    A course that is not published is told only to those who write courses for its organisation, one that is not for everybody to those it is for.
    """
    own = actor.scope(Permission.WRITE_COURSES).where(Course.owner_id) if actor else sa.false()
    answers = ANSWERS.where(sa.or_(is_offered_to(actor.organisation_ids if actor else []), own))
    motivations = db.session.scalars(answers, {"remark_id": remark.id}).all()
    taken = db.session.execute(UPTAKE, {"course_ids": [motivation.course_id for motivation in motivations]})
    counts = {course_id: tuple(of) for course_id, *of in taken}
    return [_outcome(motivation, *counts.get(motivation.course_id, (0, 0, 0))) for motivation in motivations]


def _outcome(motivation: Motivation, people: int, municipalities: int, others: int) -> Outcome:
    hidden = is_small(people)
    return Outcome(motivation, *(None, None, None) if hidden else (people, municipalities, others))


ROUNDED_TO = 10
MOST_NAMES = 60
TAKES_PART = sa.and_(
    IS_MUNICIPALITY,
    sa.or_(
        sa.exists(sa.select(Adoption.id).where(Adoption.organisation_id == Organisation.id)),
        Organisation.id.in_(sa.select(EnrolmentCount.organisation_id)),
    ),
)
"""The condition that an organisation is a municipality that adopted a curriculum or whose staff enrolled."""


@dataclass(frozen=True)
class SoFar:
    """The numbers of the front page; completions are rounded down, so that nobody can follow single ones."""

    courses: int
    answered: int
    municipalities: int
    completed: int


def so_far(courses: int) -> SoFar:
    """Return what has been reached so far: answered remarks, municipalities that take part, completions."""
    published = sa.select(Course.id).where(is_offered_to_all())
    row = db.session.execute(
        sa.select(
            sa.select(sa.func.count(sa.distinct(Motivation.remark_id)))
            .where(Motivation.course_id.in_(published))
            .scalar_subquery(),
            sa.select(sa.func.count()).select_from(Organisation).where(TAKES_PART).scalar_subquery(),
            sa.select(sa.func.coalesce(sa.func.sum(EnrolmentCount.completed), 0))
            .where(EnrolmentCount.level == ALL_LEVELS)
            .scalar_subquery(),
        )
    ).one()
    answered, municipalities, completed = row
    return SoFar(courses, answered, municipalities, completed // ROUNDED_TO * ROUNDED_TO)


def taking_part() -> tuple[Sequence[str], int]:
    """Return the names of the municipalities that take part, by code, at most `MOST_NAMES`, and how many there are."""
    names = db.session.scalars(
        sa.select(Organisation.name).where(TAKES_PART).order_by(Organisation.code).limit(MOST_NAMES)
    ).all()
    count = db.session.scalar(sa.select(sa.func.count()).select_from(Organisation).where(TAKES_PART))
    return names, count or 0
