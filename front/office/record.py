"""The record of one of the own staff (職員の受講の記録): what they are to do, what they take and finished, what they were told of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import NotFoundError

from people.membership import managed_membership
from people.permission import Actor, Permission

from courses.sessions.models import TrainingSession

from participation.joint.models import Nomination
from participation.models import OPEN_STATES, Enrolment, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.present_office import is_looked_after_by

from learning.path import ways_of

from review.duties import duty as duties

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from people.models import Membership

    from learning.path import Way

    from review.duties.duty import Duty

MOST = 200
OF_DUTIES = (NoticeKind.DUE, NoticeKind.DUE_AGAIN, NoticeKind.ASSIGNED, NoticeKind.NOMINATED)
"""What an office told somebody of what they are to do; other notices are between the system and the person."""


@dataclass(frozen=True)
class StaffRecord:
    """What an office sees of the learning of one of its staff; `ways` tells how far the open enrolments are, by id.

    `elsewhere` is what was completed for another organisation: the course and the day, and nothing beyond (異動のあとの記録).
    """

    person: Membership
    duties: Sequence[Duty]
    running: Sequence[Enrolment]
    ended: Sequence[Enrolment]
    elsewhere: Sequence[Enrolment]
    nominations: Sequence[Nomination]
    notices: Sequence[Notice]
    ways: Mapping[int, Way]


def record_of(actor: Actor, membership_id: int) -> StaffRecord:
    """Return the record of one of the actor's own staff, in eight queries. Raises NotFoundError for anybody else."""
    person = managed_membership(actor, membership_id)
    if person.organisation_id not in actor.scope(Permission.ENROL_STAFF):
        raise NotFoundError  # who learned what stays with the own organisation
    found = db.session.scalars(
        sa.select(Enrolment)
        .options(
            joinedload(Enrolment.edition),
            joinedload(Enrolment.course),
            joinedload(Enrolment.session).selectinload(TrainingSession.meetings),
        )
        .where(
            Enrolment.staff_id == person.staff_id,
            is_looked_after_by(actor),
            Enrolment.state != EnrolmentState.WITHDRAWN,
        )
        .order_by(Enrolment.id.desc())
        .limit(MOST)
    ).all()
    running = [row for row in found if row.state in OPEN_STATES]
    return StaffRecord(
        person=person,
        duties=duties.of_people(actor, [membership_id]),
        running=running,
        ended=[row for row in found if row.state not in OPEN_STATES],
        elsewhere=_completed_elsewhere(person),
        nominations=_nominations(person),
        notices=_notices(person),
        ways=ways_of([row.id for row in running]),
    )


def _completed_elsewhere(person: Membership) -> Sequence[Enrolment]:
    return db.session.scalars(
        sa.select(Enrolment)
        .options(joinedload(Enrolment.edition))
        .where(
            Enrolment.staff_id == person.staff_id,
            Enrolment.organisation_id != person.organisation_id,
            Enrolment.state == EnrolmentState.COMPLETED,
        )
        .order_by(Enrolment.completed_at.desc(), Enrolment.id)
        .limit(MOST)
    ).all()


def _nominations(person: Membership) -> Sequence[Nomination]:
    return db.session.scalars(
        sa.select(Nomination)
        .options(joinedload(Nomination.session).joinedload(TrainingSession.edition))
        .where(Nomination.staff_id == person.staff_id, Nomination.organisation_id == person.organisation_id)
        .order_by(Nomination.id.desc())
        .limit(MOST)
    ).all()


def _notices(person: Membership) -> Sequence[Notice]:
    came = clock.at(person.joined_on, dt.time())  # what another office told is theirs
    return db.session.scalars(
        sa.select(Notice)
        .where(Notice.staff_id == person.staff_id, Notice.kind.in_(OF_DUTIES), Notice.made_at >= came)
        .order_by(Notice.id.desc())
        .limit(MOST)
    ).all()
