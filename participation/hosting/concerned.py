"""Whom a change of a session concerns, and how they are told: who has a place or hopes for one, and their coordinators.

Who has no address is reached through the coordinators, whose sentence says how many those are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from people.models import Staff

from courses.sessions import training_session

from participation.joint.models import HOPING, Nomination, Wish
from participation.models import UNCOUNTED, Enrolment
from participation.notices.kinds import NoticeKind
from participation.notices.telling import Tell, coordinators_of, tell

if TYPE_CHECKING:
    from collections.abc import Iterator


def tell_changed(session_id: int, text: str) -> None:
    """Tell everybody concerned that a session is held otherwise."""
    _tell(session_id, NoticeKind.CHANGED, text, clock.now().isoformat(), reach(session_id))


def tell_cancelled(session_id: int, text: str) -> None:
    """Tell everybody concerned that a session is not held."""
    _tell(session_id, NoticeKind.CANCELLED, text, "", reach(session_id))


def tell_message(session_id: int, text: str, about: str, *, hoping: bool) -> int:
    """Tell who comes to a session, and perhaps who hopes to, what the host writes; return how many were told."""
    return _tell(session_id, NoticeKind.MESSAGE, text, about, reach(session_id, hoping=hoping))


def _tell(session_id: int, kind: NoticeKind, text: str, about: str, concerned: dict[int, tuple[int, bool]]) -> int:
    session = training_session.lock(session_id)
    told = {staff_id: Tell(kind, staff_id, text, about) for staff_id in concerned}
    for staff_id, more in _for_coordinators(concerned):
        told.setdefault(staff_id, Tell(kind, staff_id, f"{text}{more}", about))
    return tell(session, session.edition.title, told.values())


def reach(session_id: int, *, hoping: bool = True) -> dict[int, tuple[int, bool]]:
    """Return who has a place in a session or hopes for one: by person, the organisation and whether there is an address to write to."""
    parts = [
        sa.select(Enrolment.staff_id, Enrolment.organisation_id).where(
            Enrolment.session_id == session_id, Enrolment.state.not_in(UNCOUNTED)
        ),
        sa.select(Nomination.staff_id, Nomination.organisation_id).where(
            Nomination.session_id == session_id, Nomination.state.in_(HOPING)
        ),
        sa.select(Wish.staff_id, Wish.organisation_id).where(Wish.session_id == session_id),
    ]
    people = sa.union(*(parts if hoping else parts[:1])).subquery()
    rows = db.session.execute(
        sa.select(people.c.staff_id, people.c.organisation_id, Staff.email.is_not(None)).join(
            Staff, Staff.id == people.c.staff_id
        )
    )
    return {staff_id: (organisation_id, has_address) for staff_id, organisation_id, has_address in rows}


def _for_coordinators(concerned: dict[int, tuple[int, bool]]) -> Iterator[tuple[int, str]]:
    for organisation_id, coordinators in coordinators_of({office for office, _has in concerned.values()}).items():
        own = [has_address for office, has_address in concerned.values() if office == organisation_id]
        without = own.count(False)
        more = f"\n自団体の{len(own)}人が関係します。"
        if without:
            more += f"うち{without}人はメールアドレスがないため、研修担当からお知らせください。"
        for staff_id in coordinators:
            yield staff_id, more
