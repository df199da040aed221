"""Notices: told once, checked again, sent as one mail a day or at once, and never lost; to a real mail server."""

from __future__ import annotations

import datetime as dt
import os
import signal
import smtplib
import subprocess
import sys
from pathlib import Path
from time import sleep

import factories
import pytest
import sqlalchemy as sa
from factories import enrols, membership, organisation_named, session_of
from flask import current_app
from ground import SECRET
from postgresql import free_port

from kernel import clock
from kernel.database import db
from kernel.settings import Mail

from people.models import Role

from courses import edition as editions
from courses.models import EditionState
from courses.sessions import training_session
from courses.sessions.models import AdmissionRule, Meeting

from participation import enrolment, withdrawal
from participation.joint import decision, exceptional_place, nomination, substitution, waiting_list
from participation.joint.models import Nomination
from participation.mailing import delivery, reminders, repetition
from participation.models import Enrolment
from participation.notices.inbox import choose
from participation.notices.kinds import NoticeKind
from participation.notices.models import MailState, MailWish, Notice
from participation.notices.telling import next_daily_mail

ROOT = Path(__file__).resolve().parents[2]
URL = "https://manabi.example.lg.jp"


@pytest.fixture
def offered(mizuho, secretariat, time):
    """A session of one place, two nominees, the first of whom has withdrawn: the place is offered to the second."""
    begins = clock.now() + dt.timedelta(days=30)
    people = [mizuho.person(), mizuho.person()]
    coordinator, host = mizuho.coordinator, secretariat.coordinator
    session_id = session_of(
        "expert-collaboration", secretariat, giving=AdmissionRule.NOMINATION, capacity=1, starts_at=begins, ends_at=begins + dt.timedelta(hours=2)
    ).id  # fmt: skip
    for person in people:
        nomination.nominate(
            coordinator.actor, training_session.lock(session_id), organisation_named(mizuho.name), person.membership_id
        )
    training_session.lock(session_id).applications_close_at = clock.now() - clock.MOMENT
    db.session.flush()
    decision.decide(host.actor, session_id)
    db.session.commit()
    mine = db.session.scalars(sa.select(Enrolment.id)).one()
    withdrawal.withdraw(people[0].actor, enrolment.own_enrolment(people[0].actor, mine))
    db.session.commit()
    return session_id, people


def kinds_of(person):
    return set(db.session.scalars(sa.select(Notice.kind).where(Notice.staff_id == person.staff_id)))


def test_everybody_concerned_is_told_in_the_application(offered, mizuho):
    _session_id, people = offered
    assert kinds_of(people[0]) == {NoticeKind.PLACED}
    assert kinds_of(people[1]) == {NoticeKind.WAITING, NoticeKind.OFFERED}
    assert kinds_of(mizuho.coordinator) == {NoticeKind.DECIDED, NoticeKind.OFFERED}
    browser = people[1].browser()
    assert '<span class="how-many">2</span>' in browser.get("/catalog").text, "the number stands on every page"
    assert "空いた席をご案内します" in browser.get("/notices").text
    one = db.session.scalars(sa.select(Notice).where(Notice.staff_id == people[1].staff_id)).first()
    assert mizuho.coordinator.browser().post(f"/notices/{one.id}/open").status_code == 404, "it is another's"
    opened = browser.post(f"/notices/{one.id}/open")
    assert opened.location.startswith(("/sessions/", "/courses/"))
    assert db.session.get_one(Notice, one.id, populate_existing=True).read_at, "opening it is reading it"
    assert '<span class="how-many">1</span>' in browser.get("/catalog").text
    browser.post("/notices/read")
    assert "未読" not in browser.get("/catalog").text


def test_what_cannot_wait_is_mailed_at_once_and_the_rest_once_a_day(offered, post_office, time, mizuho):
    _session_id, people = offered
    delivery.deliver(post_office.mail, URL)
    assert {mail["To"] for mail in post_office.mails} == {people[1].email, mizuho.coordinator.email}
    assert all(mail["Subject"].startswith("空いた席のご案内") for mail in post_office.mails)
    time.now = next_daily_mail(time.now) + dt.timedelta(minutes=1)
    delivery.deliver(post_office.mail, URL)
    daily = list(post_office.mails[2:])
    assert [mail["To"] for mail in daily] == [mizuho.coordinator.email]
    assert "2人を推薦し、1人に席があります" in daily[0].get_content()


