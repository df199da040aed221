"""The sessions of an office: those it holds, those it may nominate for, those to which its staff go; and one that is like another."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from factories import joins, session_of
from joint_sessions import joint

from kernel import clock
from kernel.database import db

from courses.sessions.models import TrainingSession

from front.office.month import month_of
from front.office.sessions import Which, sessions_of


def listed(office, which):
    return [row.session.id for row in sessions_of(office.coordinator.actor, which, 1).rows]


def test_each_office_finds_the_sessions_that_concern_it(app, mizuho, hachioji):
    session = session_of("guideline-localize", mizuho, capacity=5)
    joins(hachioji.person(), session)
    db.session.commit()
    assert session.id in listed(mizuho, Which.COMING)
    assert session.id not in listed(mizuho, Which.OF_STAFF)
    assert session.id in listed(hachioji, Which.OF_STAFF)
    assert session.id not in listed(hachioji, Which.COMING)
    page = hachioji.coordinator.browser().get("/office/sessions?which=of staff").text
    assert "1人／5人" in page


def test_what_has_been_held_stands_under_what_was_held(app, mizuho, time):
    session = session_of("guideline-localize", mizuho)
    db.session.commit()
    time.passes(days=200)
    assert session.id in listed(mizuho, Which.HELD)
    assert session.id not in listed(mizuho, Which.COMING)


def test_a_joint_session_is_to_be_nominated_for_while_it_is_open(app, mizuho, hachioji):
    session_id = joint(mizuho, capacity=4)
    db.session.commit()
    assert session_id in listed(hachioji, Which.TO_NOMINATE)


@pytest.mark.parametrize("which", [*(one.value for one in Which), "no such", ""])
def test_no_list_breaks(app, mizuho, which):
    assert mizuho.coordinator.browser().get(f"/office/sessions?which={which}&page=9").status_code == 200
    assert mizuho.staff.browser().get(f"/office/sessions?which={which}").status_code == 404


def test_a_session_like_another_asks_for_its_days_only(app, mizuho, hachioji):
    begins = clock.at(clock.today() + dt.timedelta(days=10), dt.time(14))
    session = session_of(
        "guideline-localize",
        mizuho,
        capacity=17,
        place="三階の会議室",
        starts_at=begins,
        ends_at=begins + dt.timedelta(hours=2),
    )
    db.session.commit()
    browser = mizuho.coordinator.browser()
    address = f"/studio/guideline-localize/sessions/new?like={session.id}"
    page = browser.get(address).text
    assert "前の開催回から写しました" in page
    fields = {
        name: html.unescape(value) for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    }
    assert (fields["capacity"], fields["place"]) == ("17", "三階の会議室")
    assert fields["day"] == ""
    day = clock.today() + dt.timedelta(days=40)
    sent = {
        "day": day.isoformat(), "starts_time": fields["starts_time"], "ends_time": fields["ends_time"],
        "place": fields["place"], "capacity": "17", "minimum": "1", "giving": "first come", "audience": "all",
        "applications_open_on": clock.today().isoformat(), "applications_close_on": (day - dt.timedelta(days=3)).isoformat(),
    }  # fmt: skip
    assert browser.post(address, data=sent).status_code == 302
    (new,) = db.session.query(TrainingSession).where(TrainingSession.id > session.id)
    assert (new.capacity, new.place) == (17, "三階の会議室")
    assert hachioji.coordinator.browser().get(address).status_code == 404, "only who holds it copies it"
    assert browser.get("/studio/guideline-localize/sessions/new?like=abc").status_code == 200


def test_how_many_of_the_own_staff_came_is_said_afterwards_too(app, mizuho, time):
    session = session_of("guideline-localize", mizuho)
    joins(mizuho.person(), session)
    db.session.commit()
    time.passes(days=200)
    (row,) = [row for row in sessions_of(mizuho.coordinator.actor, Which.HELD, 1).rows if row.session.id == session.id]
    assert row.own == 1


def test_a_session_of_a_retired_course_takes_nobody_new_and_says_so(app, mizuho, secretariat):
    session = session_of("guideline-localize", mizuho)
    db.session.commit()
    session_id = session.id
    secretariat.secretary.browser().post("/studio/guideline-localize/retire", data={"because": "終わりました。"})
    page = mizuho.staff.browser().get(f"/sessions/{session_id}").text
    assert "この講座の公開は終わりました" in page
    assert "この回に申し込む" not in page
    coordinator = mizuho.coordinator.browser()
    assert f"like={session_id}" not in coordinator.get("/office/sessions").text
    assert f"like={session_id}" not in coordinator.get(f"/sessions/{session_id}").text


def seen_in(office, month):
    return {
        row.meeting.session_id: row
        for week in month_of(office.coordinator.actor, month).weeks
        for day in week
        for row in day.meetings
    }


def test_a_month_shows_what_the_office_holds_may_nominate_for_and_where_its_staff_go(app, mizuho, hachioji):
    held, joint_id = session_of("guideline-localize", mizuho), joint(mizuho, capacity=4)
    joins(hachioji.person(), held)
    db.session.commit()
    month = clock.local(held.starts_at).date().replace(day=1)
    joint_month = clock.local(db.session.get_one(TrainingSession, joint_id).starts_at).date().replace(day=1)
    assert (seen_in(mizuho, month)[held.id].is_own, seen_in(mizuho, month)[held.id].people) == (True, 0)
    assert (seen_in(hachioji, month)[held.id].is_own, seen_in(hachioji, month)[held.id].people) == (False, 1)
    assert seen_in(hachioji, joint_month)[joint_id].is_to_nominate
    page = hachioji.coordinator.browser().get(f"/office/sessions/month?month={month:%Y-%m}")
    assert "参加1人" in page.text


def test_a_meeting_that_is_nobody_elses_business_is_in_no_other_month(app, mizuho, hachioji):
    session = session_of("guideline-localize", mizuho)
    db.session.commit()
    assert session.id not in seen_in(hachioji, clock.local(session.starts_at).date().replace(day=1))


@pytest.mark.parametrize("month", ["", "2026-13", "0000-01", "9999-12", "2026-2", "１２３４-01", "2100-12", "2000-01"])
def test_no_month_breaks(app, mizuho, month):
    assert mizuho.coordinator.browser().get("/office/sessions/month", query_string={"month": month}).status_code == 200
