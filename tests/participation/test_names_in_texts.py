"""No text that leaves a page (log, file, mail, notice, calendar) tells a name to somebody who could not read it on one."""

from __future__ import annotations

import io
import re

import pytest
import python_calamine
import sqlalchemy as sa
from factories import Office, learns_everything, offered, organisation_named, session_of, words_of_pdf
from front_people import adopts
from joint_sessions import decide, joint
from lessons import begins

from kernel.database import db

from people.models import Role

from courses.sessions import training_session
from courses.sessions.meeting import meeting_of

from participation.attending import attendance
from participation.attending.models import EnteredBy, Presence
from participation.exemption import Exempt, exempt
from participation.joint import nomination
from participation.mailing import delivery, reminders
from participation.notices.models import Notice

from front.news import authors, morning
from front.reminding import by_itself, summary

NAME = "内緒 花子"
FILES = """
    /admin/audit /admin/audit.csv /review /review/participation.csv /review/participation.xlsx /review/sections.csv /review/months.csv
    /review/enrolments /review/enrolments.csv /review/municipalities /review/municipalities.csv /review?by=course /review?by=level
    /office /office/duties /office/duties.csv /office/duties.xlsx /office/staff /office/staff.csv /office/sessions /office/staff.xlsx /office/practice
    /office/outside /notices /me /curricula/newcomers /courses/security-basics /courses/guideline-localize /studio /studio/requests
    /sessions/{first} /sessions/{joint} /sessions/{joint}/allocation /sessions/{joint}/allocation.json
    /sessions/{joint}/papers/nominations.xlsx /sessions/{joint}/papers/result.xlsx /sessions/{joint}/papers/roster.xlsx
    /sessions/{first}/papers/roster.pdf /sessions/{first}/papers/completions.xlsx /sessions/{first}/calendar.ics /me/personal-data.json
    /office/courses/security-basics/learners /office/staff/{member} /office/staff/{member}/record
"""


@pytest.fixture
def busy(app, mizuho, hachioji, post_office, time):
    """Somebody with whom everything has happened that an office notes; returns the ids that addresses need."""
    person = mizuho.person(name=NAME, department="住民課")
    coordinator = mizuho.coordinator
    adopts(mizuho, ["security-basics", "ai-first"], due_in=-7)
    first = session_of("guideline-localize", mizuho)
    first_id, meeting = first.id, first.meetings[0].id
    coordinator.browser().post(
        f"/office/enrol/guideline-localize?session={first_id}", data={"text": person.number, "enrol": "1"}
    )
    exempt(coordinator.actor, [(person.membership_id, offered("ai-first").id)], Exempt("休職", None))
    host = Office.of("132241")
    joint_id = joint(host, capacity=1)
    nomination.nominate(
        coordinator.actor, training_session.lock(joint_id), organisation_named(mizuho.name), person.membership_id
    )
    db.session.commit()
    decide(host, joint_id)
    mine, _lessons = begins(person, offered("security-basics"))
    learns_everything(person.browser(), mine)
    for task in (reminders.remind, by_itself.remind, summary.tell_summaries, morning.tell_news, authors.tell_reviewed):
        task()
        db.session.commit()
    coordinator.browser().post(f"/sessions/{first_id}/message", data={"words": "お待ちしています。"})
    time.passes(days=12)
    held = meeting_of(coordinator.actor, meeting)
    people = attendance.sheet(coordinator.actor, held.session).people
    attendance.enter(coordinator.actor, held, {row.id: Presence.ATTENDED for row in people}, EnteredBy.LIST)
    db.session.commit()
    delivery.deliver(post_office.mail, "https://manabi.example.lg.jp")
    return {"first": first_id, "joint": joint_id, "member": person.membership_id}


def says_it(answer):
    """Whether a page or file says the name, however it is packed."""
    if answer.status_code != 200:
        return False
    if "spreadsheet" in answer.mimetype:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
        text = " ".join(str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row)
    elif answer.mimetype == "application/pdf":
        text = words_of_pdf(answer.data)
    else:
        text = answer.data.decode("utf-8", "replace")
    return re.sub(r"\s", "", NAME) in re.sub(r"\s", "", text)


@pytest.mark.slow
def test_nobody_without_a_right_to_it_is_told_the_name(busy, mizuho, hachioji, post_office):
    strangers = [
        hachioji.staff, hachioji.coordinator, hachioji.administrator, hachioji.person(Role.HEAD, department="住民課"), mizuho.staff,
        mizuho.person(Role.HEAD, department="税務課"),
    ]  # fmt: skip
    addresses = [address.format(**busy) for address in FILES.split()]
    for person in strangers:
        browser = person.browser()
        told = [address for address in addresses if says_it(browser.get(address))]
        assert told == [], (person.name, told)
    ids, mailed = {person.staff_id for person in strangers}, {person.email for person in strangers}
    notices = db.session.scalars(sa.select(Notice).where(Notice.staff_id.in_(ids))).all()
    assert [row.text for row in notices if NAME in f"{row.title}{row.text}"] == []
    assert [mail["Subject"] for mail in post_office.mails if mail["To"] in mailed and NAME in mail.as_string()] == []


def test_who_has_the_right_reads_it_so_the_proof_can_fail(busy, mizuho):
    for address in (
        "/admin/audit",
        "/office/staff.csv",
        "/office/duties.csv",
        "/review/enrolments.csv",
        "/office/staff.xlsx",
    ):
        assert says_it(mizuho.person(Role.ADMINISTRATOR, Role.COORDINATOR).browser().get(address)), address


def test_who_was_mailed_about_others_reads_numbers_only(busy, post_office):
    for mail in post_office.mails:
        body = mail.get_body(("plain",)).get_content()
        if NAME in body:
            assert body.startswith(f"{NAME}さん"), "only the letter to the person bears the name"


def test_the_secretariat_reads_who_is_staff_and_not_what_they_learn(busy, secretariat):
    """It enters people of all organisations, so it sees who they are; what they take stays with their office (decision 4)."""
    browser = secretariat.secretary.browser()
    told = {address for address in (one.format(**busy) for one in FILES.split()) if says_it(browser.get(address))}
    assert {address for address in told if not address.startswith(("/office/staff", "/admin/audit"))} == set()
    lines = [line for line in browser.get("/admin/audit.csv").text.splitlines() if NAME in line]
    assert lines, "the entry of the person is the secretariat's to read"
    for title in ("情報セキュリティ", "AI入門", "Web会議", "照会・調査", "受講", "推薦", "出欠", "免除"):
        assert [line for line in lines if title in line] == [], title
    assert not says_it(browser.get(f"/office/staff/{busy['member']}/record"))
