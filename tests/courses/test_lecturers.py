"""Lecturers: an office knows people who teach, chooses them for its sessions, and keeps what it knows to itself."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from factories import session_of

from kernel import clock
from kernel.database import db

from courses.sessions import lecturer
from courses.sessions.lecturer import KnowLecturer
from courses.sessions.models import Lecturer, Meeting, TrainingSession

KNOWN = {
    "name": "西園寺 花江",
    "affiliation": "みらい市",
    "fields": "業務改善",
    "availability": "平日の午後",
    "contact": "総務部へ",
}


@pytest.fixture
def teaches(mizuho):
    """A lecturer whom an office knows."""
    row = lecturer.note(mizuho.coordinator.actor, mizuho.id, KnowLecturer(**KNOWN))
    db.session.commit()
    return row.id


def planned(day, **more):
    return {
        "day": day, "starts_time": "10:00", "ends_time": "12:00", "applications_open_on": "2027-04-01", "applications_close_on": "2027-05-01",
        "capacity": "20", "minimum": "1", "offer_days": "3", "meetings": "1", "weeks_between": "1", "giving": "first come", "audience": "all", "place": "会議室",
        **more,
    }  # fmt: skip


def test_an_office_enters_finds_corrects_and_forgets_a_lecturer(mizuho):
    browser = mizuho.coordinator.browser()
    assert browser.post("/office/lecturers/new", data=KNOWN).status_code == 302
    assert "西園寺 花江" in browser.get("/office/lecturers?q=業務").text
    assert "西園寺 花江" not in browser.get("/office/lecturers?q=会計").text
    assert "すでに登録されています" in browser.post("/office/lecturers/new", data=KNOWN).text
    number = db.session.scalars(sa.select(Lecturer.id)).one()
    assert browser.post(f"/office/lecturers/{number}", data={**KNOWN, "fields": "データ"}).status_code == 302
    assert "データ" in browser.get(f"/office/lecturers/{number}").text
    assert browser.post(f"/office/lecturers/{number}/remove").status_code == 302
    assert "まだ講師を登録していません" in browser.get("/office/lecturers").text


def test_nobody_else_sees_whom_an_office_knows(mizuho, hachioji, teaches):
    browser = hachioji.coordinator.browser()
    assert "西園寺 花江" not in browser.get("/office/lecturers").text
    assert browser.get(f"/office/lecturers/{teaches}").status_code == 404
    assert browser.post(f"/office/lecturers/{teaches}/remove").status_code == 404
    assert "西園寺 花江" not in browser.get("/studio/expert-collaboration/sessions/new").text
    for person in (mizuho.staff, hachioji.staff):
        assert person.browser().get("/office/lecturers").status_code == 404


def test_who_is_chosen_stands_in_the_session_by_name_and_no_more_is_told(mizuho, hachioji, teaches):
    browser = mizuho.coordinator.browser()
    assert "西園寺 花江 みらい市" in browser.get("/studio/expert-collaboration/sessions/new").text
    answer = browser.post(
        "/studio/expert-collaboration/sessions/new",
        data=planned("令和9年5月10日", pool=str(teaches), lecturers="鈴木 次郎"),
    )
    session_id = int(answer.location.rsplit("/", 1)[-1])
    seen = hachioji.staff.browser().get(f"/sessions/{session_id}").text
    assert "西園寺 花江、鈴木 次郎" in seen
    assert "総務部へ" not in seen
    assert "1回" in browser.get("/office/lecturers").text
    edit = browser.get(f"/sessions/{session_id}/edit").text
    assert re.search(rf'<input checked id="pool-\d+" name="pool" type="checkbox" value="{teaches}">', edit)
    again = planned("令和9年5月10日", lecturers="鈴木 次郎")
    assert browser.post(f"/sessions/{session_id}/edit", data=again).status_code == 302
    assert db.session.get_one(TrainingSession, session_id, populate_existing=True).lecturers == ["鈴木 次郎"]


def test_somebody_who_teaches_elsewhere_at_the_time_is_pointed_out(mizuho, teaches):
    begins = clock.now() + dt.timedelta(days=20)
    for _number in range(2):
        session = session_of("expert-collaboration", mizuho, starts_at=begins, ends_at=begins + dt.timedelta(hours=2))
        lecturer.choose(mizuho.coordinator.actor, session, [teaches])
    assert lecturer.busy(session) == ["西園寺 花江"]
    later = session_of("expert-collaboration", mizuho)
    lecturer.choose(mizuho.coordinator.actor, later, [teaches])
    assert lecturer.busy(later) == []


def test_the_lecturer_of_another_office_cannot_be_chosen(mizuho, hachioji, teaches):
    session = session_of("expert-collaboration", hachioji)
    lecturer.choose(hachioji.coordinator.actor, session, [teaches])
    assert session.lecturers == []
    assert lecturer.chosen_for(session.id) == []


def test_a_draft_that_is_thrown_away_leaves_the_lecturer_in_the_pool(mizuho, teaches):
    session = session_of("expert-collaboration", mizuho, is_draft=True)
    lecturer.choose(mizuho.coordinator.actor, session, [teaches])
    db.session.commit()
    assert mizuho.coordinator.browser().post(f"/sessions/{session.id}/discard").status_code == 302
    assert "西園寺 花江" in mizuho.coordinator.browser().get("/office/lecturers").text


def test_a_name_that_begins_another_one_is_shown_too(mizuho, teaches):
    short = lecturer.note(mizuho.coordinator.actor, mizuho.id, KnowLecturer(**{**KNOWN, "name": "西園寺 花"}))
    session = session_of("expert-collaboration", mizuho, lecturers=["西園寺 花江（市民活動家）"])
    lecturer.choose(mizuho.coordinator.actor, session, [short.id])
    assert session.lecturers == ["西園寺 花", "西園寺 花江（市民活動家）"]


def test_who_teaches_between_two_meetings_is_not_busy(mizuho, teaches):
    begins = clock.now() + dt.timedelta(days=20)
    long = session_of("expert-collaboration", mizuho, starts_at=begins, ends_at=begins + dt.timedelta(hours=2))
    long.meetings.append(
        Meeting(
            starts_at=begins + dt.timedelta(days=40),
            ends_at=begins + dt.timedelta(days=40, hours=2),
            place="",
        )
    )
    long.ends_at = begins + dt.timedelta(days=40, hours=2)
    lecturer.choose(mizuho.coordinator.actor, long, [teaches])
    between = session_of(
        "expert-collaboration",
        mizuho,
        starts_at=begins + dt.timedelta(days=7),
        ends_at=begins + dt.timedelta(days=7, hours=2),
    )
    lecturer.choose(mizuho.coordinator.actor, between, [teaches])
    assert lecturer.busy(between) == []
