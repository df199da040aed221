"""Where whoever comes first has a place and all are given, people wait in the order in which they came."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from at_once import at_once
from factories import joins, session_of
from joint_sessions import found, states, withdraw

from kernel.database import db

from people.models import Role

from participation import enrolment as enrolments
from participation.joint import queueing, waiting_list
from participation.joint.models import Nomination, NominationState
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

WAITING, OFFERED = NominationState.WAITING, NominationState.OFFERED


@pytest.fixture
def session_id(secretariat) -> int:
    return session_of("expert-collaboration", secretariat, capacity=1, offer_days=3).id


def takes(person, session_id):
    joins(person, found(session_id))
    db.session.commit()
    return person


def waits(person, session_id):
    answer = person.browser().post(f"/sessions/{session_id}/queue")
    assert answer.status_code == 302, answer.text
    return person


def nomination_of(person):
    return db.session.scalars(
        sa.select(Nomination.id).where(Nomination.staff_id == person.staff_id).execution_options(populate_existing=True)
    ).one()


def test_a_place_that_comes_free_is_offered_in_the_order_in_which_people_came(mizuho, hachioji, session_id):
    placed = takes(mizuho.person(), session_id)
    first, second = waits(hachioji.person(), session_id), waits(mizuho.person(), session_id)
    assert "あなたの前に1人います" in second.browser().get(f"/sessions/{session_id}").text
    withdraw(placed, session_id)
    assert states(session_id) == {first.staff_id: OFFERED, second.staff_id: WAITING}, "not the own office first"
    assert found(session_id).taken == 1
    assert second.browser().post(f"/sessions/{session_id}/enrol").status_code == 409, "what is offered is nobody else's"
    assert "空いた席をご案内しています" in first.browser().get(f"/sessions/{session_id}").text
    assert "席の案内への返事" in hachioji.coordinator.browser().get("/office").text
    told = db.session.scalars(sa.select(Notice.staff_id).where(Notice.kind == NoticeKind.OFFERED)).all()
    assert first.staff_id in told
    first.browser().post(f"/nominations/{nomination_of(first)}/accept")
    assert enrolments.place_in(session_id, first.staff_id) is not None
    assert found(session_id).taken == 1


def test_who_does_not_answer_is_passed_over_and_may_wait_anew_at_the_end(mizuho, session_id, time):
    placed = takes(mizuho.person(), session_id)
    first, second = waits(mizuho.person(), session_id), waits(mizuho.person(), session_id)
    withdraw(placed, session_id)
    time.passes(days=4)
    assert session_id in waiting_list.due()
    waiting_list.rebalance(session_id)
    db.session.commit()
    assert states(session_id) == {first.staff_id: NominationState.EXPIRED, second.staff_id: OFFERED}
    waits(first, session_id)
    turns = dict(db.session.execute(sa.select(Nomination.staff_id, Nomination.turn)).all())
    assert turns[first.staff_id] > turns[second.staff_id]


def test_more_places_go_to_those_who_wait(mizuho, secretariat, session_id):
    takes(mizuho.person(), session_id)
    first, second = waits(mizuho.person(), session_id), waits(mizuho.person(), session_id)
    found(session_id).capacity = 3
    db.session.commit()
    waiting_list.rebalance(session_id)
    db.session.commit()
    assert states(session_id) == {first.staff_id: OFFERED, second.staff_id: OFFERED}
    assert found(session_id).taken == 3


def test_nobody_waits_where_there_is_a_place_or_twice_or_in_a_joint_session(mizuho, secretariat, session_id):
    person = mizuho.person()
    browser, page = person.browser(), f"/sessions/{session_id}/queue"
    assert browser.post(page).status_code == 409
    holder = takes(mizuho.person(), session_id)
    assert "順番を待つ" in browser.get(f"/sessions/{session_id}").text
    assert browser.post(page).status_code == 302
    assert browser.post(page).status_code == 409
    assert holder.browser().post(page).status_code == 409, "who has a place needs none"
    assert "順番を待っている人" in secretariat.coordinator.browser().get(f"/sessions/{session_id}").text
    assert person.name not in mizuho.person().browser().get(f"/sessions/{session_id}").text


def test_who_stops_waiting_is_offered_nothing(mizuho, session_id):
    placed, person = takes(mizuho.person(), session_id), mizuho.person()
    waits(person, session_id)
    assert person.browser().post(f"/nominations/{nomination_of(person)}/withdraw").status_code == 302
    withdraw(placed, session_id)
    assert states(session_id) == {person.staff_id: NominationState.WITHDRAWN}
    assert found(session_id).taken == 0
    assert person.browser().post(f"/sessions/{session_id}/enrol").status_code == 302, "the place is open again"


def test_who_wait_are_told_that_the_session_is_cancelled(mizuho, secretariat, session_id):
    takes(mizuho.person(), session_id)
    person = waits(mizuho.person(), session_id)
    secretariat.coordinator.browser().post(f"/sessions/{session_id}/cancel", data={"reason": "講師の都合です"})
    told = db.session.scalars(sa.select(Notice.staff_id).where(Notice.kind == NoticeKind.CANCELLED)).all()
    assert person.staff_id in told


def test_a_place_is_offered_until_the_session_begins(mizuho, session_id, time):
    placed, person = takes(mizuho.person(), session_id), mizuho.person()
    waits(person, session_id)
    time.passes(days=9)
    withdraw(placed, session_id)
    row = db.session.get_one(Nomination, nomination_of(person))
    assert (row.state, row.answer_by) == (OFFERED, found(session_id).starts_at)
    time.passes(days=2)
    assert session_id in waiting_list.due()
    waiting_list.rebalance(session_id)
    db.session.commit()
    assert states(session_id) == {person.staff_id: NominationState.EXPIRED}


def test_many_who_come_at_once_wait_each_at_a_turn_of_their_own(app, mizuho, session_id):
    takes(mizuho.person(), session_id)
    actors = [mizuho.person().actor for _number in range(6)]
    db.session.commit()
    at_once(app, *(lambda actor=actor: queueing.queue(actor, session_id) for actor in actors))
    db.session.expire_all()
    turns = db.session.scalars(sa.select(Nomination.turn).where(Nomination.session_id == session_id)).all()
    assert sorted(turns) == list(range(1, 7))
    assert found(session_id).taken == 1


def test_who_is_offered_a_place_and_applies_takes_that_one(mizuho, session_id):
    placed, person = takes(mizuho.person(), session_id), mizuho.person()
    waits(person, session_id)
    withdraw(placed, session_id)
    found(session_id).capacity = 5
    db.session.commit()
    assert person.browser().post(f"/sessions/{session_id}/enrol").status_code == 302
    assert states(session_id) == {person.staff_id: NominationState.PLACED}
    assert found(session_id).taken == 1


def test_who_is_offered_a_place_a_second_time_is_told_a_second_time(mizuho, secretariat, time):
    """Both offers end with the beginning of the session, and are two offers all the same."""
    session_id = session_of("expert-collaboration", secretariat, capacity=1, offer_days=14).id
    placed, person = takes(mizuho.person(), session_id), waits(mizuho.person(), session_id)
    withdraw(placed, session_id)
    person.browser().post(f"/nominations/{nomination_of(person)}/decline")
    again = takes(mizuho.person(), session_id)
    waits(person, session_id)
    time.passes(minutes=5)
    withdraw(again, session_id)
    assert states(session_id)[person.staff_id] is OFFERED
    told = sa.select(Notice.id).where(Notice.kind == NoticeKind.OFFERED, Notice.staff_id == person.staff_id)
    assert len(db.session.scalars(told).all()) == 2


def test_the_host_sees_who_waits_also_after_applications_have_closed(mizuho, secretariat, session_id, time):
    takes(mizuho.person(), session_id)
    person = waits(mizuho.person(), session_id)
    time.passes(days=9, hours=20)
    shown = secretariat.person(Role.COORDINATOR).browser().get(f"/sessions/{session_id}").text
    assert person.name in shown