def test_nobody_is_told_what_is_not_true_any_more(offered, post_office, time):
    """The first one withdrew before the daily mail, the second does not wait any more: neither is mailed about it."""
    _session_id, people = offered
    time.now = next_daily_mail(time.now)
    delivery.deliver(post_office.mail, URL)
    assert people[0].email not in {mail["To"] for mail in post_office.mails}
    states = db.session.execute(
        sa.select(Notice.kind, Notice.mail_state).where(Notice.staff_id == people[0].staff_id)
    ).all()
    assert states == [(NoticeKind.PLACED, MailState.SKIPPED)]


def test_several_notices_of_a_day_are_one_mail(mizuho, post_office, time):
    person, slugs = mizuho.person(), ("guideline-localize", "expert-collaboration", "saas-requirements")
    for slug in slugs:
        session_id = session_of(slug, mizuho).id
        mizuho.coordinator.browser().post(f"/office/staff/{person.membership_id}/enrol/{slug}?session={session_id}")
    time.now = next_daily_mail(time.now)
    delivery.deliver(post_office.mail, URL)
    (mail,) = post_office.mails
    assert mail["Subject"] == "ともまなびのお知らせ 3件"
    text = mail.get_body(("plain",)).get_content()
    assert text.count("■ 受講を申し込みました") == 3
    assert f"{URL}/notices" in text


def test_who_wants_no_mail_gets_only_what_a_place_depends_on(offered, post_office, time, mizuho):
    session_id, people = offered
    people[1].browser().post("/notices/mail", data={"mail": MailWish.NEVER.value})
    row = db.session.scalars(sa.select(Nomination.id).where(Nomination.staff_id == people[1].staff_id)).one()
    people[1].browser().post(f"/nominations/{row}/accept")
    db.session.execute(sa.delete(Notice))
    db.session.commit()
    time.now = training_session.lock(session_id).starts_at - dt.timedelta(days=2)
    reminders.remind()
    db.session.commit()
    assert db.session.scalars(sa.select(Notice.mail_state)).all() == [MailState.SKIPPED]


def test_a_choice_of_at_once_is_kept(mizuho, time):
    choose(mizuho.staff.actor, MailWish.AT_ONCE)
    db.session.commit()
    session_id = session_of("guideline-localize", mizuho).id
    browser = mizuho.coordinator.browser()
    browser.post(f"/office/staff/{mizuho.staff.membership_id}/enrol/guideline-localize?session={session_id}")
    assert db.session.scalars(sa.select(Notice.mail_at)).one() <= clock.now()


def test_a_reminder_is_written_once_and_not_sent_to_who_has_withdrawn(mizuho, post_office, time):
    session_id = session_of("guideline-localize", mizuho).id
    stays, goes = mizuho.person(), mizuho.person()
    for person in (stays, goes):
        person.browser().post(f"/sessions/{session_id}/enrol")
    time.passes(days=8)
    for _time in range(2):
        reminders.remind()
        db.session.commit()
    mine = db.session.scalars(sa.select(Enrolment.id).where(Enrolment.staff_id == goes.staff_id)).one()
    goes.browser().post(f"/enrolments/{mine}/withdraw")
    time.now = next_daily_mail(time.now)
    delivery.deliver(post_office.mail, URL)
    assert [mail["To"] for mail in post_office.mails] == [stays.email]


def test_a_reminder_of_a_date_that_was_moved_is_not_sent(mizuho, post_office, time):
    session_id = session_of("guideline-localize", mizuho).id
    mizuho.staff.browser().post(f"/sessions/{session_id}/enrol")
    time.passes(days=8)
    reminders.remind()
    session = training_session.lock(session_id)
    meeting = db.session.scalars(sa.select(Meeting).where(Meeting.session_id == session_id)).one()
    for row in (session, meeting):
        row.starts_at, row.ends_at = row.starts_at + clock.DAY, row.ends_at + clock.DAY
    db.session.flush()
    reminders.remind()
    db.session.commit()
    time.now = next_daily_mail(time.now)
    delivery.deliver(post_office.mail, URL)
    states = db.session.scalars(sa.select(Notice.mail_state).order_by(Notice.id)).all()
    assert states == [MailState.SKIPPED, MailState.SENT]


