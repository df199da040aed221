"""Starting (受け始め): which courses somebody can begin now, so that nobody is sent where nothing can be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kernel import clock
from kernel.database import db

from courses.completion_rule import LEARNT_BY_LESSONS
from courses.models import CourseEdition, Lesson, Module
from courses.sessions.models import TrainingSession
from courses.sessions.training_session import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

    from courses.models import Course


def can_be_begun(actor: Actor, courses: Sequence[Course]) -> list[Course]:
    """Return those of some published courses that somebody can begin: with lessons of their own, or a session to come; one query.

    A session counts where the person may see it, has not begun, and is neither a draft nor called off.
    """
    has_lessons = sa.exists().where(
        Lesson.module_id == Module.id,
        Module.edition_id == CourseEdition.id,
        CourseEdition.format.in_(LEARNT_BY_LESSONS),
    )
    its = aliased(CourseEdition)
    comes = sa.exists().where(
        TrainingSession.edition_id == its.id,
        its.course_id == CourseEdition.course_id,
        TrainingSession.starts_at > clock.now(),
        TrainingSession.is_draft.is_(False),
        TrainingSession.cancelled_at.is_(None),
        TrainingSession.called_off_at.is_(None),
        visible_to(actor),
    )
    ids = [one.published_id for one in courses]
    there = set(
        db.session.scalars(
            sa.select(CourseEdition.course_id).where(CourseEdition.id.in_(ids), sa.or_(has_lessons, comes))
        )
    )
    return [one for one in courses if one.id in there]
