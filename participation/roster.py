"""The roster (名簿) of a session, and who may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel.database import db
from kernel.errors import NotFoundError

from people.models import Staff
from people.permission import Actor, Permission

from participation.models import Enrolment, EnrolmentState

if TYPE_CHECKING:
    from courses.sessions.models import TrainingSession


def is_host(actor: Actor, session: TrainingSession) -> bool:
    """Tell whether somebody looks after a session: a coordinator of its host, who also enters the attendance."""
    return actor.may(Permission.PLAN_SESSIONS, session.host_id)


def roster(actor: Actor, session: TrainingSession) -> list[Enrolment]:
    """Return those who have a place, by organisation and reading, with why they may come who lack what comes first: all for the host, else the own organisation's."""
    mine = sa.true() if is_host(actor, session) else actor.scope(Permission.READ_NAMES).where(Enrolment.organisation_id)
    return list(
        db.session.scalars(
            sa.select(Enrolment)
            .join(Enrolment.staff)
            .options(
                contains_eager(Enrolment.staff), joinedload(Enrolment.organisation), joinedload(Enrolment.exception)
            )
            .where(Enrolment.session_id == session.id, Enrolment.state != EnrolmentState.WITHDRAWN, mine)
            .order_by(Enrolment.organisation_id, Staff.reading, Staff.id)
        )
    )


def host_roster(actor: Actor, session: TrainingSession) -> list[Enrolment]:
    """Return the whole roster for the host. Raises NotFoundError for anybody else."""
    if not is_host(actor, session):
        raise NotFoundError
    return roster(actor, session)
