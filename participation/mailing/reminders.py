"""Reminders (開催が近づきました): written three days before each meeting of a session, once for each beginning."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from kernel import clock
from kernel.database import db

from courses.sessions.models import Meeting, TrainingSession

from participation.models import OPEN_STATES, Enrolment, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.notices.telling import Tell, tell

REMIND_BEFORE = dt.timedelta(days=3)


def remind() -> None:
    """Write the reminders of the meetings that begin within three days, once for each beginning, to who has a place."""
    now = clock.now()
    meetings = db.session.scalars(
        sa.select(Meeting)
        .join(Meeting.session)
        .options(contains_eager(Meeting.session).joinedload(TrainingSession.edition))
        .where(
            Meeting.starts_at > now,
            Meeting.starts_at <= now + REMIND_BEFORE,
            Meeting.cancelled_at.is_(None),
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
        )
        .order_by(Meeting.starts_at)
    ).all()
    for meeting in meetings:
        session, about = meeting.session, meeting.starts_at.isoformat()
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
                Enrolment.session_id == session.id,
                Enrolment.state.in_((*OPEN_STATES, EnrolmentState.COMPLETED)),
                ~reminded,
            )
        ).all()
        text = "会が近づきました。"
        tell(session, session.edition.title, [Tell(NoticeKind.REMINDER, staff_id, text, about) for staff_id in people])
