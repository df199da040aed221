"""A mail brings a session to one's calendar: an invitation, its change and its cancellation (RFC 5546, RFC 6047)."""

from __future__ import annotations

import datetime as dt

import icalendar
import sqlalchemy as sa
from factories import session_of
from joint_sessions import decide, joint, nominate

from kernel import clock
from kernel.database import db

from courses.sessions.models import Meeting

from participation.mailing import delivery
from participation.notices.models import Notice

URL = "https://manabi.example.lg.jp"


def objects(mail):
    """The calendar objects of a mail that are attached: (method of the part, calendar)."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar" and part.get_filename()]
    return [(part.get_param("method"), icalendar.Calendar.from_ical(part.get_content())) for part in parts]


def events(mail):
    return [event for _method, calendar in objects(mail) for event in calendar.walk("VEVENT")]


def delivered(post_office, person):
    delivery.deliver(post_office.mail, URL)
    return [mail for mail in post_office.mails if mail["To"] == person.email]


def enrolled_by_the_office(office, person, session):
    office.coordinator.browser().post(
        f"/office/enrol/guideline-localize?session={session.id}", data={"text": person.number, "enrol": "1"}
    )


def test_who_is_given_a_place_gets_an_invitation_then_its_change_and_its_cancellation(mizuho, post_office, time):
    session, person = session_of("guideline-localize", mizuho), mizuho.person()
    session_id, (meeting_id,) = session.id, [meeting.id for meeting in session.meetings]
    enrolled_by_the_office(mizuho, person, session)
    time.passes(days=1)
    (mail,) = delivered(post_office, person)
    ((method, calendar),) = objects(mail)
    (event,) = calendar.walk("VEVENT")
    assert (method, str(calendar["METHOD"])) == ("REQUEST", "REQUEST")
    assert str(event["ATTENDEE"]) == f"mailto:{person.email}"
    assert str(event["ORGANIZER"]).startswith("mailto:")
    assert event["ORGANIZER"].params["CN"] == "瑞穂町"
    alternatives = [
        part for part in mail.walk() if part.get_content_type() == "text/calendar" and not part.get_filename()
    ]
    assert len(alternatives) == 1, "mail programmes show it as an invitation"
    uid, sequence = str(event["UID"]), int(event["SEQUENCE"])

    day = (clock.today() + dt.timedelta(days=12)).isoformat()
    moved = {"day": day, "starts_time": "10:00", "ends_time": "11:00", "place": "大会議室", "meeting_link": ""}
    browser = mizuho.coordinator.browser()
    assert browser.post(f"/meetings/{meeting_id}/edit", data=moved).status_code == 302
    time.passes(minutes=1)
    changed = events(delivered(post_office, person)[-1])[0]
    assert str(changed["UID"]) == uid, "the same entry"
    assert int(changed["SEQUENCE"]) > sequence
    assert changed["DTSTART"].dt.strftime("%H:%M") == "10:00"

    browser.post(f"/sessions/{session_id}/cancel", data={"reason": "台風のため"})
    time.passes(minutes=1)
    ((method, calendar),) = objects(delivered(post_office, person)[-1])
    (gone,) = calendar.walk("VEVENT")
    assert (method, str(gone["STATUS"]), str(gone["UID"])) == ("CANCEL", "CANCELLED", uid)


def test_each_meeting_of_a_series_is_an_object_of_its_own(mizuho, post_office, time):
    begins = clock.now() + dt.timedelta(days=10)
    meetings = [
        Meeting(starts_at=begins + dt.timedelta(weeks=week), ends_at=begins + dt.timedelta(weeks=week, hours=2))
        for week in range(3)
    ]
    session = session_of("guideline-localize", mizuho, meetings=meetings, ends_at=meetings[-1].ends_at)
    person = mizuho.person()
    enrolled_by_the_office(mizuho, person, session)
    time.passes(days=1)
    (mail,) = delivered(post_office, person)
    assert len({str(event["UID"]) for event in events(mail)}) == len(objects(mail)) == 3
    assert all(len(calendar.walk("VEVENT")) == 1 for _method, calendar in objects(mail))


def test_who_has_no_place_gets_no_entry_and_who_lost_one_loses_it(mizuho, hachioji, secretariat, post_office, time):
    session_id = joint(secretariat, capacity=1)
    nominate(mizuho, session_id, 1)
    nominate(hachioji, session_id, 1)
    decide(secretariat, session_id)
    time.passes(days=1)
    delivery.deliver(post_office.mail, URL)
    placed = {row for (row,) in db.session.execute(sa.text("SELECT staff_id FROM enrolment"))}
    for notice in db.session.scalars(sa.select(Notice).where(Notice.session_id == session_id)):
        mails = [mail for mail in post_office.mails if mail["Message-ID"] == notice.message_id]
        for mail in mails:
            assert bool(events(mail)) is (notice.staff_id in placed)


def test_an_entry_names_nobody_else(mizuho, post_office, time):
    session = session_of("guideline-localize", mizuho)
    person, other = mizuho.person(), mizuho.person(name="別人 太郎")
    for one in (person, other):
        enrolled_by_the_office(mizuho, one, session)
    time.passes(days=1)
    (mail,) = delivered(post_office, person)
    assert "別人" not in "".join(calendar.to_ical().decode() for _method, calendar in objects(mail))
    assert other.email not in mail.as_string()
