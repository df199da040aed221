"""What is still true of a notice when its mail goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from courses.sessions.models import TrainingSession

from participation.joint.models import Nomination, NominationState
from participation.mailing import repetition
from participation.models import Enrolment, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

NEEDS_A_PLACE = frozenset({NoticeKind.PLACED, NoticeKind.ENROLLED, NoticeKind.CHANGED, NoticeKind.REMINDER})


def is_of_this_date(row: Notice) -> bool:
    """Tell whether a reminder speaks of the time at which its session begins now."""
    is_reminder = row.kind is NoticeKind.REMINDER and row.session is not None
    return not is_reminder or row.key.endswith(row.session.starts_at.isoformat())  # type: ignore[union-attr]


def still_true(rows: Sequence[Notice]) -> set[int]:
    """Return which notices are still true: nobody is reminded who has withdrawn, no place is offered that is gone."""
    ids = [row.id for row in rows]
    has_place = sa.exists(
        sa.select(Enrolment.id).where(
            Enrolment.staff_id == Notice.staff_id,
            Enrolment.session_id == Notice.session_id,
            Enrolment.state != EnrolmentState.WITHDRAWN,
        )
    )
    goes_on = sa.exists(
        sa.select(TrainingSession.id).where(
            TrainingSession.id == Notice.session_id,
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
            TrainingSession.ends_at > clock.now(),
        )
    )
    offered, waiting = (
        sa.exists(sa.select(Nomination.id).where(Nomination.id == Notice.nomination_id, Nomination.state == state))
        for state in (NominationState.OFFERED, NominationState.WAITING)
    )
    is_true = sa.or_(
        sa.and_(Notice.kind.in_(NEEDS_A_PLACE), has_place, goes_on),
        sa.and_(Notice.kind == NoticeKind.OFFERED, offered, goes_on),
        sa.and_(Notice.kind == NoticeKind.WAITING, waiting, goes_on),
        sa.and_(Notice.kind == NoticeKind.DUE_AGAIN, ~repetition.taken_this_year()),
        Notice.kind.in_((NoticeKind.CANCELLED, NoticeKind.DECIDED, NoticeKind.REPLACED)),
    )
    return set(db.session.scalars(sa.select(Notice.id).where(Notice.id.in_(ids), is_true)))