def told_of_courses():
    return sorted(db.session.scalars(sa.select(Notice.staff_id).where(Notice.course_id.is_not(None))))


def announces(days=0):
    for _time in range(2):
        repetition.announce()
        db.session.commit()


def completes(person, slug="security-basics"):
    row = enrols(person, factories.offered(slug))
    enrolment.finish(row)
    db.session.commit()


def test_who_took_a_yearly_course_is_told_in_the_next_year_and_once_more_before_its_end(mizuho, post_office, time):
    took, takes_again, moves_away = (mizuho.person() for _number in range(3))
    time.now = clock.at(dt.date(2027, 2, 1), dt.time(10))
    for person in (took, takes_again, moves_away):
        completes(person)
    announces()
    assert not told_of_courses(), "not in the same fiscal year"

    time.now = clock.at(dt.date(2027, 4, 1), dt.time(10))
    membership(moves_away).left_on = dt.date(2027, 4, 1)
    db.session.commit()
    announces()
    assert told_of_courses() == sorted([took.staff_id, takes_again.staff_id])
    completes(takes_again)
    time.now = next_daily_mail(time.now)
    delivery.deliver(post_office.mail, URL)
    assert [mail["To"] for mail in post_office.mails] == [took.email], "who has taken it since is not asked"
    assert f"{URL}/courses/security-basics" in post_office.mails[0].get_content()
    assert "2028年3月31日（金）までに受けてください。" in took.browser().get("/notices").text

    time.now = clock.at(dt.date(2028, 2, 15), dt.time(10))
    announces()
    assert told_of_courses().count(took.staff_id) == 2
    assert len(told_of_courses()) == 3


def test_who_took_a_course_before_it_became_yearly_is_told_too(mizuho, time):
    time.now = clock.at(dt.date(2027, 2, 1), dt.time(10))
    course, first = factories.published("security-basics")
    first.yearly = False
    db.session.commit()
    completes(mizuho.staff)
    second = editions.next_draft(course, None)
    second.yearly, second.state = True, EditionState.IN_REVIEW
    db.session.flush()
    editions.publish(second, course)
    db.session.commit()
    time.now = clock.at(dt.date(2027, 4, 1), dt.time(10))
    announces()
    assert told_of_courses() == [mizuho.staff.staff_id]


def test_a_change_is_told_after_the_first_meeting_too(mizuho, post_office, time):
    begins = clock.now() + dt.timedelta(days=2)
    later, hours = begins + dt.timedelta(days=14), dt.timedelta(hours=2)
    meetings = [Meeting(starts_at=begins, ends_at=begins + hours), Meeting(starts_at=later, ends_at=later + hours)]
    session_id = session_of("guideline-localize", mizuho, meetings=meetings, starts_at=begins, ends_at=later + hours).id
    mizuho.staff.browser().post(f"/sessions/{session_id}/enrol")
    second = db.session.scalars(sa.select(Meeting.id).order_by(Meeting.starts_at.desc())).first()
    time.passes(days=5)
    moved = {"day": clock.local(later).date().isoformat(), "starts_time": "10:00", "ends_time": "11:00"}
    assert mizuho.coordinator.browser().post(f"/meetings/{second}/edit", data=moved).status_code == 302
    delivery.deliver(post_office.mail, URL)
    assert [mail["Subject"][:9] for mail in post_office.mails] == ["日時・会場の変更："] * 2
    assert {mail["To"] for mail in post_office.mails} == {mizuho.staff.email, mizuho.coordinator.email}


def test_who_gets_or_loses_a_place_by_another_hand_is_told(offered, mizuho, secretariat):
    session_id, people = offered
    ids = {row.staff_id: row.id for row in db.session.execute(sa.select(Nomination.staff_id, Nomination.id))}
    command = exceptional_place.GivePlace(ids[people[1].staff_id], None, "理由")
    waiting_list.decline(people[1].actor, ids[people[1].staff_id])
    exceptional_place.override(secretariat.coordinator.actor, session_id, command)
    mine = db.session.scalars(sa.select(Enrolment.id).where(Enrolment.staff_id == people[1].staff_id)).one()
    coordinator, colleague = mizuho.coordinator, mizuho.staff
    person = enrolment.own_entrant(coordinator.actor, colleague.membership_id)
    substitution.substitute(coordinator.actor, enrolment.own_enrolment(coordinator.actor, mine), person)
    assert {NoticeKind.PLACED, NoticeKind.REPLACED} <= kinds_of(people[1])
    assert NoticeKind.ENROLLED in kinds_of(colleague)


