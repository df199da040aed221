"""The host's acts on a session: not run, closed, cancelled; and what they mean for its people."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import (
    Office,
    session_of,
)
from joint_sessions import SOON, decide, found, joint, nominate, states, withdraw

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError

from people.models import Role

from courses.sessions.models import Meeting
from courses.sessions.session_state import SessionState, state_of

from participation.hosting.call_off import call_off
from participation.joint.models import NominationState
from participation.models import Enrolment, EnrolmentCount, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice


def test_too_few_and_the_session_is_not_run(mizuho, secretariat):
    session_id = joint(secretariat, capacity=5, minimum=3)
    nominate(mizuho, session_id, 2)
    decide(secretariat, session_id)
    host = secretariat.person(Role.COORDINATOR).browser()
    assert "最少の人数は3人" in host.get(f"/sessions/{session_id}/call-off").text
    assert host.post(f"/sessions/{session_id}/call-off").status_code == 302
    assert state_of(found(session_id)) is SessionState.CALLED_OFF
    assert "不開催になりました" in mizuho.coordinator.browser().get(f"/sessions/{session_id}").text


def test_enough_and_it_cannot_be_called_off(mizuho, secretariat):
    session_id = joint(secretariat, capacity=5, minimum=2)
    nominate(mizuho, session_id, 2)
    decide(secretariat, session_id)
    with pytest.raises(ConflictError, match="最少の2人に達しています"):
        call_off(secretariat.coordinator.actor, session_id)


def test_a_session_is_closed_when_attendance_is_entered(mizuho, secretariat, monkeypatch):
    session_id = joint(secretariat, capacity=1)
    nominate(mizuho, session_id, 1)
    decide(secretariat, session_id)
    later = found(session_id).ends_at + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    host = secretariat.person(Role.COORDINATOR).browser()
    refused = host.post(f"/sessions/{session_id}/close")
    assert refused.headers["Location"] == f"/sessions/{session_id}/attendance", "one lands where it can be entered"
    assert "出欠が未入力の人が1人います" in host.get(host.get(refused.headers["Location"]).headers["Location"]).text
    assert "この会だけ中止する" not in host.get(f"/sessions/{session_id}").text
    mine = db.session.scalars(sa.select(Enrolment.id).where(Enrolment.session_id == session_id)).one()
    meeting_id = db.session.scalars(sa.select(Meeting.id).where(Meeting.session_id == session_id)).one()
    host.post(f"/meetings/{meeting_id}/attendance", data={f"presence-{mine}": "attended"})
    assert host.post(f"/sessions/{session_id}/close").status_code == 302
    assert state_of(found(session_id)) is SessionState.FINISHED


def test_a_cancelled_session_offers_nothing_any_more(mizuho, secretariat):
    session_id = joint(secretariat, capacity=1)
    people = nominate(mizuho, session_id, 2)
    decide(secretariat, session_id)
    withdraw(people[0], session_id)
    secretariat.person(Role.COORDINATOR).browser().post(f"/sessions/{session_id}/cancel", data={"reason": "台風"})
    assert states(session_id)[people[1].staff_id] is NominationState.EXPIRED
    assert found(session_id).taken == 0


def test_the_pages_of_a_session_do_not_grow_with_the_number_of_organisations(secretariat, queries):
    def asked(number):
        session_id = joint(secretariat, capacity=3)
        for code in ("133035", "132012", "132241", "131083", "133086", "134015")[:number]:
            nominate(Office.of(code), session_id, 2)
        host = secretariat.person(Role.COORDINATOR).browser()
        host.get(f"/sessions/{session_id}/allocation")
        queries.clear()
        host.get(f"/sessions/{session_id}/allocation")
        host.get(f"/sessions/{session_id}")
        return len(queries)

    assert asked(6) <= asked(1) <= 24


def test_a_session_that_is_not_run_asks_for_nothing_and_sets_its_people_free(mizuho, secretariat, monkeypatch):
    session_id = joint(secretariat, capacity=5, minimum=3)
    (person,) = nominate(mizuho, session_id, 1)
    decide(secretariat, session_id)
    hosting = secretariat.person(Role.COORDINATOR)
    hosting.browser().post(f"/sessions/{session_id}/call-off")
    assert "不開催になりました" in person.browser().get("/me").text
    later = found(session_id).starts_at + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    host = hosting.browser()
    assert "出欠の入力" not in host.get("/office").text
    mine = db.session.scalars(sa.select(Enrolment.id)).one()
    entered = {f"presence-{mine}": "attended"}
    meeting_id = db.session.scalars(sa.select(Meeting.id).where(Meeting.session_id == session_id)).one()
    assert host.post(f"/meetings/{meeting_id}/attendance", data=entered).status_code == 409
    assert person.browser().post(f"/enrolments/{mine}/withdraw").status_code == 409
    again = session_of("expert-collaboration", secretariat, starts_at=later + SOON, ends_at=later + SOON + dt.timedelta(hours=2),
                       applications_close_at=later + clock.DAY)  # fmt: skip
    assert person.browser().post(f"/sessions/{again.id}/enrol").status_code == 302


def test_nobody_needs_to_leave_a_cancelled_session_to_take_its_replacement(mizuho):
    session_id = session_of("guideline-localize", mizuho).id
    browser = mizuho.staff.browser()
    browser.post(f"/sessions/{session_id}/enrol")
    mizuho.coordinator.browser().post(f"/sessions/{session_id}/cancel", data={"reason": "大雪のため"})
    assert "大雪のため" in browser.get("/me").text
    assert db.session.scalars(sa.select(Enrolment.state)).one() is EnrolmentState.NOT_HELD
    assert found(session_id).taken == 0
    assert db.session.scalar(sa.select(sa.func.sum(EnrolmentCount.enrolled))) == 0
    again = session_of("guideline-localize", mizuho)
    assert browser.post(f"/sessions/{again.id}/enrol").status_code == 302


def test_a_retired_course_takes_nobody_new(mizuho, secretariat):
    session_id = session_of("guideline-localize", mizuho).id
    secretariat.secretary.browser().post(
        "/studio/guideline-localize/retire", data={"because": "新しい講座に替わりました。"}
    )
    assert "公開は終わりました" in mizuho.staff.browser().post(f"/sessions/{session_id}/enrol").text


def held_on(days, begins="14:00", ends="16:00"):
    day = clock.today() + dt.timedelta(days=days)
    return {"day": day.isoformat(), "starts_time": begins, "ends_time": ends, "place": "", "meeting_link": ""}


def test_a_meeting_that_is_added_later_is_told_and_counts(mizuho, secretariat):
    session_id = session_of("expert-collaboration", secretariat).id
    learner = mizuho.staff
    learner.browser().post(f"/sessions/{session_id}/enrol")
    host = secretariat.coordinator.browser()
    page = f"/sessions/{session_id}/meetings/new"
    assert host.post(page, data=held_on(40)).status_code == 302
    session = found(session_id)
    db.session.refresh(session, ["meetings"])
    assert len(session.meetings) == 2
    assert session.ends_at == max(meeting.ends_at for meeting in session.meetings)
    assert len({meeting.uid for meeting in session.meetings}) == 2, "a calendar has an entry for each"
    told = db.session.scalars(sa.select(Notice.staff_id).where(Notice.kind == NoticeKind.CHANGED)).all()
    assert learner.staff_id in told
    assert "全2回" in learner.browser().get(f"/sessions/{session_id}").text
    assert host.post(page, data=held_on(40, "15:00", "17:00")).status_code == 422, "at the same time as another one"
    assert host.post(page, data=held_on(-3)).status_code == 422
    assert host.post(page, data=held_on(41, "16:00", "14:00")).status_code == 422
    assert mizuho.coordinator.browser().post(page, data=held_on(50)).status_code == 404


def test_nothing_is_added_to_a_session_that_is_over_or_cancelled(secretariat):
    session_id = session_of("expert-collaboration", secretariat).id
    host = secretariat.coordinator.browser()
    host.post(f"/sessions/{session_id}/cancel", data={"reason": "講師の都合"})
    refused = host.post(f"/sessions/{session_id}/meetings/new", data=held_on(40))
    assert refused.status_code == 422
    assert "会を加えられません" in refused.text
