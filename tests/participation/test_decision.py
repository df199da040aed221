"""The decision on a joint session: explained to each, replayed from what was stored, with exceptions that are shown."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from factories import (
    session_of,
)
from joint_sessions import close_applications, decide, enrolled, found, joint, nominate, states, withdraw

from kernel.database import db
from kernel.errors import ConflictError
from kernel.secret import digest

from people.models import Role

from courses.sessions import training_session

from participation.joint import decision, exceptional_place
from participation.joint.models import Allocation, Nomination, NominationState, Override
from participation.models import Enrolment


def test_the_decision_is_explained_to_each_and_replayed_from_what_was_stored(
    app, mizuho, hachioji, secretariat, tmp_path
):
    session_id = joint(secretariat, capacity=4)
    small, large = nominate(mizuho, session_id, 2), nominate(hachioji, session_id, 5)
    host = secretariat.person(Role.COORDINATOR).browser()
    seed = found(session_id).seed
    before = mizuho.coordinator.browser().get(f"/sessions/{session_id}").text
    assert digest(seed) in before
    assert seed not in before
    close_applications(session_id)
    assert "この内容で割当を決定する" in host.get(f"/sessions/{session_id}/allocation").text
    assert host.post(f"/sessions/{session_id}/allocation/decide").status_code == 302
    assert enrolled(session_id) == {small[0].staff_id, small[1].staff_id, large[0].staff_id, large[1].staff_id} or (
        len(enrolled(session_id)) == 4
    )
    page = hachioji.coordinator.browser().get(f"/sessions/{session_id}").text
    assert "5人を推薦し、" in page
    assert seed in page
    assert small[0].name not in page
    assert "規模の小さい団体から順に一席ずつ" in page
    stored = db.session.get_one(Allocation, session_id)
    file = tmp_path / "call.json"
    file.write_bytes(hachioji.coordinator.browser().get(f"/sessions/{session_id}/allocation.json").data)
    replayed = app.test_cli_runner().invoke(args=["participation", "allocate", str(file)])
    assert json.loads(replayed.output) == stored.result


def test_who_takes_the_course_meanwhile_is_left_out(mizuho, secretariat):
    session_id = joint(secretariat)
    first, second = nominate(mizuho, session_id, 2)
    other = session_of("expert-collaboration", secretariat)
    first.browser().post(f"/sessions/{other.id}/enrol")
    decide(secretariat, session_id)
    assert enrolled(session_id) == {second.staff_id}


def test_nobody_decides_twice_or_too_early(mizuho, secretariat):
    session_id = joint(secretariat)
    nominate(mizuho, session_id, 1)
    with pytest.raises(ConflictError, match="受付が終わってから"):
        decision.decide(secretariat.coordinator.actor, session_id)
    db.session.rollback()
    decide(secretariat, session_id)
    with pytest.raises(ConflictError, match="開催決定"):
        decision.decide(secretariat.coordinator.actor, session_id)


def test_going_without_weighs_in_the_next_session(mizuho, hachioji, secretariat):
    for _session in range(2):
        session_id = joint(secretariat, capacity=1)
        nominate(mizuho, session_id, 1)
        nominate(hachioji, session_id, 1)
        decide(secretariat, session_id)
    session_id = joint(secretariat, capacity=3)
    nominate(mizuho, session_id, 3)
    nominate(hachioji, session_id, 3)
    session = training_session.lock(session_id)
    call = decision.call_of(session, decision.standing(session))
    weights = {one.code: one.weight for one in call.organisations}
    assert weights == {mizuho.code: 1, hachioji.code: 2}
    decide(secretariat, session_id)
    page = secretariat.coordinator.browser().get(f"/sessions/{session_id}/allocation").text
    assert '<td class="number" data-label="重み">2.00</td>' in page
    placed = [staff_id for staff_id, state in states(session_id).items() if state is NominationState.PLACED]
    assert len(placed) == 3


def test_an_exception_needs_a_reason_and_is_shown_as_such(mizuho, secretariat):
    session_id = joint(secretariat, capacity=1)
    first, second = nominate(mizuho, session_id, 2)
    decide(secretariat, session_id)
    ids = dict(db.session.execute(sa.select(Nomination.staff_id, Nomination.id)).all())
    host = secretariat.person(Role.COORDINATOR).browser()
    form = {"nomination_id": ids[second.staff_id], "instead_of_id": ids[first.staff_id]}
    address = f"/sessions/{session_id}/allocation/override"
    assert host.post(address, data={**form, "reason": " "}).status_code == 422
    full = host.post(address, data={**form, "instead_of_id": 0, "reason": "講師からの指名"})
    assert "空いている席がありません" in full.text
    assert host.post(address, data={**form, "reason": "講師からの指名"}).status_code == 302
    assert enrolled(session_id) == {second.staff_id}
    assert states(session_id)[first.staff_id] is NominationState.WAITING
    assert db.session.scalars(sa.select(Override.reason)).all() == ["講師からの指名"]
    assert (
        "きまりによらない席が一つあります。理由：講師からの指名"
        in mizuho.coordinator.browser().get(f"/sessions/{session_id}").text
    )


def test_who_loses_a_place_by_an_exception_is_offered_one_that_is_free(mizuho, secretariat):
    session_id = joint(secretariat, capacity=2)
    first, second = nominate(mizuho, session_id, 2)
    decide(secretariat, session_id)
    ids = {row.staff_id: row.id for row in db.session.execute(sa.select(Nomination.staff_id, Nomination.id))}
    withdraw(first, session_id)
    db.session.execute(
        sa.update(Nomination).where(Nomination.id == ids[first.staff_id]).values(state=NominationState.DECLINED)
    )
    command = exceptional_place.GivePlace(ids[first.staff_id], ids[second.staff_id], "理由")
    exceptional_place.override(secretariat.coordinator.actor, session_id, command)
    assert states(session_id)[second.staff_id] is NominationState.OFFERED


def test_who_is_left_out_of_the_decision_can_still_stand_in(mizuho, secretariat):
    session_id = joint(secretariat, capacity=1)
    placed, busy = nominate(mizuho, session_id, 2)
    other = session_of("expert-collaboration", secretariat)
    busy.browser().post(f"/sessions/{other.id}/enrol")
    decide(secretariat, session_id)
    assert states(session_id) == {placed.staff_id: NominationState.PLACED, busy.staff_id: NominationState.WITHDRAWN}
    assert "割当の対象になりませんでした" in mizuho.coordinator.browser().get(f"/sessions/{session_id}").text
    ids = db.session.execute(sa.select(Enrolment.staff_id, Enrolment.id)).all()
    mine = {row.staff_id: row.id for row in ids}
    busy.browser().post(f"/enrolments/{mine[busy.staff_id]}/withdraw")
    page = f"/enrolments/{mine[placed.staff_id]}/substitute"
    assert busy.name in mizuho.coordinator.browser().get(page, query_string={"q": busy.name}).text
    mizuho.coordinator.browser().post(f"{page}/{busy.membership_id}")
    assert enrolled(session_id) == {busy.staff_id}


def test_a_host_whose_size_nobody_knows_takes_no_turn_before_a_town(mizuho, secretariat):
    session_id = joint(mizuho, capacity=1)
    nominate(secretariat, session_id, 1)
    nominate(mizuho, session_id, 1)
    close_applications(session_id)
    decide(mizuho, session_id)
    placed = db.session.scalars(sa.select(Enrolment.organisation_id).where(Enrolment.session_id == session_id)).all()
    assert placed == [mizuho.id]
