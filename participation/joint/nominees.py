"""The nominees of a session by organisation: who has a place, who waits, who is next; and where one stands oneself."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel.database import db

from people.models import Organisation
from people.permission import Actor, Permission

from courses.sessions.models import TrainingSession
from courses.sessions.training_session import session_for

from participation.joint.models import Nomination, NominationList, NominationState, Wish
from participation.models import Enrolment, EnrolmentState


@dataclass(frozen=True)
class OrganisationNominees:
    """How the places of an organisation stand: of so many nominated, so many placed, offered and waiting."""

    organisation: Organisation
    nominations: tuple[Nomination, ...]

    def count(self, *states: NominationState) -> int:
        """Return how many nominations are in one of the states."""
        return sum(nomination.state in states for nomination in self.nominations)

    @property
    def placed(self) -> int:
        """Return how many hold a place."""
        return self.count(NominationState.PLACED)

    @property
    def following(self) -> Nomination | None:
        """Return who of the organisation is next when one of its places comes free."""
        waiting = [nomination for nomination in self.nominations if nomination.state is NominationState.WAITING]
        return min(waiting, key=lambda nomination: (nomination.turn or 0, nomination.id), default=None)


def nominations_by_organisation(actor: Actor, session: TrainingSession) -> list[OrganisationNominees]:
    """Return the nominations that the actor may see, by organisation: all for the host, else the own ones."""
    is_host = session.host_id in actor.scope(Permission.PLAN_SESSIONS)
    return given_places(
        session, sa.true() if is_host else actor.scope(Permission.READ_NAMES).where(Nomination.organisation_id)
    )


def notes_to_host(session_id: int) -> list[tuple[Organisation, str]]:
    """Return what organisations wrote to the host beside their lists, by reading: for the host alone."""
    rows = db.session.execute(
        sa.select(Organisation, NominationList.note)
        .join(Organisation, Organisation.id == NominationList.organisation_id)
        .where(NominationList.session_id == session_id, NominationList.note != "")
        .order_by(Organisation.reading, Organisation.id)
    )
    return [(organisation, note) for organisation, note in rows]


def given_places(session: TrainingSession, whose: sa.ColumnElement[bool] | None = None) -> list[OrganisationNominees]:
    """Return the nominations of a session by organisation, the smallest size class first: of all, or of some."""
    rows = db.session.scalars(
        sa.select(Nomination)
        .join(Nomination.organisation)
        .options(joinedload(Nomination.staff), joinedload(Nomination.organisation))
        .where(Nomination.session_id == session.id, sa.true() if whose is None else whose)
        .order_by(Organisation.size_class, Organisation.code, Organisation.id, Nomination.position, Nomination.id)
    ).all()
    by_organisation: dict[int, list[Nomination]] = {}
    for row in rows:
        by_organisation.setdefault(row.organisation_id, []).append(row)
    return [OrganisationNominees(group[0].organisation, tuple(group)) for group in by_organisation.values()]


@dataclass(frozen=True)
class Own:
    """Where somebody stands with a session by nomination: wished, nominated, waiting at a number."""

    wish: Wish | None
    nomination: Nomination | None
    ahead: int = 0


def own_standing(actor: Actor, session: TrainingSession) -> Own:
    """Return where the actor stands with a session: wished, nominated, or waiting for a place that comes free."""
    mine = db.session.scalar(
        sa.select(Nomination).where(Nomination.session_id == session.id, Nomination.staff_id == actor.staff_id)
    )
    ahead = 0
    if mine and mine.state is NominationState.WAITING and mine.turn is not None:
        ahead = (
            db.session.scalar(
                sa.select(sa.func.count()).where(
                    Nomination.session_id == session.id,
                    Nomination.state == NominationState.WAITING,
                    Nomination.turn < mine.turn,
                )
            )
            or 0
        )
    wish = db.session.get(Wish, (session.id, actor.staff_id)) if session.is_by_nomination else None
    return Own(wish, mine, ahead)


def own_session(actor: Actor, session_id: int) -> TrainingSession:
    """Return a session that the actor may see, or takes part in or is nominated for whatever the organisation is now.

    Raises NotFoundError.
    """
    enrolled = sa.select(Enrolment.id).where(
        Enrolment.session_id == TrainingSession.id,
        Enrolment.staff_id == actor.staff_id,
        Enrolment.state != EnrolmentState.WITHDRAWN,
    )
    nominated = sa.select(Nomination.id).where(
        Nomination.session_id == TrainingSession.id, Nomination.staff_id == actor.staff_id
    )
    return session_for(actor, session_id, sa.or_(sa.exists(enrolled), sa.exists(nominated)))
