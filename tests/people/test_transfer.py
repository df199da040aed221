"""People move between organisations, and what they learned goes along."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from factories import Office, membership

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people.act import Act
from people.joining import transfer
from people.joining.transfer import WelcomeStaff
from people.models import AuditEntry, Membership, Role


def welcome(office, code, **more):
    usual = {
        "organisation_id": office.id, "code": code, "staff_number": None, "department": "総務課", "post": "",
        "joined_on": clock.today(),
    }  # fmt: skip
    return transfer.welcome(office.coordinator.actor, WelcomeStaff(**{**usual, **more}))


def memberships_of(person):
    return db.session.scalars(
        sa.select(Membership).where(Membership.staff_id == person.staff_id).order_by(Membership.id)
    ).all()


def test_a_person_takes_the_record_along_to_the_new_organisation(mizuho, hachioji):
    mover = mizuho.person()
    browser = mover.browser()
    browser.post("/courses/paperless-basics/enrol")
    page = browser.post("/account/transfer-code", data={"ends_present": "yes"}).text
    code = re.search(r'value="(\w{4}-\w{4}-\w{4})"', page)[1]
    answer = hachioji.coordinator.browser().post(
        "/office/staff/welcome",
        data={"organisation_id": hachioji.id, "code": f" {code.lower()} ", "joined_on": clock.today().isoformat()},
    )
    assert answer.status_code == 302
    old, new = memberships_of(mover)
    assert (old.left_on, new.organisation_id, new.joined_on) == (clock.today(), hachioji.id, clock.today())
    assert "ペーパーレス" in mover.browser().get("/me").text
    assert mover.actor.organisation_id == hachioji.id
    assert mover.name not in mizuho.coordinator.browser().get("/office/staff").text


def test_a_transfer_does_not_write_anew_what_was_long_before_its_code(mizuho, hachioji):
    mover = mizuho.person()
    code = transfer.make_code(mover.actor, ends_present=True)
    for days in (20_000, 365, 32):
        with pytest.raises(InvalidError, match="1か月前より前"):
            welcome(hachioji, code, joined_on=clock.today() - dt.timedelta(days=days))
    welcome(hachioji, code, joined_on=clock.today() - dt.timedelta(days=31))
    old, new = memberships_of(mover)
    assert old.left_on == new.joined_on


def test_a_second_membership_keeps_the_first(mizuho, hachioji):
    both = mizuho.person()
    welcome(hachioji, transfer.make_code(both.actor, ends_present=False))
    assert {id_ for id_, _role in both.actor.roles} == {mizuho.id, hachioji.id}
    assert both.actor.organisation_id == mizuho.id


def test_a_transfer_is_entered_before_its_day(mizuho, hachioji):
    mover, first_of_april = mizuho.person(), clock.today() + dt.timedelta(days=40)
    new = welcome(hachioji, transfer.make_code(mover.actor, ends_present=True), joined_on=first_of_april)
    assert mover.actor.organisation_id == mizuho.id
    assert membership(mover).left_on == first_of_april
    db.session.commit()
    page = hachioji.coordinator.browser().get("/office/staff").text
    assert f"{clock.date_label(first_of_april)}から" in page
    assert hachioji.coordinator.browser().get(f"/office/staff/{new.id}").status_code == 200


def test_a_code_opens_once_and_not_for_ever(mizuho, hachioji, monkeypatch):
    mover = mizuho.person()
    code = transfer.make_code(mover.actor, ends_present=True)
    later = clock.now() + transfer.VALID_FOR
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        with pytest.raises(InvalidError, match="このコードは使えません"):
            welcome(hachioji, code)
    welcome(hachioji, code)
    with pytest.raises(InvalidError, match="このコードは使えません"):
        welcome(Office.of("132241"), code)


def test_the_newest_code_counts(mizuho, hachioji):
    mover = mizuho.person()
    first = transfer.make_code(mover.actor, ends_present=True)
    transfer.make_code(mover.actor, ends_present=True)
    with pytest.raises(InvalidError):
        welcome(hachioji, first)


def test_nobody_is_entered_twice_in_one_organisation(mizuho):
    with pytest.raises(ConflictError, match="すでにこの団体"):
        welcome(mizuho, transfer.make_code(mizuho.staff.actor, ends_present=False))


def test_the_last_administrator_does_not_go_by_transfer(mizuho, hachioji):
    only = mizuho.person(Role.ADMINISTRATOR)
    code = transfer.make_code(only.actor, ends_present=True)
    with pytest.raises(ConflictError, match="ただ一人の管理者"):
        welcome(hachioji, code)
    db.session.rollback()
    assert membership(only).left_on is None


def test_people_are_entered_in_the_own_organisation_only(mizuho, hachioji):
    code = transfer.make_code(mizuho.person().actor, ends_present=False)
    command = WelcomeStaff(Office.of("132241").id, code, None, "", "", clock.today())
    with pytest.raises(NotFoundError):
        transfer.welcome(hachioji.coordinator.actor, command)


def test_both_organisations_can_read_about_a_transfer(mizuho, hachioji):
    welcome(hachioji, transfer.make_code(mizuho.person().actor, ends_present=True))
    acts = db.session.execute(sa.select(AuditEntry.organisation_id, AuditEntry.act)).all()
    assert (mizuho.id, Act.LEFT_BY_TRANSFER.value) in acts
    assert (hachioji.id, Act.TRANSFERRED.value) in acts


def test_a_membership_that_ends_earlier_is_not_made_longer(mizuho, hachioji):
    mover, end = mizuho.person(), clock.today() + 10 * clock.DAY
    membership(mover).left_on = end
    db.session.flush()
    welcome(hachioji, transfer.make_code(mover.actor, ends_present=True), joined_on=end + 30 * clock.DAY)
    assert membership(mover).left_on == end


def test_a_staff_number_that_would_be_an_address_is_refused_on_a_transfer_too(mizuho, hachioji):
    code = transfer.make_code(mizuho.person().actor, ends_present=False)
    form = {"organisation_id": hachioji.id, "code": code, "joined_on": "R8.4.1", "staff_number": "a@b"}
    answer = hachioji.coordinator.browser().post("/office/staff/welcome", data=form)
    assert answer.status_code == 422
    assert "@ は使えません" in answer.text