def test_what_the_server_refuses_is_tried_again_later_and_shown(offered, post_office, time):
    _session_id, people = offered
    post_office.refuses = True
    report = delivery.deliver(post_office.mail, URL)
    assert (report.sent, report.failed) == (0, 2)
    assert "1回失敗" in people[1].browser().get("/notices").text
    listed = current_app.test_cli_runner().invoke(args=["notices", "failed"]).output
    assert f"{people[1].email}  1 tries, next try" in listed
    assert "2 notices could not be mailed" in listed
    post_office.refuses = False
    delivery.deliver(post_office.mail, URL)
    assert post_office.mails == []
    time.passes(minutes=2)
    delivery.deliver(post_office.mail, URL)
    assert len(post_office.mails) == 2


def test_no_server_loses_nothing(offered, post_office, time):
    nowhere = Mail(host="127.0.0.1", port=free_port())
    report = delivery.deliver(nowhere, URL)
    assert (report.failed, report.waiting) == (0, 2)
    time.passes(minutes=2)
    assert delivery.deliver(post_office.mail, URL).sent == 2


class KilledError(BaseException):
    """The worker is killed: nothing of ours is executed any more."""


def killed(*_arguments, **_more):
    raise KilledError


def test_a_worker_killed_before_sending_loses_nothing(offered, post_office, time, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(smtplib.SMTP, "send_message", killed)
        with pytest.raises(KilledError):
            delivery.deliver(post_office.mail, URL)
    db.session.remove()
    assert delivery.deliver(post_office.mail, URL).sent == 0
    time.passes(minutes=16)
    assert delivery.deliver(post_office.mail, URL).sent == 2
    assert len(post_office.mails) == 2


def test_a_mail_repeated_after_a_kill_bears_the_same_message_id(offered, post_office, time, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_mark", killed)
        with pytest.raises(KilledError):
            delivery.deliver(post_office.mail, URL)
    db.session.remove()
    assert len(post_office.mails) == 1
    time.passes(minutes=16)
    delivery.deliver(post_office.mail, URL)
    ids = [mail["Message-ID"] for mail in post_office.mails]
    assert len(ids) == 3
    assert len(set(ids)) == 2


def test_a_cancelled_session_is_told_to_all_who_have_a_place_or_hope_for_one(offered, post_office, secretariat, time):
    session_id, people = offered
    secretariat.person(Role.COORDINATOR).browser().post(f"/sessions/{session_id}/cancel", data={"reason": "台風のため"})
    assert NoticeKind.CANCELLED in kinds_of(people[1])
    assert NoticeKind.CANCELLED not in kinds_of(people[0])
    delivery.deliver(post_office.mail, URL)
    mail = next(mail for mail in post_office.mails if mail["To"] == people[1].email)
    assert "台風のため" in mail.get_content()
    assert not any(mail["Subject"].startswith("空いた席") for mail in post_office.mails)


@pytest.mark.slow
def test_a_worker_that_is_really_killed_loses_nothing_and_repeats_under_the_same_message_id(app, offered, post_office):
    environment = {
        **os.environ, "SECRET_KEY": SECRET, "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(post_office.port),
    }  # fmt: skip
    command = [Path(sys.executable).parent / "flask", "notices", "deliver", "--once"]
    post_office.dawdles = True
    worker = subprocess.Popen(command, cwd=ROOT, env=environment)
    for _attempt in range(300):
        if post_office.mails:
            break
        sleep(0.1)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    post_office.dawdles = False
    assert len(post_office.mails) == 1
    db.session.execute(sa.update(Notice).values(claimed_until=None))
    db.session.commit()
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    ids = [mail["Message-ID"] for mail in post_office.mails]
    assert (len(ids), len(set(ids))) == (3, 2)
    states = db.session.scalars(sa.select(Notice.mail_state).where(Notice.kind == NoticeKind.OFFERED)).all()
    assert states == [MailState.SENT, MailState.SENT]
