"""The page of a session: which of its panels somebody sees, and what stands in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db
from kernel.secret import digest

from people.permission import Actor, Permission

from courses import completion_rule
from courses.sessions import audience
from courses.sessions.material import materials_of
from courses.sessions.session_state import SessionState, state_of
from courses.sessions.training_session import session_for_all

from participation import prerequisite, roster
from participation.attending import attendance
from participation.joint import exceptional_place, nominees, queueing
from participation.models import OPEN_STATES, Enrolment, EnrolmentState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courses.files.models import SessionMaterial
    from courses.sessions.models import Meeting, TrainingSession

    from participation.attending.attendance import Sheet
    from participation.joint.models import Nomination, Override
    from participation.joint.nominees import OrganisationNominees, Own
    from participation.prerequisite import FirstCourse


@dataclass(frozen=True)
class SessionPage:
    """What somebody sees of a session. `me` is the panel of the own place, by its name.

    `lacks` are the courses that come first, for a reader who has not completed them; `queue` are those who wait, for the host.
    """

    session: TrainingSession
    state: SessionState
    host: bool
    me: str
    place: Enrolment | None
    standing: Own | None
    attended: Sheet | None
    may_nominate: bool
    may_enrol_staff: bool
    results: Sequence[OrganisationNominees]
    own_results: Sequence[OrganisationNominees]
    overrides: Sequence[Override]
    roster: Sequence[Enrolment]
    lacks: Sequence[FirstCourse] = ()
    queue: Sequence[Nomination] = ()
    materials: Sequence[SessionMaterial] = ()

    @property
    def is_entitled(self) -> bool:
        """Tell whether link and notes are for this reader: who has a place, and the host."""
        return self.host or self.place is not None

    @property
    def names_others(self) -> bool:
        """Tell whether the names of people stand on it whose data are not the reader's own."""
        return bool(self.roster or self.own_results or self.queue)

    @property
    def offers(self) -> list[Nomination]:
        """Return the offers of a place to the reader's own people, of whom they may answer for."""
        return [one for row in self.own_results for one in row.nominations if one.state.is_offered]

    @property
    def shows_meetings(self) -> bool:
        """Tell whether the dates are a table of their own."""
        return self.host or len(self.session.meetings) > 1

    @property
    def shows_results(self) -> bool:
        """Tell whether there is a decision to read about."""
        return self.session.is_by_nomination and self.session.decided_at is not None

    @property
    def may_be_called_off(self) -> bool:
        """Tell whether so few come that the host may say that it is not run."""
        return (
            self.state.may_be_called_off and not self.state.is_allocating and self.session.taken < self.session.minimum
        )

    @property
    def audience(self) -> str:
        """Return whose staff may come, in words."""
        return audience.label(self.session)

    @property
    def rule(self) -> str:
        """Return when the course is completed, in words."""
        return completion_rule.sentence(self.session.edition)

    @property
    def seed_digest(self) -> str:
        """Return the digest by which the seed of the draw is fixed beforehand."""
        return digest(self.session.seed)

    def has_begun(self, meeting: Meeting) -> bool:
        """Tell whether attendance can be entered at a meeting."""
        return attendance.has_begun(meeting)


