"""Settling (異動・退職の日の席): on the day, what hangs on those who leave is given up, or goes along with them.

What is to become of each is said by `parting`; who leaves without a day, because they were entered by mistake, gives up all at once.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import commit_part, db, slices
from kernel.errors import RefusalError

from people import audit
from people.act import Act
from people.membership import is_current
from people.models import Membership

from courses.sessions import place
from courses.sessions.audience import is_open_to
from courses.sessions.session_state import SessionState, state_of
from courses.sessions.training_session import lock

from participation import withdrawal
from participation.joint import waiting_list
from participation.joint.models import HOPING, Nomination, NominationState, Wish
from participation.models import Enrolment, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.telling import Tell, tell
from participation.parting import Hanging, hanging_on

if TYPE_CHECKING:
    from courses.sessions.models import TrainingSession

LOOKED_BACK = dt.timedelta(days=60)
"""For how long after the day a worker that did not run still does what was due."""
PART = 100
GIVEN_UP = "所属が変わったため、この開催回の席・推薦を取りやめました。もう一度申し込むときは、いまの団体の研修担当に相談してください。"


def settle() -> int:
    """Do what is due for those who have left by today, each by itself; return how many. The worker's daily task."""
    today = clock.today()
    over = sa.and_(Membership.left_on <= today, Membership.left_on > today - LOOKED_BACK)
    done = 0
    ids = db.session.scalars(sa.select(Membership.id).where(over, _has_something()).order_by(Membership.id)).all()
    for one in (one for part in slices(ids, PART) for one in hanging_on(Membership.id.in_(part))):
        with (
            contextlib.suppress(RefusalError),
            db.session.begin_nested(),
        ):  # what one has begun meanwhile stops nobody else
            done += _settle(one)
        commit_part()
    return done


def _has_something() -> sa.ColumnElement[bool]:
    """Return the condition that somebody who left has a place, or hopes for one, for the organisation that they left."""
    place = sa.exists().where(
        Enrolment.staff_id == Membership.staff_id, Enrolment.organisation_id == Membership.organisation_id,
        Enrolment.state == EnrolmentState.ENROLLED, Enrolment.session_id.is_not(None),
    )  # fmt: skip
    hope = sa.exists().where(
        Nomination.staff_id == Membership.staff_id, Nomination.organisation_id == Membership.organisation_id,
        Nomination.state.in_(HOPING),
    )  # fmt: skip
    return sa.or_(place, hope)


def _settle(one: Hanging) -> bool:
    session = lock(one.session.id)
    if session.starts_at <= clock.now():
        return False
    if not one.parting.is_given_up:
        return one.nomination is not None and _hand_on(one, session)
    _give_up(one, session)
    return True


def give_up_all(staff_id: int) -> None:
    """Give up all that somebody who leaves at once has in sessions to come, whatever was decided of it."""
    for one in hanging_on(Membership.staff_id == staff_id):
        _give_up(one, lock(one.session.id))


def _give_up(one: Hanging, session: TrainingSession) -> None:
    staff_id, organisation_id = one.membership.staff_id, one.membership.organisation_id
    if one.enrolment:
        withdrawal.withdraw(None, one.enrolment)
    elif one.nomination and one.nomination.state is NominationState.NOMINATED:
        db.session.delete(one.nomination)
    elif one.nomination:
        held = one.nomination.state is NominationState.OFFERED
        one.nomination.state, one.nomination.answer_by = NominationState.WITHDRAWN, None
        if held:
            place.give_back(session)
        db.session.flush()
        waiting_list.rebalance(session.id, freed_by=organisation_id)
    wishes = sa.and_(Wish.session_id == session.id, Wish.staff_id == staff_id, Wish.organisation_id == organisation_id)
    db.session.execute(sa.delete(Wish).where(wishes))
    audit.record(
        None, Act.WITHDRAWN, f"{one.membership.staff.name}:{session.edition.title}", organisation_id=organisation_id,
        session=session.id,
    )  # fmt: skip
    tell(session, session.edition.title, [Tell(NoticeKind.PARTED, staff_id, GIVEN_UP, clock.today().isoformat())])
    db.session.flush()


def _hand_on(one: Hanging, session: TrainingSession) -> bool:
    """Let a nomination stand at the end of the list of the organisation to which somebody has moved, where it takes nominations."""
    nomination = one.nomination
    present = db.session.scalars(
        sa.select(Membership.organisation_id).where(Membership.staff_id == one.membership.staff_id, is_current())
    ).all()
    there = next((id_ for id_ in present if is_open_to(id_, session)), None)
    if nomination is None or there is None or there == nomination.organisation_id:
        return False
    if state_of(session) is not SessionState.OPEN:
        return False
    last = db.session.scalar(
        sa.select(sa.func.max(Nomination.position)).where(
            Nomination.session_id == session.id, Nomination.organisation_id == there
        )
    )
    nomination.organisation_id, nomination.position = there, (last or 0) + 1
    audit.record(None, Act.NOMINATED, one.membership.staff.name, organisation_id=there, session=session.id)
    db.session.flush()
    return True
