"""What is still true of a notice when its mail goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kernel import clock
from kernel.database import db

from people.membership import is_current
from people.models import Membership

from courses.models import Course
from courses.sessions.models import TrainingSession

from participation.joint.models import Nomination, NominationState
from participation.mailing import repetition
from participation.models import UNCOUNTED, Enrolment, EnrolmentState, Exemption
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

NEEDS_A_PLACE = frozenset({NoticeKind.PLACED, NoticeKind.ENROLLED, NoticeKind.REMINDER})


def says_what_is_so(row: Notice) -> bool:
    """Tell whether what a notice is about stands as it says: a reminder's beginning, the end of an offer.

    Its session must be loaded with the meetings, and its nomination. When and where a session meets is written as it
    is when the mail goes out (`participation.notices.facts`).
    """
    if row.kind is NoticeKind.REMINDER and row.session:
        coming = [meeting for meeting in row.session.going_on if meeting.starts_at > clock.now()]
        return any(row.key.endswith(meeting.starts_at.isoformat()) for meeting in coming)
    if row.kind is NoticeKind.OFFERED:
        until = db.session.scalar(sa.select(Nomination.answer_by).where(Nomination.id == row.nomination_id))
        there = clock.local(until) if until else None  # in the key as it was written, whatever its brackets
        return there is not None and f"{there.month}月{there.day}日" in row.key and row.key.endswith(f"{there:%H:%M}")
    return True


def _is_still_to_take_it() -> sa.ColumnElement[bool]:
    """Return the condition that somebody (of a notice) still works somewhere, and was not let off the course (of that notice) there."""
    let_off = sa.exists().where(
        Exemption.membership_id == Membership.id, Exemption.course_id == Notice.course_id, Exemption.until.is_(None)
    )
    here = sa.exists().where(
        Membership.staff_id == Notice.staff_id, is_current(), ~let_off.correlate(Membership, Notice)
    )
    return here.correlate(Notice)


def still_true(rows: Sequence[Notice]) -> set[int]:
    """Return which notices are still true and not overtaken by a newer one of the same kind.

    Nobody is reminded who has withdrawn, no place is offered that is gone.
    """
    ids = [row.id for row in rows]
    has_place = sa.exists(
        sa.select(Enrolment.id).where(
            Enrolment.staff_id == Notice.staff_id,
            Enrolment.session_id == Notice.session_id,
            Enrolment.state.not_in(UNCOUNTED),
        )
    )
    has_left = sa.exists(
        sa.select(Enrolment.id).where(
            Enrolment.staff_id == Notice.staff_id,
            Enrolment.session_id == Notice.session_id,
            Enrolment.state == EnrolmentState.WITHDRAWN,
        )
    )
    newer = aliased(Notice)
    is_overtaken = sa.exists().where(
        newer.staff_id == Notice.staff_id,
        newer.session_id == Notice.session_id,
        newer.kind == Notice.kind,
        newer.id > Notice.id,
    )
    is_overtaken_of_course = sa.exists().where(
        newer.staff_id == Notice.staff_id,
        newer.course_id == Notice.course_id,
        newer.kind == Notice.kind,
        newer.id > Notice.id,
    )
    goes_on = sa.exists(
        sa.select(TrainingSession.id).where(
            TrainingSession.id == Notice.session_id,
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
            TrainingSession.ends_at > clock.now(),
        )
    )
    is_off = sa.exists(
        sa.select(TrainingSession.id).where(
            TrainingSession.id == Notice.session_id,
            sa.or_(TrainingSession.cancelled_at.is_not(None), TrainingSession.called_off_at.is_not(None)),
            TrainingSession.ends_at > clock.now(),
        )
    )
    nominated, offered, waiting = (
        sa.exists(sa.select(Nomination.id).where(Nomination.id == Notice.nomination_id, Nomination.state == state))
        for state in (NominationState.NOMINATED, NominationState.OFFERED, NominationState.WAITING)
    )
    is_out = sa.exists().where(Course.id == Notice.course_id, Course.published_id.is_(None))
    is_true = sa.or_(
        Notice.kind.in_((NoticeKind.COMMENTED, NoticeKind.ASSIGNED, NoticeKind.MESSAGE, NoticeKind.PARTED)),
        Notice.path.is_not(None),
        sa.and_(Notice.kind == NoticeKind.RETIRED, is_out),
        sa.and_(Notice.kind == NoticeKind.FINISHED, repetition.completed()),
        sa.and_(Notice.kind == NoticeKind.NOMINATED, nominated, goes_on),
        sa.and_(Notice.kind == NoticeKind.OPENED, sa.or_(Notice.session_id.is_(None), sa.and_(goes_on, ~has_place))),
        sa.and_(
            Notice.kind == NoticeKind.DUE, ~repetition.completed(), ~is_overtaken_of_course, _is_still_to_take_it()
        ),
        sa.and_(Notice.kind.in_(NEEDS_A_PLACE), has_place, goes_on),
        sa.and_(Notice.kind == NoticeKind.CHANGED, sa.or_(has_place, ~has_left), goes_on, ~is_overtaken),
        sa.and_(Notice.kind == NoticeKind.OFFERED, offered, goes_on),
        sa.and_(Notice.kind == NoticeKind.WAITING, waiting, goes_on),
        sa.and_(
            Notice.kind == NoticeKind.DUE_AGAIN,
            ~repetition.taken_this_year(),
            Notice.made_at >= clock.fiscal_year_began(),
        ),
        sa.and_(Notice.kind == NoticeKind.CANCELLED, is_off),
        sa.and_(
            Notice.kind.in_((NoticeKind.DECIDED, NoticeKind.REPLACED, NoticeKind.ON_BEHALF)),
            goes_on,
        ),
    )
    return set(db.session.scalars(sa.select(Notice.id).where(Notice.id.in_(ids), is_true)))
