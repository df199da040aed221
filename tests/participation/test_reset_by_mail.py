"""Where mail is sent, who has forgotten the password is sent a link, and nobody else is told anything."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from factories import membership
from post_office import PostOffice
from postgresql import free_port
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.settings import Mail

from people.act import Act
from people.joining import entry
from people.models import AuditEntry, Membership, Role, Staff
from people.signing_in import password_link
from people.signing_in.models import PasswordLink, ResetRequest

from participation.mailing import delivery, reset_link

URL = "https://manabi.example.lg.jp"
NEW = "another long pass phrase"


@pytest.fixture
def office():
    running = PostOffice()
    yield running
    running.controller.stop()


def asks(client, email):
    answer = client.post("/password/forgotten", data={"email": email})
    assert answer.status_code == 200
    db.session.expire_all()
    return answer.text


def test_a_link_comes_by_mail_and_sets_a_new_password(client, mizuho, office):
    person = mizuho.person()
    known, unknown = asks(client, person.email), asks(client, "nobody@example.lg.jp")
    assert re.sub(r'value="[^"]*"', "", known) == re.sub(r'value="[^"]*"', "", unknown), (
        "nobody learns who has an account"
    )
    assert reset_link.send(office.mail, URL) == 1
    [mail] = office.mails
    assert mail["To"] == person.email
    path = re.search(r"/password/[\w-]+", mail.get_content())[0]
    assert client.post(path, data={"password": NEW, "again": NEW}).status_code == 302
    assert client.post("/sign-in", data={"account": person.email, "password": NEW}).status_code == 302
    assert reset_link.send(office.mail, URL) == 0, "asked once, sent once"


def test_who_asks_again_and_again_is_sent_one_in_a_quarter_of_an_hour(client, mizuho, office, time):
    person = mizuho.person()
    for _press in range(3):
        asks(client, person.email)
        reset_link.send(office.mail, URL)
    assert len(office.mails) == 1
    time.passes(minutes=16)
    assert reset_link.send(office.mail, URL) == 1


def test_who_was_stopped_is_sent_none_and_who_has_left_is(client, mizuho, office):
    stopped, left = mizuho.person(), mizuho.person()
    membership(stopped).staff.blocked_at = clock.now()
    membership(left).left_on = clock.today() - dt.timedelta(days=10)
    db.session.commit()
    asks(client, stopped.email)
    asks(client, left.email)
    assert reset_link.send(office.mail, URL) == 1
    assert office.mails[0]["To"] == left.email


def test_where_the_server_does_not_take_it_it_is_asked_for_again_after_a_pause(client, mizuho, office, time):
    person = mizuho.person()
    asks(client, person.email)
    office.refuses = True
    assert reset_link.send(office.mail, URL) == 0
    assert db.session.scalars(sa.select(ResetRequest.staff_id)).all() == [person.staff_id]
    assert not db.session.scalars(sa.select(PasswordLink)).all()
    office.refuses = False
    issued = sa.select(sa.func.count()).where(AuditEntry.act == Act.RESET_LINK.value)
    for _look in range(3):
        assert reset_link.send(office.mail, URL) == 0, "not at each look"
    assert db.session.scalar(issued) == 1
    time.passes(minutes=2)
    assert reset_link.send(office.mail, URL) == 1


@pytest.mark.parametrize(
    "address", ["a@[b.c", "a@b.c>", '"a@b.c', "a@b..c", ".@b.c", "a b@c.d", "山田@例え", "a@b.c\nBcc: x@y.z", "@"]
)
def test_an_address_that_no_mail_takes_stops_nobody_behind_it(client, mizuho, office, address):
    poison, behind = mizuho.person(), mizuho.person()
    asks(client, poison.email)
    asks(client, behind.email)
    db.session.execute(sa.update(Staff).where(Staff.id == poison.staff_id).values(email=address))
    db.session.commit()
    reset_link.send(office.mail, URL)
    assert behind.email in {mail["To"] for mail in office.mails}


def test_what_is_never_taken_is_given_to_the_office_to_hand_over(mizuho, office, time):
    new = mizuho.person()
    membership(new).staff.password_hash = None
    db.session.commit()
    password_link.invite_by_mail(mizuho.coordinator.actor, [membership(new)])
    db.session.commit()
    office.unknown = {new.email}
    for _look in range(delivery.MOST_ATTEMPTS + 2):
        reset_link.send(office.mail, URL)
        time.passes(hours=7)
    entries = sa.select(sa.func.count()).where(AuditEntry.act == Act.INVITATION_LINK.value)
    assert db.session.scalar(entries) == delivery.MOST_ATTEMPTS
    assert new.name in mizuho.coordinator.browser().get("/office").text


def test_an_invitation_names_the_office_that_asked(mizuho, hachioji, office):
    new = mizuho.person()
    membership(new).staff.password_hash = None
    there = entry.belong(membership(new).staff, entry.JoinStaff(hachioji.id, new.name, "アラタ", None, "H-7")).id
    db.session.commit()
    person = sa.select(Membership).options(joinedload(Membership.staff)).where(Membership.id == there)
    password_link.invite_by_mail(hachioji.coordinator.actor, db.session.scalars(person).all())
    db.session.commit()
    assert reset_link.send(office.mail, URL) == 1
    assert "八王子市の職員として" in office.mails[0].get_content()
    assert office.mails[0]["Date"]


def test_without_mail_it_is_the_coordinators(client, mizuho):
    person = mizuho.person()
    assert "研修担当に依頼が届きます" in asks(client, person.email)
    assert reset_link.send(Mail(), URL) == 0
    assert person.name in mizuho.coordinator.browser().get("/office").text


def test_an_office_invites_by_mail_whoever_has_an_address(mizuho, office, client):
    new, without = mizuho.person(), mizuho.person()
    for person in (new, without):
        membership(person).staff.password_hash = None
    membership(without).staff.email = None
    db.session.commit()
    people = [membership(new), membership(without)]
    assert password_link.invite_by_mail(mizuho.coordinator.actor, people) == 1
    db.session.commit()
    assert new.name not in mizuho.coordinator.browser().get("/office").text, "that is no request of theirs"
    assert reset_link.send(office.mail, URL) == 1
    [mail] = office.mails
    assert (mail["To"], mail["Subject"]) == (new.email, "ともまなびへの招待")
    assert "瑞穂町の職員として" in mail.get_content()
    path = re.search(r"/password/[\w-]+", mail.get_content())[0]
    assert client.post(path, data={"password": NEW, "again": NEW}).status_code == 302


def test_what_an_office_asked_for_is_not_sent_when_who_asked_has_left(mizuho, office):
    new, left = mizuho.person(), mizuho.person(Role.COORDINATOR)
    membership(new).staff.password_hash = None
    db.session.commit()
    password_link.invite_by_mail(left.actor, [membership(new)])
    membership(left).left_on = clock.today()
    db.session.commit()
    assert reset_link.send(office.mail, URL) == 0
    assert not db.session.scalars(sa.select(ResetRequest)).all()


def test_a_server_that_is_away_is_asked_once_a_look(client, mizuho):
    people = [mizuho.person() for _number in range(3)]
    for person in people:
        asks(client, person.email)
    assert reset_link.send(Mail(host="127.0.0.1", port=free_port()), URL) == 0
    assert len(db.session.scalars(sa.select(ResetRequest)).all()) == 3
