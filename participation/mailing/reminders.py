"""Reminders (開催が近づきました): written three days before a session, once for each beginning."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db

from courses.sessions.models import TrainingSession

from participation.models import Enrolment, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.notices.telling import Tell, tell

REMIND_BEFORE = dt.timedelta(days=3)


def remind() -> None:
    """Write the reminders of the sessions that begin within three days, once for each beginning, to who has a place."""
    now = clock.now()
    sessions = db.session.scalars(
        sa.select(TrainingSession)
        .options(joinedload(TrainingSession.edition))
        .where(
            TrainingSession.starts_at > now,
            TrainingSession.starts_at <= now + REMIND_BEFORE,
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
        )
    ).all()
    for session in sessions:
        about = session.starts_at.isoformat()
        reminded = sa.exists(
            sa.select(Notice.id).where(
                Notice.staff_id == Enrolment.staff_id,
                Notice.session_id == session.id,
                Notice.kind == NoticeKind.REMINDER,
                Notice.key.endswith(about, autoescape=True),
            )
        )
        people = db.session.scalars(
            sa.select(Enrolment.staff_id).where(
                Enrolment.session_id == session.id, Enrolment.state != EnrolmentState.WITHDRAWN, ~reminded
            )
        ).all()
        text = f"{clock.moment_label(session.starts_at)} に始まります。場所: {session.place or 'オンライン'}"
        tell(session, session.edition.title, [Tell(NoticeKind.REMINDER, staff_id, text, about) for staff_id in people])
