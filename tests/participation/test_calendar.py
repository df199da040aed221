"""Calendars: an entry a meeting, whatever happens to it, read by a parser that we did not write."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
import vobject
from factories import published, session_of

from kernel import clock
from kernel.database import db

from people.models import Role

from courses.sessions.models import Meeting, TrainingSession

BEGINS = dt.datetime(2027, 5, 12, 5, 0, tzinfo=dt.UTC)  # 14:00 in Tokyo


class Client:
    """A calendar programme: it keeps an entry a UID and takes over what has the same or a higher SEQUENCE."""

    def __init__(self):
        self.entries = {}

    def read(self, content):
        calendar = vobject.readOne(content.decode("utf-8"))
        seen = set()
        for event in calendar.contents.get("vevent", []):
            uid, sequence = event.uid.value, int(event.sequence.value)
            seen.add(uid)
            if uid not in self.entries or sequence >= int(self.entries[uid].sequence.value):
                self.entries[uid] = event
        return calendar, seen


def two_meetings(host, **planned):
    second = BEGINS + dt.timedelta(weeks=2)
    hours = dt.timedelta(hours=2)
    return session_of(
        "guideline-localize", host, starts_at=BEGINS, ends_at=second + hours,
        meetings=[Meeting(starts_at=BEGINS, ends_at=BEGINS + hours), Meeting(starts_at=second, ends_at=second + hours)], **planned,
    ).id  # fmt: skip


@pytest.fixture
def feed(mizuho):
    """The private calendar of somebody with a place in a session of two meetings."""
    session_id = two_meetings(mizuho, meeting_link="https://meeting.example.lg.jp/x")
    browser = mizuho.staff.browser()
    browser.post(f"/sessions/{session_id}/enrol")
    page = browser.post("/account/calendar", data={"of": "person"}).text
    return session_id, re.search(r"/calendars/[\w-]+\.ics", page)[0]


def test_a_feed_has_an_entry_a_meeting_at_tokyo_time(client, feed):
    _session_id, address = feed
    content = client.get(address).data
    calendar, seen = Client().read(content)
    assert len(seen) == 2
    assert b"DTSTART;TZID=Asia/Tokyo:20270512T140000" in content
    assert b"BEGIN:VTIMEZONE" in content
    event = calendar.vevent_list[0]
    assert event.summary.value == published("guideline-localize")[1].title
    assert event.dtstart.value.astimezone(dt.UTC) == BEGINS
    assert event.location.value == "2階会議室"
    assert "meeting.example.lg.jp" in event.description.value
    assert calendar.method.value == "PUBLISH"


def test_a_change_and_a_cancellation_arrive_as_such_and_not_as_second_entries(client, mizuho, feed):
    session_id, address = feed
    programme, host = Client(), mizuho.coordinator.browser()
    programme.read(client.get(address).data)
    first, second = db.session.scalars(sa.select(Meeting.id).order_by(Meeting.starts_at)).all()
    host.post(
        f"/meetings/{first}/edit",
        data={"day": "2027-05-13", "starts_time": "10:00", "ends_time": "12:00", "place": "3階"},
    )
    programme.read(client.get(address).data)
    host.post(f"/meetings/{second}/cancel", data={"reason": "講師の都合"})
    programme.read(client.get(address).data)
    assert len(programme.entries) == 2
    moved, cancelled = sorted(programme.entries.values(), key=lambda event: event.dtstart.value)
    assert clock.local(moved.dtstart.value).strftime("%m-%d %H:%M") == "05-13 10:00"
    assert (moved.status.value, cancelled.status.value) == ("CONFIRMED", "CANCELLED")
    assert "講師の都合" in cancelled.description.value
    host.post(f"/sessions/{session_id}/cancel", data={"reason": "台風"})
    programme.read(client.get(address).data)
    assert {event.status.value for event in programme.entries.values()} == {"CANCELLED"}
    assert len(programme.entries) == 2


def test_the_link_of_a_meeting_is_for_those_who_have_a_place(mizuho, hachioji):
    session_id = two_meetings(mizuho, meeting_link="https://meeting.example.lg.jp/x")
    assert b"meeting.example" not in hachioji.staff.browser().get(f"/sessions/{session_id}/calendar.ics").data


def test_who_withdraws_has_no_entry_any_more(client, mizuho, feed):
    session_id, address = feed
    mine = db.session.scalar(sa.text("SELECT id FROM enrolment"))
    mizuho.staff.browser().post(f"/enrolments/{mine}/withdraw")
    assert Client().read(client.get(address).data)[1] == set()
    assert db.session.get_one(TrainingSession, session_id).taken == 0


def test_a_private_address_can_be_ended_and_a_new_one_ends_the_old(client, mizuho, feed):
    _session_id, address = feed
    browser = mizuho.staff.browser()
    page = browser.post("/account/calendar", data={"of": "person"}).text
    newer = re.search(r"/calendars/[\w-]+\.ics", page)[0]
    assert client.get(address).status_code == 404
    assert client.get(newer).status_code == 200
    browser.post("/account/calendar/end", data={"of": "person"})
    assert client.get(newer).status_code == 404


def test_the_calendar_of_an_organisation_tells_how_many_go_and_no_names(client, mizuho, hachioji):
    session_id = two_meetings(hachioji, meeting_link="https://meeting.example.lg.jp/x")
    mizuho.staff.browser().post(f"/sessions/{session_id}/enrol")
    coordinator = mizuho.person(Role.COORDINATOR)
    page = coordinator.browser().post("/account/calendar", data={"of": "organisation"}).text
    address = re.search(r"/calendars/[\w-]+\.ics", page)[0]
    content = client.get(address).data.decode()
    assert "自団体の受講者 1人" in content.replace("\r\n ", "")
    assert mizuho.staff.name not in content
    assert "meeting.example" not in content
    db.session.execute(sa.text("DELETE FROM role_grant WHERE membership_id = :id"), {"id": coordinator.membership_id})
    db.session.commit()
    assert client.get(address).status_code == 404


def test_a_calendar_says_who_holds_the_session_when_it_changed_and_when_to_ask_again(client, feed):
    _session_id, address = feed
    calendar, _seen = Client().read(client.get(address).data)
    again, _seen = Client().read(client.get(address).data)
    assert calendar.contents["uid"][0].value == again.contents["uid"][0].value
    assert calendar.contents["refresh-interval"][0].value == "PT6H"
    for event in calendar.vevent_list:
        assert event.organizer.value.startswith("mailto:")
        assert event.organizer.params["CN"] == ["瑞穂町"]
        assert event.contents["last-modified"][0].value is not None


def test_a_meeting_is_known_by_the_same_uid_wherever_the_application_is(client, app, feed):
    _session_id, address = feed
    _calendar, before = Client().read(client.get(address).data)
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, public_url="https://elsewhere.example.lg.jp")
    try:
        _calendar, after = Client().read(client.get(address).data)
    finally:
        app.extensions["settings"] = settings
    assert before == after


def test_what_is_cancelled_is_of_one_entry_or_published_as_cancelled(mizuho):
    for session_id, method in (
        (session_of("guideline-localize", mizuho).id, "CANCEL"),
        (two_meetings(mizuho), "PUBLISH"),
    ):
        browser = mizuho.coordinator.browser()
        browser.post(f"/sessions/{session_id}/cancel", data={"reason": "台風"})
        calendar, _seen = Client().read(browser.get(f"/sessions/{session_id}/calendar.ics").data)
        assert calendar.method.value == method
        assert {event.status.value for event in calendar.vevent_list} == {"CANCELLED"}
