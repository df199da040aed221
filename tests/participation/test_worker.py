"""The worker: one bad row stops nobody, one bad task stops no other, and what went wrong is noted."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
import sqlalchemy as sa
from at_once import at_once
from factories import Office, enrols, offered, session_of

from kernel.database import db

from people.models import Staff

from participation import enrolment_count
from participation.mailing import delivery, reminders, worker
from participation.mailing.models import WorkerLook
from participation.models import EnrolmentCount
from participation.notices.models import MailState, Notice

URL = "https://manabi.example.lg.jp"


@pytest.fixture
def told(mizuho, time):
    """Five people who are told at once that their session does not take place; in the order in which they are mailed."""
    session_id = session_of("guideline-localize", mizuho, capacity=10).id
    people = [mizuho.person() for _number in range(5)]
    for person in people:
        assert person.browser().post(f"/sessions/{session_id}/enrol").status_code == 302
    db.session.execute(sa.delete(Notice))
    db.session.commit()
    mizuho.coordinator.browser().post(f"/sessions/{session_id}/cancel", data={"reason": "台風のため"})
    time.passes(minutes=1)
    return sorted(people, key=lambda person: person.staff_id)


def states():
    rows = db.session.execute(sa.select(Notice.staff_id, Notice.mail_state).order_by(Notice.staff_id))
    return {row.staff_id: row.mail_state for row in rows}


def reached(post_office):
    return {mail["To"] for mail in post_office.mails}


def addresses(people):
    return {person.email for person in people}


def test_a_server_that_hangs_up_over_one_letter_takes_those_of_the_others(told, post_office, time):
    poison = told[1]
    post_office.hangs_up_over = {poison.email}
    for _look in range(14):
        delivery.deliver(post_office.mail, URL)
        time.passes(hours=13)
    assert addresses(told) - reached(post_office) == {poison.email}
    assert states()[poison.staff_id] is MailState.FAILED
    assert [row.staff_id for row in delivery.troubled()] == [poison.staff_id], "the operator can read whom it concerns"


def test_a_server_that_hangs_up_over_everything_is_a_server_that_is_away(told, post_office, time):
    post_office.hangs_up_over = addresses(told)
    report = delivery.deliver(post_office.mail, URL)
    assert (report.failed, report.waiting) == (delivery.MOST_HANG_UPS, len(states()) - delivery.MOST_HANG_UPS)
    post_office.hangs_up_over = set()
    time.passes(hours=1)
    delivery.deliver(post_office.mail, URL)
    assert addresses(told) <= reached(post_office)


def test_recipients_that_a_server_refuses_are_no_hang_up(told, post_office):
    post_office.unknown = addresses(told[:4])
    report = delivery.deliver(post_office.mail, URL)
    assert (report.failed, report.waiting) == (4, 0)
    assert addresses(told[4:]) <= reached(post_office)


@pytest.mark.slow
@pytest.mark.parametrize(
    "address", ["a@[b.c", "a@b.c>", '"a@b.c', "a@b..c", ".@b.c", "a b@c.d", "山田@例え", "a@b.c\nBcc: x@y.z", "@"]
)
def test_an_address_that_the_mail_library_breaks_over_fails_alone(told, post_office, address):
    poison = told[0]
    db.session.execute(sa.update(Staff).where(Staff.id == poison.staff_id).values(email=address))
    db.session.commit()
    delivery.deliver(post_office.mail, URL)
    assert addresses(told[1:]) <= reached(post_office)
    assert not any("x@y.z" in str(mail) for mail in post_office.mails)


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\u2028", "\x85", "\x0b"])
def test_a_line_break_in_a_title_stops_no_mail(told, post_office, separator):
    db.session.execute(sa.update(Notice).values(title=f"中止のお知らせ：{separator}Bcc: x@y.z"))
    db.session.commit()
    delivery.deliver(post_office.mail, URL)
    assert addresses(told) <= reached(post_office)
    assert {mail["Subject"] for mail in post_office.mails} == {"中止のお知らせ： Bcc: x@y.z"}
    assert not any(mail["Bcc"] for mail in post_office.mails)


def test_a_letter_that_another_worker_has_taken_is_not_sent_twice(told, post_office, time, monkeypatch):
    first = delivery.claim(URL)
    time.passes(minutes=16)
    delivery.deliver(post_office.mail, URL)
    sent = len(post_office.mails)
    claims = iter([first, []])
    monkeypatch.setattr(delivery, "claim", lambda *_place: next(claims))
    delivery.deliver(post_office.mail, URL)
    assert len(post_office.mails) == sent >= len(told)


def looks():
    db.session.expire_all()
    return {look.task: look for look in worker.looks()}


def test_a_task_that_fails_stops_no_other_and_is_noted(told, post_office, monkeypatch, caplog):
    def fails():
        message = "nobody expected this"
        raise AttributeError(message)

    working = worker.Worker(post_office.mail, URL)
    with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
        broken.setattr(reminders, "remind", fails)
        working.look()
    assert addresses(told) <= reached(post_office)
    assert looks()["reminders"].trouble == "AttributeError"
    assert {task: look.trouble for task, look in looks().items() if task != "reminders"} == dict.fromkeys(
        ["places", "yearly duties", "mail"], ""
    )
    assert "the worker could not look after: reminders" in caplog.text
    working.look()
    assert looks()["reminders"].trouble == ""


def test_the_database_that_refuses_a_task_refuses_no_other(told, post_office, caplog):
    db.session.execute(sa.text("ALTER TABLE attempt RENAME TO attempt_elsewhere"))
    db.session.execute(sa.text("ALTER TABLE nomination RENAME TO nomination_elsewhere"))
    db.session.commit()
    working = worker.Worker(post_office.mail, URL)
    working.look()
    assert looks()["places"].trouble
    assert looks()["places"].went_well_at is None
    assert looks()["reminders"].trouble == ""
    db.session.execute(sa.text("ALTER TABLE nomination_elsewhere RENAME TO nomination"))
    db.session.execute(sa.text("ALTER TABLE attempt_elsewhere RENAME TO attempt"))
    db.session.commit()
    working.look()
    assert looks()["places"].trouble == ""
    assert addresses(told) <= reached(post_office)


def test_a_look_is_dated(told, post_office, time):
    worker.Worker(post_office.mail, URL).look()
    time.passes(hours=1)
    assert {look.looked_at for look in db.session.scalars(sa.select(WorkerLook))} == {time.now - dt.timedelta(hours=1)}


def test_what_a_statement_carried_stands_in_no_log(mizuho, caplog):
    """Personal data stays out of the technical log, a password's digest too (個人情報保護法 66条)."""
    name = "瑞穂 花子"  # a traceback of Python 3.13 quotes the whole statement
    with pytest.raises(sa.exc.SQLAlchemyError) as refused:
        db.session.execute(sa.insert(Staff).values(name=name, email=mizuho.staff.email, id=mizuho.staff.staff_id))
    logging.getLogger("tomomanabi").error("refused", exc_info=refused.value)
    assert "IntegrityError" in caplog.text
    assert "花子" not in caplog.text


def test_one_person_enrolled_twice_at_once_is_one_person(cluster, postgresql):
    """On PostgreSQL two transactions see each other's enrolments; on SQLite one waits for the other."""
    postgresql.lay()
    with postgresql.app.app_context():
        person = Office.of("133035").staff
        courses = ["paperless-basics", "security-basics"]
        db.session.commit()
        db.session.remove()
    at_once(postgresql.app, *(lambda slug=slug: enrols(person, offered(slug)) for slug in courses))
    with postgresql.app.app_context():
        counted = db.session.execute(
            sa.select(EnrolmentCount.enrolled, EnrolmentCount.people).where(
                EnrolmentCount.level == enrolment_count.ALL_LEVELS
            )
        ).all()
        assert [tuple(row) for row in counted] == [(2, 1)]
        db.session.remove()
