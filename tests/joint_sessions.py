"""Joint sessions for the tests: planned, nominated for, decided, left."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from factories import (
    organisation_named,
    published,
    session_of,
)

from kernel import clock
from kernel.database import db

from courses.sessions.models import AdmissionRule, TrainingSession
from courses.sessions.training_session import lock

from participation import enrolment as enrolments
from participation import withdrawal
from participation.joint import decision, nomination
from participation.joint.models import Nomination
from participation.models import Enrolment, EnrolmentState

SOON = dt.timedelta(days=30)


def joint(host, **planned):
    """A session by nomination in thirty days that takes nominations for five more days."""
    begins = clock.now() + SOON
    return session_of(
        "expert-collaboration", host,
        **{"giving": AdmissionRule.NOMINATION, "starts_at": begins, "ends_at": begins + dt.timedelta(hours=2), "capacity": 3, **planned},
    ).id  # fmt: skip


def found(session_id):
    return db.session.scalars(
        sa.select(TrainingSession).where(TrainingSession.id == session_id).execution_options(populate_existing=True)
    ).one()


def nominate(office, session_id, number):
    """Let an office nominate so many new people; return them in its order."""
    people = [office.person() for _number in range(number)]
    organisation = organisation_named(office.name)
    for person in people:
        session = lock(session_id)
        nomination.nominate(office.coordinator.actor, session, organisation, person.membership_id)
    db.session.commit()
    return people


def close_applications(session_id):
    found(session_id).applications_close_at = clock.now() - clock.MOMENT
    db.session.commit()


def decide(host, session_id):
    close_applications(session_id)
    decision.decide(host.coordinator.actor, session_id)
    db.session.commit()


def states(session_id):
    rows = db.session.execute(
        sa.select(Nomination.staff_id, Nomination.state).where(Nomination.session_id == session_id)
    )
    return {staff_id: state for staff_id, state in rows}  # noqa: C416


def enrolled(session_id):
    return set(
        db.session.scalars(
            sa.select(Enrolment.staff_id).where(
                Enrolment.session_id == session_id, Enrolment.state != EnrolmentState.WITHDRAWN
            )
        )
    )


def withdraw(person, session_id):
    mine = enrolments.open_enrolment(
        person.staff_id, found(session_id).edition_id and published("expert-collaboration")[0].id
    )
    withdrawal.withdraw(person.actor, mine)
    db.session.commit()
