"""The finish (修了): what somebody has reached with a course, what it counts for, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from kernel.database import db
from kernel.errors import NotFoundError

from courses.models import Course, CourseEdition

from catalog.curriculum_audience import is_shown_to
from catalog.models import Curriculum, CurriculumStep

from participation.models import Enrolment, EnrolmentState
from participation.record import certificate

from front import due

if TYPE_CHECKING:
    from people.permission import Actor

    from participation.record.models import Certificate


@dataclass(frozen=True)
class Finish:
    """A course that is completed. `required` and `left` count the required courses of the person, all and not done.

    `task` is the most urgent of them; where nothing is due, `following` comes next in a curriculum.
    """

    enrolment: Enrolment
    certificate: Certificate | None
    required: int
    left: int
    task: due.Task | None
    following: CourseEdition | None


def finish_of(actor: Actor, enrolment_id: int) -> Finish:
    """Return what an own completion came to. Raises NotFoundError for a course that is not completed."""
    enrolment = db.session.scalar(
        sa.select(Enrolment)
        .options(joinedload(Enrolment.edition), joinedload(Enrolment.course))
        .where(
            Enrolment.id == enrolment_id,
            Enrolment.staff_id == actor.staff_id,
            Enrolment.state == EnrolmentState.COMPLETED,
        )
    )
    if enrolment is None:
        raise NotFoundError
    record, made = due.record_of(actor), certificate.present(enrolment_id)
    return Finish(
        enrolment=enrolment,
        certificate=made if made and certificate.is_valid(made) else None,
        required=record.required,
        left=len(record.due),
        task=next(iter(record.tasks), None),
        following=None if record.tasks else _following(actor, enrolment.course_id),
    )


def _following(actor: Actor, course_id: int) -> CourseEdition | None:
    """Return the next course after one in a published curriculum that the person has not taken."""
    here = aliased(CurriculumStep)
    taken = sa.select(Enrolment.course_id).where(
        Enrolment.staff_id == actor.staff_id, Enrolment.state != EnrolmentState.WITHDRAWN
    )
    return db.session.scalar(
        sa.select(CourseEdition)
        .join(Course, Course.published_id == CourseEdition.id)
        .options(joinedload(CourseEdition.course))
        .join(CurriculumStep, CurriculumStep.course_id == Course.id)
        .join(
            here,
            sa.and_(here.curriculum_id == CurriculumStep.curriculum_id, here.position < CurriculumStep.position),
        )
        .join(Curriculum, Curriculum.id == CurriculumStep.curriculum_id)
        .where(here.course_id == course_id, is_shown_to(actor.organisation_ids), Course.id.not_in(taken))
        .order_by(CurriculumStep.position, CurriculumStep.curriculum_id)
        .limit(1)
    )
