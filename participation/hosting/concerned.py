"""Whom a change of a session concerns, and how they are told."""

from __future__ import annotations

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from courses.sessions import training_session

from participation.joint.models import Nomination, NominationState
from participation.models import Enrolment, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.telling import Tell, tell


def tell_changed(session_id: int, text: str) -> None:
    """Tell those who have a place."""
    session = training_session.lock(session_id)
    having = db.session.scalars(
        sa.select(Enrolment.staff_id).where(
            Enrolment.session_id == session_id, Enrolment.state != EnrolmentState.WITHDRAWN
        )
    ).all()
    about = clock.now().isoformat()
    tell(session, session.edition.title, [Tell(NoticeKind.CHANGED, staff_id, text, about) for staff_id in having])


def tell_cancelled(session_id: int, text: str) -> None:
    """Tell those who have a place, and those who hope for one."""
    session = training_session.lock(session_id)
    hoping = (NominationState.NOMINATED, NominationState.WAITING, NominationState.OFFERED)
    concerned = sa.union(
        sa.select(Enrolment.staff_id).where(
            Enrolment.session_id == session_id, Enrolment.state != EnrolmentState.WITHDRAWN
        ),
        sa.select(Nomination.staff_id).where(Nomination.session_id == session_id, Nomination.state.in_(hoping)),
    )
    people = db.session.scalars(concerned).all()
    tell(session, session.edition.title, [Tell(NoticeKind.CANCELLED, staff_id, text) for staff_id in people])
