"""A session can be a draft that its host alone sees; who comes to one can be written to."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import joins, offered, session_of
from joint_sessions import decide, joint, nominate

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError

from people.models import Role

from courses.sessions import training_session
from courses.sessions.models import Meeting, TrainingSession
from courses.sessions.place import claim
from courses.sessions.session_state import SessionState, state_of
from courses.sessions.training_session import coming_sessions

from participation.mailing.still_true import still_true
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice


def sent(**more):
    day = clock.today() + dt.timedelta(days=30)
    return {
        "day": day.isoformat(), "starts_time": "14:00", "ends_time": "16:00", "place": "2階会議室", "capacity": "12", "minimum": "1",
        "giving": "nomination", "offer_days": "3", "audience": "all", "applications_open_on": clock.today().isoformat(),
        "applications_close_on": (day - dt.timedelta(days=5)).isoformat(), **more,
    }  # fmt: skip


def draft(office):
    """A draft of a joint session; returns its id."""
    answer = office.coordinator.browser().post("/studio/expert-collaboration/sessions/new", data=sent(draft="1"))
    assert answer.status_code == 302
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def found(session_id):
    return db.session.get_one(TrainingSession, session_id, populate_existing=True)


def told(person, kind=NoticeKind.MESSAGE):
    rows = sa.select(Notice).where(Notice.staff_id == person.staff_id, Notice.kind == kind)
    return db.session.scalars(rows.order_by(Notice.id)).all()


def test_a_draft_is_seen_by_its_host_alone(mizuho, hachioji, secretariat, client):
    session_id = draft(mizuho)
    assert state_of(found(session_id)) is SessionState.DRAFT
    address = f"/sessions/{session_id}"
    for other in (hachioji.coordinator, hachioji.staff, mizuho.staff, secretariat.secretary):
        assert other.browser().get(address).status_code == 404
        assert address not in other.browser().get("/courses/expert-collaboration").text
    assert client.get(address).status_code == 404
    assert "推薦の締切" not in hachioji.coordinator.browser().get("/office").text
    assert "推薦の締切" not in mizuho.coordinator.browser().get("/office").text
    page = mizuho.coordinator.browser().get(address).text
    assert "あなたの団体の研修担当だけに見えます" in page
    assert address in mizuho.coordinator.browser().get("/office/sessions").text
    assert [row.id for row in coming_sessions(offered("expert-collaboration").id, None)] == []


def test_nobody_takes_a_place_in_a_draft_or_nominates_for_it(mizuho, hachioji):
    session_id = draft(mizuho)
    for person in (mizuho.staff, mizuho.coordinator, hachioji.coordinator):
        person.browser().post(f"/sessions/{session_id}/enrol")
        person.browser().get(f"/office/nominations/{session_id}")
    assert found(session_id).taken == 0
    with pytest.raises(ConflictError, match="公開されていません"):
        claim(session_id)


def test_a_draft_is_changed_freely_published_and_then_seen(mizuho, hachioji):
    session_id, browser = draft(mizuho), mizuho.coordinator.browser()
    assert browser.post(f"/sessions/{session_id}/edit", data=sent(giving="first come", capacity="5")).status_code == 302
    assert hachioji.coordinator.browser().post(f"/sessions/{session_id}/publish").status_code == 404
    assert browser.post(f"/sessions/{session_id}/publish").status_code == 302
    assert state_of(found(session_id)) is SessionState.OPEN
    assert hachioji.staff.browser().get(f"/sessions/{session_id}").status_code == 200
    assert browser.post(f"/sessions/{session_id}/discard").status_code == 409, (
        "what is published is cancelled, not thrown away"
    )


def test_a_draft_whose_day_has_passed_is_not_published_as_it_is(mizuho, time):
    session_id = draft(mizuho)
    time.passes(days=40)
    page = mizuho.coordinator.browser()
    page.post(f"/sessions/{session_id}/publish")
    assert found(session_id).is_draft
    assert "過ぎています" in page.get(f"/sessions/{session_id}").text


def test_a_draft_is_thrown_away_with_all_that_hangs_on_it(mizuho):
    session_id = draft(mizuho)
    assert mizuho.coordinator.browser().post(f"/sessions/{session_id}/discard").status_code == 302
    assert db.session.get(TrainingSession, session_id) is None
    assert db.session.scalars(sa.select(Meeting.id).where(Meeting.session_id == session_id)).all() == []


def test_a_message_reaches_who_has_a_place_at_once_and_nobody_else(mizuho, hachioji):
    session = session_of("guideline-localize", mizuho)
    guest, other = hachioji.person(), hachioji.person()
    joins(guest, session)
    db.session.commit()
    browser = mizuho.coordinator.browser()
    address = f"/sessions/{session.id}/message"
    assert "席のある1人に" in browser.get(address).text
    assert browser.post(address, data={"words": ""}).status_code == 422
    assert browser.post(address, data={"words": "名札をお持ちください。"}).status_code == 302
    (notice,) = told(guest)
    assert "名札をお持ちください。" in notice.text
    assert notice.mail_at <= clock.now(), "at once"
    assert still_true([notice]) == {notice.id}
    assert told(other) == []
    assert hachioji.coordinator.browser().get(address).status_code == 404
    assert browser.post(address, data={"words": "もう一つ。"}).status_code == 302
    assert len(told(guest)) == 2


def test_a_message_can_go_to_who_waits_too(mizuho, hachioji, secretariat):
    session_id = joint(secretariat, capacity=1)
    nominate(mizuho, session_id, 1)
    waiting = nominate(hachioji, session_id, 1)
    decide(secretariat, session_id)
    browser = secretariat.person(Role.COORDINATOR).browser()
    people = {row.staff_id for row in db.session.execute(sa.text("SELECT staff_id FROM nomination"))}
    browser.post(f"/sessions/{session_id}/message", data={"words": "① 会場が近くなりました（～13時）。"})
    reached = db.session.scalars(sa.select(Notice.staff_id).where(Notice.kind == NoticeKind.MESSAGE)).all()
    assert len(people & set(reached)) == 1
    text = db.session.scalars(sa.select(Notice.text).where(Notice.kind == NoticeKind.MESSAGE).limit(1)).one()
    assert "① 会場が近くなりました（～13時）。" in text, "what cannot be called back goes out as it was written"
    browser.post(f"/sessions/{session_id}/message", data={"words": "席が増えるかもしれません。", "hoping": "y"})
    again = db.session.scalars(
        sa.select(Notice.staff_id).where(Notice.kind == NoticeKind.MESSAGE, Notice.text.contains("増える"))
    ).all()
    assert people <= set(again)
    assert waiting


def test_nobody_is_written_to_where_nobody_comes(mizuho):
    session = session_of("guideline-localize", mizuho)
    answer = mizuho.coordinator.browser().post(f"/sessions/{session.id}/message", data={"words": "だれか"})
    assert answer.status_code == 422
    assert "連絡する人がいません" in answer.text
    assert training_session.hosted(mizuho.coordinator.actor, session.id).taken == 0


def test_a_message_reaches_who_came_after_the_session_too_and_twice_is_once(mizuho, time):
    session, guest = session_of("guideline-localize", mizuho), mizuho.person()
    joins(guest, session)
    db.session.commit()
    time.passes(days=11)
    browser, address = mizuho.coordinator.browser(), f"/sessions/{session.id}/message"
    assert browser.post(address, data={"words": "アンケートのお願い"}).status_code == 302
    time.passes(minutes=1)
    again = browser.post(address, data={"words": "アンケートのお願い"})
    assert again.status_code == 422
    assert "すでに送っています" in again.text
    (notice,) = told(guest)
    assert still_true([notice]) == {notice.id}, "it is mailed"


def test_a_draft_is_in_no_calendar_and_is_not_counted_by_others(mizuho, hachioji, secretariat):
    session_id = draft(mizuho)
    assert mizuho.coordinator.browser().get(f"/sessions/{session_id}/calendar.ics").status_code == 404
    page = secretariat.secretary.browser().get("/studio/expert-collaboration/retire").text
    assert "これから開く開催回が" not in page
