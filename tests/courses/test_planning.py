"""Sessions are planned, in one step or many, and change with what is true of them."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import (
    organisation_named,
    session_of,
)
from joint_sessions import decide, found, joint, nominate

from kernel import clock
from kernel.database import db

from courses.sessions.models import Audience, Meeting, TrainingSession
from courses.sessions.session_state import SessionState, state_of


def test_a_series_is_planned_in_one_step_and_one_meeting_is_moved_or_cancelled_alone(mizuho):
    browser, day = mizuho.coordinator.browser(), clock.today() + dt.timedelta(days=40)
    form = {
        "day": day.isoformat(), "starts_time": "14:00", "ends_time": "16:00", "meetings": "4", "weeks_between": "2", "place": "2階会議室",
        "capacity": "12", "minimum": "4", "giving": "nomination", "offer_days": "3", "audience": "prefecture", "prefectures": "東京都\n神奈川県",
        "lecturers": "青山 直子(講師)\n小林 結衣(司会)", "applications_open_on": clock.today().isoformat(),
        "applications_close_on": (day - dt.timedelta(days=10)).isoformat(),
    }  # fmt: skip
    answer = browser.post("/studio/community-salon/sessions/new", data=form)
    assert answer.status_code == 302, answer.text
    meetings = db.session.scalars(sa.select(Meeting).order_by(Meeting.starts_at)).all()
    days = [clock.local(meeting.starts_at).date() for meeting in meetings]
    assert days == [day + dt.timedelta(weeks=2 * number) for number in range(4)]
    third, fourth = meetings[2].id, meetings[3].id
    moved = {"day": (days[2] + clock.DAY).isoformat(), "starts_time": "10:00", "ends_time": "12:00", "place": "3階"}
    assert browser.post(f"/meetings/{third}/edit", data=moved).status_code == 302
    assert browser.post(f"/meetings/{fourth}/cancel", data={"reason": "講師の都合"}).status_code == 302
    page = browser.get(answer.location).text
    for words in ("全3回", "3階", "講師の都合", "青山 直子(講師)、小林 結衣(司会)", "東京都、神奈川県の団体"):
        assert words in page
    session = db.session.scalars(sa.select(TrainingSession)).one()
    assert clock.local(session.ends_at).date() == days[2] + clock.DAY


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"audience": "prefecture", "prefectures": ""}, "都道府県を一つ以上"),
        ({"audience": "prefecture", "prefectures": "東京府"}, "「東京府」という都道府県はありません"),
        ({"audience": "chosen", "organisations": "府中市"}, "都道府県名から入力"),
        ({"audience": "size"}, "規模を一つ以上"),
        ({"minimum": "13"}, "定員以下"),
    ],
)
def test_what_cannot_be_planned_is_told(mizuho, more, told):
    day = clock.today() + dt.timedelta(days=40)
    form = {
        "day": day.isoformat(), "starts_time": "14:00", "ends_time": "16:00", "place": "会議室", "capacity": "12", "giving": "nomination",
        "audience": "all", "applications_open_on": clock.today().isoformat(), "applications_close_on": (day - clock.DAY).isoformat(),
    }  # fmt: skip
    answer = mizuho.coordinator.browser().post("/studio/community-salon/sessions/new", data={**form, **more})
    assert answer.status_code == 422
    assert told in answer.text


def test_a_form_that_is_sent_twice_plans_one_session(mizuho):
    day = clock.today() + dt.timedelta(days=40)
    form = {
        "day": day.isoformat(), "starts_time": "14:00", "ends_time": "16:00", "place": "会議室", "capacity": "12", "giving": "first come",
        "minimum": "1", "offer_days": "3", "meetings": "1", "weeks_between": "1", "audience": "all",
        "applications_open_on": clock.today().isoformat(), "applications_close_on": (day - clock.DAY).isoformat(),
    }  # fmt: skip
    browser, page = mizuho.coordinator.browser(), "/studio/community-salon/sessions/new"
    past = {**form, "applications_open_on": "2026-04-01", "applications_close_on": "2026-04-02"}
    answer = browser.post(page, data=past)
    assert (answer.status_code, "受付の終わりが過ぎています" in answer.text) == (422, True)
    assert browser.post(page, data=form).status_code == 302
    again = browser.post(page, data=form)
    assert (again.status_code, "すでにあります" in again.text) == (422, True)
    assert browser.post(page, data={**form, "place": "会議室（第二組）"}).status_code == 302
    assert set(db.session.scalars(sa.select(TrainingSession.place))) == {"会議室", "会議室（第二組）"}


def test_a_session_for_small_offices_is_not_found_by_large_ones(mizuho, hachioji, secretariat):
    small = organisation_named(mizuho.name).size_class

    session_id = joint(secretariat, audience=Audience.SIZE, audience_sizes=small.value)
    assert mizuho.staff.browser().get(f"/sessions/{session_id}").status_code == 200
    assert hachioji.staff.browser().get(f"/sessions/{session_id}").status_code == 404


def test_the_state_follows_from_dates_and_acts(mizuho, secretariat):
    session_id = joint(secretariat, capacity=2)
    nominate(mizuho, session_id, 1)
    session = found(session_id)
    assert state_of(session, session.applications_open_at - clock.MOMENT) is SessionState.PLANNED
    assert state_of(session) is SessionState.OPEN
    assert state_of(session, session.applications_close_at) is SessionState.ALLOCATING
    decide(secretariat, session_id)
    session = found(session_id)
    assert state_of(session) is SessionState.CONFIRMED
    assert state_of(session, session.starts_at - dt.timedelta(days=7)) is SessionState.LAST_PLACES
    assert state_of(session, session.ends_at) is SessionState.HELD


def test_changing_a_session_shows_what_it_is(mizuho):
    session_id = session_of("guideline-localize", mizuho, place="3階会議室").id
    page = mizuho.coordinator.browser().get(f"/sessions/{session_id}/edit").text
    assert "3階会議室" in page
    assert '<option selected value="all">' in page
