"""Practice (やってみたこと): what learners wrote and chose to show to their coordinator, and the coordinator's comment."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import NotFoundError

from people import audit
from people.act import Act
from people.permission import Actor, Permission

from courses.models import Lesson, Module

from participation.models import Enrolment, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.telling import Tell, tell

from learning.models import Progress

LONGEST_COMMENT = 2000


def shown_to(actor: Actor) -> sa.Select[Progress]:
    """Return the statement of what the actor's own staff chose to show: without a comment first, then the latest first."""
    return _shown(actor).order_by(Progress.comment != "", Progress.seen_at.desc())


def _shown(actor: Actor) -> sa.Select[Progress]:
    return (
        sa.select(Progress)
        .join(Progress.enrolment)
        .options(
            contains_eager(Progress.enrolment).options(joinedload(Enrolment.staff), joinedload(Enrolment.course)),
            joinedload(Progress.lesson).joinedload(Lesson.module).joinedload(Module.edition),
        )
        .where(
            Progress.shared,
            Progress.note != "",
            Enrolment.state != EnrolmentState.WITHDRAWN,
            actor.scope(Permission.ENROL_STAFF).where(Progress.shown_to_id),
        )
    )


def comment(actor: Actor, enrolment_id: int, lesson_id: int, text: str) -> Progress:
    """Comment on what one of the own staff showed. Raises NotFoundError for anybody else's, and for what is not shown."""
    found = db.session.scalar(
        _shown(actor).where(Progress.enrolment_id == enrolment_id, Progress.lesson_id == lesson_id)
    )
    if found is None:
        raise NotFoundError
    found.comment, found.commented_by_id = text[:LONGEST_COMMENT], actor.staff_id
    audit.record(
        actor, Act.PRACTICE_COMMENTED, f"{found.enrolment.staff.name}:{found.lesson.title}",
        organisation_id=found.shown_to_id, enrolment=enrolment_id,
    )  # fmt: skip
    db.session.flush()
    tell(
        found.enrolment.course,
        found.lesson.title,
        [
            Tell(
                NoticeKind.COMMENTED,
                found.enrolment.staff_id,
                f"{actor.name}さん：{found.comment}",
                f"{lesson_id} {clock.now().isoformat()}",
            )
        ],
    )
    return found
