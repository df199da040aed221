"""A place that becomes free goes on, in order, to whoever waits."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from factories import (
    membership,
    organisation_named,
    session_of,
)
from joint_sessions import decide, enrolled, found, joint, nominate, states, withdraw

from kernel import clock
from kernel.database import db

from people.models import Role

from courses.sessions.models import Audience

from participation.joint import waiting_list
from participation.joint.models import Nomination, NominationState
from participation.models import Enrolment


def test_a_freed_place_is_offered_to_the_same_organisation_then_to_all_in_order(mizuho, hachioji, secretariat):
    session_id = joint(secretariat, capacity=2)
    mine, theirs = nominate(mizuho, session_id, 2), nominate(hachioji, session_id, 3)
    decide(secretariat, session_id)
    assert enrolled(session_id) == {mine[0].staff_id, theirs[0].staff_id}
    withdraw(theirs[0], session_id)
    assert states(session_id)[theirs[1].staff_id] is NominationState.OFFERED
    assert found(session_id).taken == 2
    browser = theirs[1].browser()
    assert "空いた席をご案内しています" in browser.get(f"/sessions/{session_id}").text
    offered = db.session.scalars(sa.select(Nomination.id).where(Nomination.staff_id == theirs[1].staff_id)).one()
    browser.post(f"/nominations/{offered}/decline")
    now_offered = [id_ for id_, state in states(session_id).items() if state is NominationState.OFFERED]
    turns = dict(db.session.execute(sa.select(Nomination.staff_id, Nomination.turn)).all())
    waiting_then = {mine[1].staff_id: turns[mine[1].staff_id], theirs[2].staff_id: turns[theirs[2].staff_id]}
    assert now_offered == [min(waiting_then, key=waiting_then.get)]


def test_an_offer_that_nobody_answers_goes_on_to_the_next(mizuho, secretariat, monkeypatch):
    session_id = joint(secretariat, capacity=1, offer_days=2)
    people = nominate(mizuho, session_id, 3)
    decide(secretariat, session_id)
    withdraw(people[0], session_id)
    later = clock.now() + dt.timedelta(days=2, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert waiting_list.due() == [session_id]
    waiting_list.rebalance(session_id)
    db.session.commit()
    assert states(session_id)[people[1].staff_id] is NominationState.EXPIRED
    assert states(session_id)[people[2].staff_id] is NominationState.OFFERED
    row = db.session.scalars(sa.select(Nomination.id).where(Nomination.staff_id == people[1].staff_id)).one()
    assert people[1].browser().post(f"/nominations/{row}/accept").status_code == 409


def test_from_the_seventh_day_before_free_places_are_open_to_everybody_entitled(
    mizuho, hachioji, secretariat, monkeypatch
):
    session_id = joint(secretariat, capacity=1)
    people = nominate(mizuho, session_id, 1)
    decide(secretariat, session_id)
    withdraw(people[0], session_id)
    assert "空いた席は、開催の7日前から先着順" in hachioji.staff.browser().post(f"/sessions/{session_id}/enrol").text
    later = found(session_id).starts_at - dt.timedelta(days=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert hachioji.staff.browser().post(f"/sessions/{session_id}/enrol").status_code == 302
    assert enrolled(session_id) == {hachioji.staff.staff_id}


def test_more_places_go_to_those_who_wait_and_take_none_away(mizuho, secretariat):
    session_id = joint(secretariat, capacity=1)
    people = nominate(mizuho, session_id, 3)
    decide(secretariat, session_id)
    day = clock.local(found(session_id).applications_open_at).date()
    form = {
        "place": "会議室", "audience": "all", "giving": "nomination", "offer_days": "3", "minimum": "1",
        "applications_open_on": day.isoformat(), "applications_close_on": clock.today().isoformat(),
    }  # fmt: skip
    host = secretariat.person(Role.COORDINATOR).browser()
    assert host.post(f"/sessions/{session_id}/edit", data={**form, "capacity": "2"}).status_code == 302
    assert states(session_id)[people[0].staff_id] is NominationState.PLACED
    assert states(session_id)[people[1].staff_id] is NominationState.OFFERED
    refused = host.post(f"/sessions/{session_id}/edit", data={**form, "capacity": "1"})
    assert "すでに2人に席がある" in refused.text


def test_a_colleague_takes_the_place_in_one_step(mizuho, hachioji, secretariat):
    session_id = joint(secretariat, capacity=1)
    (person,) = nominate(mizuho, session_id, 1)
    decide(secretariat, session_id)
    mine = db.session.scalars(sa.select(Enrolment.id).where(Enrolment.session_id == session_id)).one()
    browser = mizuho.coordinator.browser()
    assert (
        mizuho.staff.name in browser.get(f"/enrolments/{mine}/substitute", query_string={"q": mizuho.staff.name}).text
    )
    assert browser.post(f"/enrolments/{mine}/substitute/{hachioji.staff.membership_id}").status_code == 404
    assert browser.post(f"/enrolments/{mine}/substitute/{mizuho.staff.membership_id}").status_code == 302
    assert enrolled(session_id) == {mizuho.staff.staff_id}
    assert found(session_id).taken == 1
    assert states(session_id) == {
        person.staff_id: NominationState.WITHDRAWN, mizuho.staff.staff_id: NominationState.PLACED,
    }  # fmt: skip


def test_the_worker_moves_expired_offers_on(app, mizuho, secretariat, monkeypatch):
    session_id = joint(secretariat, capacity=1, offer_days=1)
    people = nominate(mizuho, session_id, 3)
    decide(secretariat, session_id)
    withdraw(people[0], session_id)
    later = clock.now() + dt.timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    db.session.remove()
    answer = app.test_cli_runner().invoke(args=["participation", "rebalance"])
    assert "1 sessions rebalanced" in answer.output
    assert states(session_id)[people[2].staff_id] is NominationState.OFFERED


def test_who_moved_away_still_finds_the_session_with_the_place(mizuho, hachioji, secretariat):
    session_id = session_of(
        "expert-collaboration", secretariat, audience=Audience.CHOSEN, chosen=[organisation_named(mizuho.name)]
    ).id
    mover = mizuho.person()
    browser = mover.browser()
    assert "瑞穂町" in browser.get(f"/sessions/{session_id}").text
    browser.post(f"/sessions/{session_id}/enrol")
    assert hachioji.staff.browser().get(f"/sessions/{session_id}").status_code == 404
    membership(mover).left_on = clock.today()
    db.session.commit()
    assert browser.get(f"/sessions/{session_id}").status_code == 200
    mine = db.session.scalars(sa.select(Enrolment.id)).one()
    assert browser.post(f"/enrolments/{mine}/withdraw").status_code == 302
    assert browser.get(f"/sessions/{session_id}").status_code == 404


def test_a_list_can_be_enrolled_in_the_last_days_and_not_before(mizuho, secretariat, monkeypatch):
    session_id = joint(secretariat, capacity=2)
    browser, address = mizuho.coordinator.browser(), f"/office/enrol/expert-collaboration?session={session_id}"
    assert "団体の推薦で席を決めます" in browser.post(address, data={"text": mizuho.staff.number}).text
    nominate(mizuho, session_id, 1)
    decide(secretariat, session_id)
    later = found(session_id).starts_at - dt.timedelta(days=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = mizuho.coordinator.browser().post(address, data={"text": mizuho.staff.number, "enrol": "1"})
    assert "1人の受講を申し込みました" in answer.text
