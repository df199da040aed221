"""Who belongs to two organisations (併任) acts for the one that is entitled, whichever came first."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import session_of
from joint_sessions import joint
from typed_forms import Typed

from kernel import clock
from kernel.database import add, db

from people.models import Membership, Organisation, Role, RoleGrant, Staff
from people.role import set_roles

from courses.sessions.models import AdmissionRule, Audience

from participation.joint.models import NominationList, Wish
from participation.models import Enrolment


@pytest.fixture
def both(mizuho, hachioji):
    """A clerk of 瑞穂町 who also belongs to 八王子市, as its coordinator."""
    person = mizuho.person()
    second = add(
        Membership(
            staff_id=person.staff_id, organisation_id=hachioji.id, joined_on=clock.today() - dt.timedelta(days=1)
        )
    )
    add(RoleGrant(membership_id=second.id, role=Role.COORDINATOR))
    first = db.session.get_one(Membership, person.membership_id)
    first.joined_on = clock.today() - dt.timedelta(days=400)
    db.session.commit()
    return person


def chosen(office, host, **planned):
    organisation = db.session.get_one(Organisation, office.id)
    return session_of("guideline-localize", host, audience=Audience.CHOSEN, chosen=[organisation], **planned)


def test_a_place_is_taken_for_the_organisation_whose_staff_may_come(both, hachioji, secretariat):
    session_id = chosen(hachioji, secretariat).id
    browser = both.browser()
    assert "申し込む" in browser.get(f"/sessions/{session_id}").text
    assert browser.post(f"/sessions/{session_id}/enrol").status_code == 302
    assert db.session.scalars(sa.select(Enrolment.organisation_id)).one() == hachioji.id


def test_a_wish_is_told_to_the_organisation_whose_staff_may_come(both, hachioji, secretariat):
    session_id = chosen(hachioji, secretariat, giving=AdmissionRule.NOMINATION).id
    assert both.browser().post(f"/sessions/{session_id}/wish", data={"note": ""}).status_code == 302
    assert db.session.scalars(sa.select(Wish.organisation_id)).one() == hachioji.id


def test_where_both_may_come_it_is_the_main_one(both, mizuho, secretariat):
    session_id = session_of("guideline-localize", secretariat).id
    both.browser().post(f"/sessions/{session_id}/enrol")
    assert db.session.scalars(sa.select(Enrolment.organisation_id)).one() == mizuho.id


def test_a_coordinator_of_the_second_organisation_works_for_that_one(both, hachioji, secretariat):
    page = f"/office/nominations/{joint(secretariat)}"
    browser = both.browser()
    assert "八王子市" in browser.get(page).text
    assert browser.post(page, data={"note": "よろしく"}).status_code == 302
    assert db.session.scalars(sa.select(NominationList.organisation_id)).one() == hachioji.id
    for page in (
        "/office/staff/new",
        "/office",
        "/office/adoptions",
        "/curricula/newcomers/adopt",
        "/office/invitation",
    ):
        answer = browser.get(page)
        assert answer.status_code == 200, page
    assert "八王子市" in browser.get("/curricula/newcomers/adopt").text


def entry_form(browser, membership_id, **changed):
    """What the form of a membership is filled with, and changed to."""
    typed = Typed()
    typed.feed(browser.get(f"/office/staff/{membership_id}/edit").text)
    filled = next(dict(form) for form in typed.forms if any(name == "reading" for name, _value in form))
    return {**filled, **changed}


def test_name_and_address_belong_to_the_person_and_the_first_office(both, mizuho, hachioji):
    second = db.session.scalars(
        sa.select(Membership.id).where(Membership.staff_id == both.staff_id, Membership.organisation_id == hachioji.id)
    ).one()
    db.session.get_one(Staff, both.staff_id).reading = "ショクイン イチ"
    browser = hachioji.administrator.browser()
    for changed in ({"name": "別の 名前"}, {"email": "stolen@example.lg.jp"}, {"reading": "ベツノ ナマエ"}):
        answer = browser.post(f"/office/staff/{second}/edit", data=entry_form(browser, second, **changed))
        assert answer.status_code == 422
        assert "先に所属している瑞穂町が訂正します" in answer.text
    changed = entry_form(browser, second, department="総務課（併任）")
    assert browser.post(f"/office/staff/{second}/edit", data=changed).status_code == 302, "what is its own it corrects"
    set_roles(hachioji.administrator.actor, second, set())
    db.session.commit()
    first = mizuho.administrator.browser()
    changed = entry_form(first, both.membership_id, name="改名 花子")
    assert first.post(f"/office/staff/{both.membership_id}/edit", data=changed).status_code == 302
    assert db.session.scalars(sa.select(Staff.name).where(Staff.id == both.staff_id)).one() == "改名 花子"
