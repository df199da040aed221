"""Sign-ins go on at a device, and end there: by the person, by the office, by time; some acts ask who it is once more."""

from __future__ import annotations

import datetime as dt

import itsdangerous.timed
import pytest
import sqlalchemy as sa
from factories import PASSWORD, membership

from kernel import clock
from kernel.database import db

from people.act import Act
from people.actor import IDLE, LONGEST
from people.models import AuditEntry, OpenSignIn, Role
from people.signing_in import open_sign_in, sign_in

NEW = "another long pass phrase"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1"


def is_in(browser):
    return browser.get("/me").status_code == 200


def copied(app, browser):
    """Another browser, with the same cookie."""
    name, thief = app.config["SESSION_COOKIE_NAME"], app.test_client()
    domain = browser.get("/me").request.host.partition(":")[0]
    thief.set_cookie(name, browser.get_cookie(name, domain).value, domain=domain)
    return thief


def test_a_copied_cookie_ends_with_the_sign_in(app, mizuho):
    browser = mizuho.staff.browser()
    thief = copied(app, browser)
    assert is_in(thief)
    browser.post("/sign-out")
    assert not is_in(thief)
    assert thief.post("/notices/read").status_code == 302


def test_a_sign_in_at_which_nothing_is_done_ends(mizuho, time):
    browser = mizuho.staff.browser()
    time.passes(hours=3)
    assert is_in(browser), "and this was something"
    time.passes(hours=3)
    assert is_in(browser)
    time.passes(seconds=IDLE.total_seconds() + 1)
    assert not is_in(browser)


def test_a_clock_that_goes_back_signs_nobody_out(mizuho, monkeypatch, time):
    real = itsdangerous.timed.time.time
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: real() + 3600)
    browser = mizuho.staff.browser()
    monkeypatch.setattr(itsdangerous.timed.time, "time", real)
    time.passes(hours=-1)
    assert is_in(browser)
    assert browser.post("/notices/read").status_code == 302
    assert is_in(browser)


def test_a_new_secret_key_signs_nobody_out_while_the_former_one_is_named(app, mizuho):
    browser, other = mizuho.staff.browser(), mizuho.coordinator.browser()
    former = app.config["SECRET_KEY"]
    try:
        app.config.update(SECRET_KEY="another key, as long as a key must be: 0123456789abcdef")
        app.config.update(SECRET_KEY_FALLBACKS=[former])
        assert is_in(browser)
        assert browser.post("/notices/read").status_code == 302
        app.config.update(SECRET_KEY_FALLBACKS=[])
        assert is_in(browser), "what was signed anew needs the former one no more"
        assert not is_in(other)
    finally:
        app.config.update(SECRET_KEY=former, SECRET_KEY_FALLBACKS=[])


def test_no_sign_in_goes_on_for_longer_than_a_day_of_work(mizuho, time):
    browser = mizuho.staff.browser()
    for _hour in range(11):
        time.passes(hours=1)
        assert is_in(browser)
    time.passes(seconds=(LONGEST - dt.timedelta(hours=11)).total_seconds() + 1)
    assert not is_in(browser)


def test_an_act_counts_as_something_done_too(mizuho, time):
    browser = mizuho.staff.browser()
    time.passes(hours=3)
    assert browser.post("/notices/read").status_code == 302
    time.passes(hours=3)
    assert is_in(browser)


def test_sign_ins_that_ended_are_forgotten(mizuho, time):
    mizuho.staff.browser()
    time.passes(hours=13)
    mizuho.person().browser()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OpenSignIn)) == 1


@pytest.mark.parametrize(
    ("agent", "device"),
    [(EDGE, "Windows・Edge"), (PHONE, "iPhone・Safari"), ("curl/8", "不明な端末"), ("", "不明な端末")],
)
def test_a_device_is_named_as_far_as_it_says_so(agent, device):
    assert open_sign_in.device_of(agent) == device


def test_everybody_sees_the_own_sign_ins_and_ends_one(app, mizuho):
    here, phone = mizuho.staff.browser(), app.test_client()
    phone.post("/sign-in", data={"account": mizuho.staff.email, "password": PASSWORD}, headers={"User-Agent": PHONE})
    page = here.get("/account").text
    assert "iPhone・Safari" in page
    assert "この端末" in page
    (other,) = db.session.scalars(sa.select(OpenSignIn.id).where(OpenSignIn.device == "iPhone・Safari")).all()
    assert here.post(f"/account/sign-ins/{other}/end").status_code == 302
    assert not is_in(phone)
    assert is_in(here)


def test_who_signs_in_over_somebody_ends_their_sign_in(app, mizuho):
    browser = mizuho.staff.browser()
    left = copied(app, browser)
    browser.post("/sign-in", data={"account": mizuho.coordinator.email, "password": PASSWORD})
    assert is_in(browser)
    assert not is_in(left)


def test_nobody_ends_the_sign_in_of_another(mizuho):
    victim = mizuho.staff.browser()
    (theirs,) = db.session.scalars(sa.select(OpenSignIn.id)).all()
    assert mizuho.person(Role.ADMINISTRATOR).browser().post(f"/account/sign-ins/{theirs}/end").status_code == 404
    assert is_in(victim)