def page_of(actor: Actor, session_id: int) -> SessionPage:
    """Return what somebody sees of a session. Raises NotFoundError."""
    session = nominees.own_session(actor, session_id)
    state, is_host = state_of(session), roster.is_host(actor, session)
    place, elsewhere = _own_enrolments(actor, session)
    standing = nominees.own_standing(actor, session) if session.is_by_nomination or not state.is_open else None
    results = nominees.nominations_by_organisation(actor, session) if session.is_by_nomination else []
    own = [row for row in results if not is_host or actor.may(Permission.READ_NAMES, row.organisation.id)]
    may_be_marked = place is not None and any(map(attendance.has_begun, session.going_on)) and not session.is_off
    enrols = actor.may(Permission.ENROL_STAFF)
    may_nominate = enrols and session.is_by_nomination and state.takes_lists
    panel, course_id = _panel(session, state, place, elsewhere, standing), session.edition.course_id
    first = prerequisite.first_courses(course_id, actor.staff_id) if panel in {"apply", "full"} else []
    is_decided = session.is_by_nomination and session.decided_at is not None
    return SessionPage(
        session=session,
        state=state,
        host=is_host,
        me=panel,
        place=place,
        standing=standing,
        attended=attendance.own_sheet(session, place) if place and may_be_marked else None,
        may_nominate=may_nominate,
        may_enrol_staff=enrols and state.gives_places and not may_nominate,
        results=results,
        own_results=own,
        overrides=exceptional_place.overrides_of(session.id) if is_decided and (results or is_host) else [],
        roster=roster.roster(actor, session),
        lacks=[one for one in first if not one.is_done],
        materials=materials_for(actor, session, place),
        queue=queueing.waiting_in(session.id)
        if is_host and not session.is_by_nomination and state in {SessionState.FULL, SessionState.CLOSED}
        else (),
    )


def _own_enrolments(actor: Actor, session: TrainingSession) -> tuple[Enrolment | None, Enrolment | None]:
    """Return the enrolment by which somebody has, or had, a place in a session, and an open one in its course: one query."""
    is_here = Enrolment.session_id == session.id
    is_open = sa.and_(Enrolment.course_id == session.edition.course_id, Enrolment.state.in_(OPEN_STATES))
    rows = db.session.scalars(
        sa.select(Enrolment)
        .where(
            Enrolment.staff_id == actor.staff_id,
            sa.or_(sa.and_(is_here, Enrolment.state != EnrolmentState.WITHDRAWN), is_open),
        )
        .order_by(Enrolment.id.desc())
    ).all()
    place = next((row for row in rows if row.session_id == session.id), None)
    return place, next((row for row in rows if row.state.is_open), None)


def materials_for(actor: Actor, session: TrainingSession, place: Enrolment | None) -> list[SessionMaterial]:
    """Return the files of a session that somebody may have: the host all of them, who has a place those for who takes part."""
    is_host = roster.is_host(actor, session)
    return [row for row in materials_of(session.id) if is_host or not row.is_for_host] if is_host or place else []


def page_for_visitors(session_id: int) -> SessionPage:
    """Return what everybody may see of a session that is open to all. Raises NotFoundError for any other."""
    session = session_for_all(session_id)
    return SessionPage(
        session=session, state=state_of(session), host=False, me="visitor", place=None, standing=None, attended=None,
        may_nominate=False, may_enrol_staff=False, results=(), own_results=(), overrides=(), roster=(),
    )  # fmt: skip


def _stands_in_line(session: TrainingSession, state: SessionState, nomination: Nomination | None) -> bool:
    """Tell whether somebody is nominated, or waits where whoever comes first has a place."""
    if nomination is None or state.has_ended or state is SessionState.LAST_PLACES:
        return False
    return session.is_by_nomination or nomination.state.is_waiting


def _panel(
    session: TrainingSession,
    state: SessionState,
    place: Enrolment | None,
    elsewhere: Enrolment | None,
    mine: Own | None,
) -> str:
    """Return the panel that says where somebody stands and what can be done."""
    nomination = mine.nomination if mine else None
    for is_so, panel in (
        (place is not None, "placed"),
        (elsewhere is not None, "elsewhere"),
        (nomination is not None and nomination.state.is_offered, "offered"),
        (_stands_in_line(session, state, nomination), "nominated"),
        (session.edition.course.published_id is None, "retired"),
        (session.is_by_nomination and state.is_open, "wish"),
        (state.gives_places, "apply"),
        (state is SessionState.FULL, "full"),
        (state is SessionState.PLANNED, "planned"),
    ):
        if is_so:
            return panel
    return "closed"
