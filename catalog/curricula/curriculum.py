"""Curricula: courses in an order, for all organisations or for the own one; who may read and change one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel.database import db
from kernel.errors import NotFoundError

from people.permission import Actor, Permission

from courses.models import Course, CourseEdition

from catalog.curriculum_audience import is_shown_to
from catalog.models import Curriculum, CurriculumStep

if TYPE_CHECKING:
    from collections.abc import Collection


def _of(viewer: Actor | None) -> Collection[int]:
    return viewer.organisation_ids if viewer else ()


def _with_steps(statement: sa.Select[Curriculum]) -> sa.Select[Curriculum]:
    return statement.options(
        joinedload(Curriculum.owner),
        joinedload(Curriculum.track),
        selectinload(Curriculum.steps)
        .joinedload(CurriculumStep.course)
        .joinedload(Course.published)
        .joinedload(CourseEdition.track),
    )


def published_curricula(viewer: Actor | None = None) -> list[Curriculum]:
    """Return all published curricula that somebody may read, with their courses."""
    rows = _with_steps(sa.select(Curriculum)).where(is_shown_to(_of(viewer))).order_by(Curriculum.id)
    return list(db.session.scalars(rows))


def published_curriculum(slug: str, viewer: Actor | None = None) -> Curriculum:
    """Return a published curriculum. Raises NotFoundError, also for one that another organisation has for itself."""
    row = db.session.scalar(_with_steps(sa.select(Curriculum)).where(Curriculum.slug == slug, is_shown_to(_of(viewer))))
    if row is None:
        raise NotFoundError
    return row


def own_curricula(actor: Actor) -> sa.Select[Curriculum]:
    """Return the statement of the curricula the actor may change."""
    return (
        _with_steps(sa.select(Curriculum))
        .where(actor.scope(Permission.WRITE_COURSES).where(Curriculum.owner_id))
        .order_by(Curriculum.title, Curriculum.id)
    )


def own_curriculum(actor: Actor, slug: str) -> Curriculum:
    """Return a curriculum the actor may change. Raises NotFoundError."""
    row = db.session.scalar(own_curricula(actor).where(Curriculum.slug == slug))
    if row is None:
        raise NotFoundError
    return row