def test_a_new_password_ends_the_other_sign_ins_and_not_this_one(mizuho):
    here, there = mizuho.staff.browser(), mizuho.staff.browser()
    assert here.post("/account", data={"present": PASSWORD, "password": NEW, "again": NEW}).status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_the_office_ends_the_sign_ins_of_its_own_people(mizuho, hachioji):
    browser = mizuho.staff.browser()
    address = f"/office/staff/{mizuho.staff.membership_id}/sign-out"
    assert hachioji.coordinator.browser().post(address).status_code == 404
    assert is_in(browser)
    assert mizuho.coordinator.browser().post(address).status_code == 302
    assert not is_in(browser)
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == Act.SIGN_INS_ENDED.value)).one()
    assert entry.subject == mizuho.staff.name


def test_a_coordinator_ends_no_sign_in_of_who_holds_more(mizuho):
    browser = mizuho.administrator.browser()
    address = f"/office/staff/{mizuho.administrator.membership_id}/sign-out"
    assert mizuho.coordinator.browser().post(address).status_code == 403
    assert is_in(browser)


def test_a_sign_in_that_fails_is_on_record_in_the_own_office(client, mizuho, hachioji):
    client.post("/sign-in", data={"account": mizuho.staff.email, "password": "wrong"})
    row = '<td data-label="操作">サインインの失敗</td>'
    assert row in mizuho.administrator.browser().get("/admin/audit").text
    assert row not in hachioji.administrator.browser().get("/admin/audit").text


def opens_doors(mizuho):
    """The acts that give access to others, or take personal data out: how they are asked for."""
    person = mizuho.person()
    return {
        "roles": ("POST", f"/office/staff/{person.membership_id}/roles", {"roles": "coordinator"}),
        "link": ("POST", f"/office/staff/{person.membership_id}/link", {}),
        "address": ("POST", f"/office/staff/{person.membership_id}/edit", {"email": "elsewhere@example.lg.jp"}),
        "invitation": ("POST", "/office/invitation", {"most": "5"}),
        "transfer code": ("POST", "/account/transfer-code", {"ends_present": "yes"}),
        "calendar": ("POST", "/account/calendar", {}),
    }


def test_what_opens_doors_asks_for_the_password_once_an_hour(mizuho, time):
    browser = mizuho.coordinator.browser()
    office = browser.get("/office").request.url
    time.passes(minutes=61)
    for name, (method, address, sent) in opens_doors(mizuho).items():
        asked = browser.open(address, method=method, data=sent, headers={"Referer": office})
        assert (asked.status_code, asked.location) == (302, "/confirm?next=/office"), name
    assert "パスワードがちがいます" not in browser.get(asked.location).text
    wrong = browser.post(asked.location, data={"present": "wrong"})
    assert sign_in.WRONG_PRESENT in wrong.text
    answer = browser.post(asked.location, data={"present": PASSWORD})
    assert answer.location == "/office"
    assert "もう一度、操作を続けてください" in browser.get("/office").text
    for name, (method, address, sent) in opens_doors(mizuho).items():
        done = browser.open(address, method=method, data=sent)
        assert "/confirm" not in (done.location or ""), name


def test_the_password_is_asked_for_as_patiently_as_at_the_sign_in(mizuho):
    browser = mizuho.staff.browser()
    for _time in range(sign_in.PER_ACCOUNT):
        assert sign_in.WRONG_PRESENT in browser.post("/confirm", data={"present": "wrong"}).text
    assert sign_in.SLOW_DOWN in browser.post("/confirm", data={"present": PASSWORD}).text
    sent = {"present": PASSWORD, "password": NEW, "again": NEW}
    assert sign_in.SLOW_DOWN in browser.post("/account", data=sent).text


def test_a_confirmation_leads_to_no_other_site(mizuho):
    answer = mizuho.staff.browser().post("/confirm?next=//evil.example", data={"present": PASSWORD})
    assert answer.location == "/me"


def test_who_belongs_nowhere_any_more_keeps_the_own_sign_ins(mizuho):
    left = mizuho.person()
    browser = left.browser()
    membership(left).left_on = clock.today()
    db.session.commit()
    assert "サインイン中の端末" in browser.get("/account").text


def test_an_office_stops_the_signing_in_of_somebody_and_lets_it_go_on(app, mizuho, hachioji):
    browser, coordinator = mizuho.staff.browser(), mizuho.coordinator.browser()
    address = f"/office/staff/{mizuho.staff.membership_id}"
    known = {"account": mizuho.staff.email, "password": PASSWORD}
    assert hachioji.coordinator.browser().post(f"{address}/block").status_code == 404
    assert coordinator.post(f"{address}/block", data={"act": "block"}).status_code == 302
    assert not is_in(browser)
    refused = app.test_client().post("/sign-in", data=known)
    assert refused.status_code != 302
    assert "研修担当が停止しています" in refused.text
    wrong = app.test_client().post("/sign-in", data={**known, "password": "something else altogether"})
    assert "停止しています" not in wrong.text, "who does not know the password learns nothing"
    assert "サインインを停止しています" in coordinator.get(address).text
    assert coordinator.post(f"{address}/block", data={"act": "unblock"}).status_code == 302
    assert app.test_client().post("/sign-in", data=known).status_code == 302
    own = f"/office/staff/{mizuho.coordinator.membership_id}/block"
    assert coordinator.post(own, data={"act": "block"}).status_code == 409
    assert coordinator.post(f"/office/staff/{mizuho.administrator.membership_id}/block").status_code == 403
    acts = db.session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert [act for act in acts if "block" in act] == ["blocked", "unblocked"]
