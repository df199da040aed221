"""An end that was a slip is taken back; nobody becomes unreachable, and nobody twice."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, ForbiddenError

from people.joining import rejoining
from people.joining.entry import JoinStaff, join, leave
from people.models import Membership, Role, Staff
from people.role import set_roles
from people.signing_in import password_link

YESTERDAY = -clock.DAY


def ended(office, **named):
    """Somebody whose membership ended yesterday."""
    person = office.person(**named)
    leave(office.coordinator.actor, person.membership_id, clock.today() + YESTERDAY)
    db.session.commit()
    return person


def test_a_slip_is_taken_back_on_the_page_of_those_who_left(mizuho):
    person, browser = mizuho.person(name="再任 花子"), mizuho.coordinator.browser()
    day = (clock.today() + YESTERDAY).isoformat()
    browser.post(f"/office/staff/{person.membership_id}/leave", data={"last_day": day})
    assert "「所属が終わった人」から取り消せます" in browser.get("/office/staff").text
    assert "再任 花子" in browser.get("/office/staff/former?q=再任").text
    answer = browser.post(f"/office/staff/{person.membership_id}/resume", data={"how": "resume"})
    assert answer.location.endswith(f"/office/staff/{person.membership_id}")
    assert "再任 花子" in browser.get("/office/staff?q=再任花子").text
    assert "再任 花子" not in browser.get("/office/staff/former").text
    assert person.browser().get("/me").status_code == 200


def test_an_end_that_lies_ahead_is_taken_back_too(mizuho):
    person = mizuho.person()
    leave(mizuho.coordinator.actor, person.membership_id, clock.today() + dt.timedelta(days=60))
    db.session.commit()
    browser = mizuho.coordinator.browser()
    assert "終了を取り消す" in browser.get(f"/office/staff/{person.membership_id}").text
    browser.post(f"/office/staff/{person.membership_id}/resume", data={"how": "resume"})
    assert db.session.get_one(Membership, person.membership_id, populate_existing=True).left_on is None


def test_who_comes_again_after_a_gap_is_the_same_person(mizuho):
    person, browser = ended(mizuho), mizuho.coordinator.browser()
    answer = browser.post(
        f"/office/staff/{person.membership_id}/resume", data={"how": "rejoin", "joined_on": "2099-13-01"}
    )
    assert answer.status_code == 422
    browser.post(
        f"/office/staff/{person.membership_id}/resume", data={"how": "rejoin", "joined_on": clock.today().isoformat()}
    )
    rows = db.session.scalars(sa.select(Membership).where(Membership.staff_id == person.staff_id)).all()
    assert [row.left_on is None for row in sorted(rows, key=lambda row: row.id)] == [False, True]
    assert "見つかりません" in browser.get("/office/staff/former?q=" + person.email).text


@pytest.mark.parametrize("known_by", ["email", "number"])
def test_who_left_is_not_entered_as_a_second_person(mizuho, known_by):
    person = ended(mizuho, name="再任 花子")
    typed = (
        {"email": person.email, "staff_number": None}
        if known_by == "email"
        else {"email": None, "staff_number": person.number.lower()}
    )
    again = JoinStaff(mizuho.id, "再任花子", "サイニン ハナコ", **typed)
    with pytest.raises(ConflictError, match="所属が終わった人"):
        join(mizuho.coordinator.actor, again)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Staff).where(Staff.name.contains("再任"))) == 1


def test_a_number_that_was_given_on_is_not_held_twice_on_any_day(mizuho):
    leaving, day = mizuho.person(), clock.today()
    leave(mizuho.coordinator.actor, leaving.membership_id, day + dt.timedelta(days=126))
    with pytest.raises(ConflictError, match="職員番号"):
        join(
            mizuho.coordinator.actor,
            JoinStaff(mizuho.id, "別の 人", "ベツノ ヒト", None, leaving.number, joined_on=day),
        )
    after = day + dt.timedelta(days=127)
    join(
        mizuho.coordinator.actor, JoinStaff(mizuho.id, "別の 人", "ベツノ ヒト", None, leaving.number, joined_on=after)
    )
    with pytest.raises(ConflictError, match="職員番号"):
        rejoining.resume(mizuho.coordinator.actor, leaving.membership_id)


@pytest.mark.parametrize("number", ["Z-12", "z-12", "Z−12", "Ｚー１２"])
def test_one_number_in_another_spelling_is_the_same_number(mizuho, number):
    join(mizuho.coordinator.actor, JoinStaff(mizuho.id, "一 人", "ヒト リ", None, "Z-12"))
    with pytest.raises(ConflictError, match="職員番号"):
        join(mizuho.coordinator.actor, JoinStaff(mizuho.id, "別の 人", "ベツノ ヒト", None, number))


def test_who_has_joined_another_organisation_since_is_not_drawn_back(mizuho, hachioji):
    person = ended(mizuho)
    db.session.add(Membership(staff_id=person.staff_id, organisation_id=hachioji.id, joined_on=clock.today()))
    db.session.flush()
    with pytest.raises(ConflictError, match="異動コード"):
        rejoining.resume(mizuho.coordinator.actor, person.membership_id)


def test_nobody_takes_up_again_what_gives_more_than_they_hold(mizuho):
    administrator, other = mizuho.person(Role.ADMINISTRATOR), mizuho.person(Role.ADMINISTRATOR)
    leave(other.actor, administrator.membership_id, clock.today() + YESTERDAY)
    with pytest.raises(ForbiddenError):
        rejoining.resume(mizuho.coordinator.actor, administrator.membership_id)


def test_another_organisation_finds_nobody_who_left(mizuho, hachioji):
    person, browser = ended(mizuho), hachioji.coordinator.browser()
    assert person.name not in browser.get("/office/staff/former").text
    assert browser.get(f"/office/staff/{person.membership_id}/resume").status_code == 404
    assert browser.post(f"/office/staff/{person.membership_id}/resume", data={"how": "resume"}).status_code == 404


def _changes_the_password(mizuho, person):
    person.browser().post(
        "/account",
        data={
            "present": "a long enough pass phrase",
            "password": "quite another phrase 1",
            "again": "quite another phrase 1",
        },
    )


def _is_given_a_role(mizuho, person):
    set_roles(mizuho.person(Role.ADMINISTRATOR).actor, person.membership_id, {Role.ADMINISTRATOR})


def _gets_another_address(mizuho, person):
    db.session.get_one(Staff, person.staff_id).email = "another@example.lg.jp"


def _leaves(mizuho, person):
    leave(mizuho.coordinator.actor, person.membership_id, clock.today() + YESTERDAY)


def _joins_elsewhere_as_administrator(mizuho, person):
    elsewhere = Membership(
        staff_id=person.staff_id, organisation_id=mizuho.id + 1, joined_on=clock.today() + dt.timedelta(days=120)
    )
    db.session.add(elsewhere)


@pytest.mark.parametrize(
    "change", [_changes_the_password, _is_given_a_role, _gets_another_address, _leaves, _joins_elsewhere_as_administrator]
)  # fmt: skip
def test_a_link_ends_with_every_change_that_would_make_it_more_than_it_was(mizuho, client, change):
    person = mizuho.person()
    _row, token = password_link.issue_for(mizuho.coordinator.actor, person.membership_id)
    db.session.commit()
    assert client.get(f"/password/{token}").status_code == 200
    change(mizuho, person)
    db.session.commit()
    assert client.get(f"/password/{token}").status_code == 404
    typed = {"password": "somebody else's phrase 9", "again": "somebody else's phrase 9"}
    assert client.post(f"/password/{token}", data=typed).status_code == 404


def test_who_will_be_an_administrator_elsewhere_gets_no_link_from_the_office_of_today(mizuho, hachioji):
    person = mizuho.person()
    coming = Membership(
        staff_id=person.staff_id, organisation_id=hachioji.id, joined_on=clock.today() + dt.timedelta(days=90)
    )
    db.session.add(coming)
    db.session.flush()
    set_roles(hachioji.person(Role.ADMINISTRATOR).actor, coming.id, {Role.ADMINISTRATOR})
    with pytest.raises(ForbiddenError):
        password_link.issue_for(mizuho.coordinator.actor, person.membership_id)
