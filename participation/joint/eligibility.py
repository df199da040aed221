"""Choosing: what is to be known of people before they are nominated, and who can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kernel.database import db

from people.membership import is_current
from people.models import Membership
from people.permission import Actor, Permission

from courses.sessions.models import Meeting, TrainingSession

from participation.joint.models import Nomination, NominationState
from participation.models import OPEN_STATES, Enrolment, EnrolmentState
from participation.prerequisite import lacking

if TYPE_CHECKING:
    from collections.abc import Collection

TOOK, LACKS, CLASHES, TAKES = "修了済み", "先に受ける講座が未修了", "同じ時間に別の受講", "この講座を受講中"
"""What is told of somebody while choosing."""


def hints_for(session: TrainingSession, staff_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return what is to be known of people while choosing for a session: took the course, lacks a prerequisite, has a clash."""
    return hints_of(session.edition.course_id, staff_ids, session)


def hints_of(
    course_id: int, staff_ids: Collection[int], session: TrainingSession | None = None
) -> dict[int, tuple[str, ...]]:
    """Return what is to be known of people while choosing for a course, taken in a session or at the own pace."""
    if not staff_ids:
        return {}
    of_them = Enrolment.staff_id.in_(staff_ids)
    states: dict[int, set[EnrolmentState]] = {}
    for staff_id, state in db.session.execute(
        sa.select(Enrolment.staff_id, Enrolment.state).where(of_them, Enrolment.course_id == course_id)
    ):
        states.setdefault(staff_id, set()).add(state)
    without, clashing = lacking(course_id, staff_ids), _clashing(session, of_them) if session else set()
    return {
        staff_id: tuple(
            hint
            for hint, is_so in (
                (TOOK, EnrolmentState.COMPLETED in states.get(staff_id, ())),
                (TAKES, bool(states.get(staff_id, set()) & set(OPEN_STATES))),
                (LACKS, staff_id in without),
                (CLASHES, staff_id in clashing),
            )
            if is_so
        )
        for staff_id in staff_ids
    }


def _clashing(session: TrainingSession, of_them: sa.ColumnElement[bool]) -> set[int]:
    """Return who has a place in a session of which a meeting is held at the same time."""
    here, there = aliased(Meeting), aliased(Meeting)
    return set(
        db.session.scalars(
            sa.select(Enrolment.staff_id)
            .join(there, there.session_id == Enrolment.session_id)
            .join(here, sa.and_(here.starts_at < there.ends_at, there.starts_at < here.ends_at))
            .where(
                of_them,
                Enrolment.state.in_(OPEN_STATES),
                Enrolment.session_id != session.id,
                here.session_id == session.id,
                here.cancelled_at.is_(None),
                there.cancelled_at.is_(None),
            )
        )
    )


def candidates(
    actor: Actor, session: TrainingSession, found: sa.Select[Membership], organisation_id: int, but: int = 0
) -> list[tuple[Membership, tuple[str, ...]]]:
    """Return people of an own organisation who can be chosen, with what is to be known of each; at most 20.

    Who holds a place or stands on a list is left out, and `but` one person.
    """
    busy = (NominationState.NOMINATED, NominationState.PLACED, NominationState.OFFERED)
    on_a_list = sa.select(Nomination.staff_id).where(Nomination.session_id == session.id, Nomination.state.in_(busy))
    people = db.session.scalars(
        found.where(
            is_current(),
            Membership.staff_id.not_in(on_a_list),
            Membership.staff_id != but,
            Membership.organisation_id == organisation_id,
            actor.scope(Permission.ENROL_STAFF).where(Membership.organisation_id),
        ).limit(20)
    ).all()
    hints = hints_for(session, [person.staff_id for person in people])
    return [(person, hints.get(person.staff_id, ())) for person in people]
