"""The roster (名簿) of a session, who may read it, and the attendance (出欠) that is entered on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from people import audit
from people.access import Actor, Permission
from people.models import Staff

from participation import enrolment as enrolments
from participation.models import Enrolment, EnrolmentState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courses.models import TrainingSession

ENTERED = {EnrolmentState.ENROLLED, EnrolmentState.COMPLETED, EnrolmentState.ABSENT}
"""What attendance can be: not entered yet, attended (and so completed), absent."""


def may_enter_attendance(actor: Actor, session: TrainingSession) -> bool:
    """Tell whether somebody enters the attendance of a session: its host's coordinators."""
    return actor.may(Permission.PLAN_SESSIONS, session.host_id)


def roster(actor: Actor, session: TrainingSession) -> list[Enrolment]:
    """Return those who have a place, by organisation and reading: all for the host, else the own organisation's."""
    mine = (
        sa.true()
        if may_enter_attendance(actor, session)
        else actor.scope(Permission.READ_NAMES).where(Enrolment.organisation_id)
    )
    return list(
        db.session.scalars(
            sa.select(Enrolment)
            .join(Enrolment.staff)
            .options(contains_eager(Enrolment.staff), joinedload(Enrolment.organisation))
            .where(Enrolment.session_id == session.id, Enrolment.state != EnrolmentState.WITHDRAWN, mine)
            .order_by(Enrolment.organisation_id, Staff.reading, Staff.id)
        )
    )


def attendance_sheet(actor: Actor, session: TrainingSession) -> list[Enrolment]:
    """Return the roster for the host to enter attendance on. Raises NotFoundError for anybody else."""
    if not may_enter_attendance(actor, session):
        raise NotFoundError
    return roster(actor, session)


def enter_attendance(actor: Actor, session: TrainingSession, entered: Mapping[int, EnrolmentState]) -> int:
    """Enter who attended, by enrolment id; return how many entries changed.

    Raises NotFoundError for anybody but the host, ConflictError before the session.
    """
    people = attendance_sheet(actor, session)
    if session.is_off or session.starts_at > clock.now():
        message = "出欠は、開催が始まってから入力できます。"
        raise ConflictError(message)
    changed = 0
    for enrolment in people:
        state = entered.get(enrolment.id)
        if state in ENTERED and state is not enrolment.state:
            before = enrolment.state
            enrolments.move(enrolment, state)
            audit.record(
                actor, "出欠を入力", f"{enrolment.staff.name}:{session.edition.title}", organisation_id=enrolment.organisation_id,
                session=session.id, before=[before.label], after=[state.label],
            )  # fmt: skip
            changed += 1
    db.session.flush()
    return changed
