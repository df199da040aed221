"""Signing in: by e-mail or staff number, slowed down, without telling who exists."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import PASSWORD, membership
from flask import url_for

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError

from people.act import Act
from people.models import AuditEntry, Role, Staff
from people.signing_in import password, password_link, sign_in
from people.signing_in.models import PasswordLink, ResetRequest


def try_to(client, **typed):
    return client.post("/sign-in", data={"password": PASSWORD, **typed})


def test_staff_sign_in_by_mail_and_come_to_the_page_they_wanted(client, mizuho):
    asked = client.get("/office?x=1")
    assert asked.status_code == 302
    answer = client.post(asked.location, data={"account": mizuho.coordinator.email.upper(), "password": PASSWORD})
    assert answer.location.endswith("/office?x=1")
    assert client.get("/office").status_code == 200


def test_staff_sign_in_by_number_and_organisation(client, mizuho):
    for organisation in ("瑞穂町", "133035", "\uff11\uff13\uff13\uff10\uff13\uff15"):
        assert try_to(client, account=mizuho.staff.number, organisation=organisation).status_code == 302


def test_a_wanted_page_elsewhere_is_not_followed(client, mizuho):
    for elsewhere in ("https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)"):
        answer = client.post(
            "/sign-in", query_string={"next": elsewhere}, data={"account": mizuho.staff.email, "password": PASSWORD}
        )
        assert answer.location == url_for("front.me", _external=False)


def test_messages_do_not_tell_who_exists(client, mizuho):
    wrong = try_to(client, account=mizuho.staff.email, password="not the pass phrase")
    nobody = try_to(client, account="nobody@example.lg.jp")
    unknown_office = try_to(client, account="S1", organisation="ない町")
    for answer in (wrong, nobody, unknown_office):
        assert sign_in.WRONG in answer.text
    sent = {
        client.post("/password/forgotten", data={"email": email}).text
        for email in (mizuho.staff.email, "nobody@example.lg.jp")
    }
    assert len(sent) == 1


def test_failures_slow_down_the_account_even_with_the_right_password(client, mizuho):
    for _time in range(sign_in.PER_ACCOUNT):
        try_to(client, account=mizuho.staff.email, password="wrong")
    assert sign_in.SLOW_DOWN in try_to(client, account=mizuho.staff.email).text
    assert try_to(client, account=mizuho.coordinator.email).status_code == 302


def test_failures_slow_down_the_address(client, mizuho):
    for number in range(sign_in.PER_ADDRESS):
        try_to(client, account=f"nobody{number}@example.lg.jp", password="wrong")
    assert sign_in.SLOW_DOWN in try_to(client, account=mizuho.staff.email).text


def test_after_a_quarter_of_an_hour_one_may_try_again(client, mizuho, monkeypatch):
    for _time in range(sign_in.PER_ACCOUNT):
        try_to(client, account=mizuho.staff.email, password="wrong")
    later = clock.now() + dt.timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert try_to(client, account=mizuho.staff.email).status_code == 302


def test_signing_in_starts_a_new_session(client, mizuho):
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
    try_to(client, account=mizuho.staff.email)
    with client.session_transaction() as after:
        assert "planted" not in after


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client, mizuho):
    cookie = try_to(client, account=mizuho.staff.email).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_out_everywhere_ends_the_other_sign_ins(mizuho):
    here, there = mizuho.staff.browser(), mizuho.staff.browser()
    here.post("/sign-out-everywhere")
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 302


def test_signing_out_ends_this_sign_in(mizuho):
    browser = mizuho.staff.browser()
    browser.post("/sign-out")
    assert browser.get("/me").status_code == 302


def test_an_invitation_lets_the_person_and_nobody_else_choose_the_password(client, mizuho):
    invited = mizuho.person()
    member = membership(invited)
    member.staff.password_hash = None
    token = password_link.issue(mizuho.coordinator.actor, member)
    db.session.commit()
    assert token not in {row.token_digest for row in db.session.scalars(sa.select(PasswordLink))}
    chosen = {"password": "my own long pass phrase", "again": "my own long pass phrase"}
    assert client.post(f"/password/{token}", data=chosen).status_code == 302
    assert client.post(f"/password/{token}", data=chosen).status_code == 404
    assert try_to(client, account=invited.email, password=chosen["password"]).status_code == 302


def test_a_link_ends_after_its_time(client, mizuho, monkeypatch):
    token = password_link.issue(mizuho.coordinator.actor, membership(mizuho.staff))
    db.session.commit()
    later = clock.now() + dt.timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = client.get(f"/password/{token}")
    assert answer.status_code == 404
    assert "新しいリンクを頼んで" in answer.text


def test_a_forgotten_password_waits_on_the_coordinators_page_until_a_link_is_handed_over(client, mizuho, hachioji):
    client.post("/password/forgotten", data={"email": mizuho.staff.email})
    coordinator = mizuho.coordinator.browser()
    assert mizuho.staff.name in coordinator.get("/office").text
    assert mizuho.staff.name not in hachioji.coordinator.browser().get("/office").text
    shown = coordinator.post(f"/office/staff/{mizuho.staff.membership_id}/link").text
    assert "/password/" in shown
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ResetRequest)) == 0


def test_a_short_password_is_refused_with_the_reason(mizuho):
    browser = mizuho.staff.browser()
    answer = browser.post("/account", data={"present": PASSWORD, "password": "short", "again": "short"})
    assert answer.status_code == 422
    assert "12文字以上" in answer.text


def test_changing_the_password_needs_the_present_one(mizuho):
    browser = mizuho.staff.browser()
    new = {"password": "another long pass phrase", "again": "another long pass phrase"}
    assert "いまのパスワードが違います" in browser.post("/account", data={"present": "wrong", **new}).text
    assert browser.post("/account", data={"present": PASSWORD, **new}).status_code == 302
    assert browser.get("/me").status_code == 200
    assert db.session.get_one(Staff, mizuho.staff.staff_id).sign_in_epoch == 2


def test_signing_in_is_on_record(client, mizuho):
    try_to(client, account=mizuho.staff.email)
    acts = db.session.scalars(sa.select(AuditEntry.act).where(AuditEntry.actor_id == mizuho.staff.staff_id)).all()
    assert acts == [Act.SIGNED_IN.value]


def test_who_has_left_still_reads_the_own_record_and_nothing_else(client, mizuho):
    left = mizuho.person(Role.ADMINISTRATOR)
    membership(left).left_on = clock.today()
    db.session.commit()
    assert try_to(client, account=left.email).status_code == 302
    assert client.get("/me").status_code == 200
    assert client.get("/account").status_code == 200
    assert client.get("/office/staff").status_code == 404
    refused = client.post("/courses/paperless-basics/enrol")
    assert (refused.status_code, "いまの所属がないため" in refused.text) == (403, True)


def test_who_has_left_reaches_the_own_record_by_the_number_of_then(client, mizuho):
    left = mizuho.person()
    membership(left).left_on = clock.today()
    db.session.commit()
    assert try_to(client, account=left.number, organisation=mizuho.code).status_code == 302
    assert client.get("/me").status_code == 200
    assert client.get("/office/staff").status_code == 404, "the record, and nothing of the office"


def test_a_number_that_was_given_anew_is_its_present_bearers(client, mizuho):
    left, new = mizuho.person(), mizuho.person()
    membership(left).left_on = clock.today()
    membership(new).staff_number = left.number
    db.session.commit()
    assert try_to(client, account=left.number, organisation=mizuho.code).status_code == 302
    assert new.name in client.get("/me").text


def test_failures_count_for_the_person_whichever_name_is_tried(client, mizuho):
    somebody = mizuho.person()
    for _time in range(3):
        try_to(client, account=somebody.email, password="wrong")
    for _time in range(2):
        try_to(client, account=somebody.number, organisation=mizuho.code, password="wrong")
    assert sign_in.SLOW_DOWN in try_to(client, account=somebody.number, organisation=mizuho.code).text
    assert sign_in.SLOW_DOWN in try_to(client, account=somebody.email.upper()).text


@pytest.mark.parametrize("easy", ["password1234", "qwertyuiop12", "mizuhomizuho", "aaaaaaaaaaaaaa", "keikoku.kenji1"])
def test_a_password_that_is_easily_guessed_is_refused(app, easy):
    with pytest.raises(InvalidError, match="推測されやすい"):
        password.hashed(easy, "渓谷 健二", "keikoku.kenji@example.lg.jp")


@pytest.mark.parametrize("wanted", ["/\t/evil.example", "/%09/evil.example", "/\\evil.example", "//evil.example"])
def test_no_wanted_page_leads_elsewhere(client, mizuho, wanted):
    answer = client.post(
        "/sign-in",
        query_string={"next": wanted},
        data={"account": mizuho.staff.email, "password": "a long enough pass phrase"},
    )
    assert "evil" not in answer.location or answer.location.startswith("/%")


def from_address(app, address):
    """A browser at an address of its own."""
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = address
    return browser


def signs_in(browser, person, secret=PASSWORD):
    """Try to sign in; tell whether it worked."""
    return browser.post("/sign-in", data={"account": person.email, "password": secret}).status_code == 302


def test_failures_of_colleagues_lock_no_office_out(app, mizuho):
    people = [mizuho.person() for _number in range(3)]
    assert all(signs_in(from_address(app, "192.0.2.1"), person) for person in people)
    for number in range(sign_in.PER_ADDRESS + sign_in.PER_COLLEAGUE * 3 - 1):
        from_address(app, "192.0.2.1").post("/sign-in", data={"account": f"nobody{number}@example.jp", "password": "x"})
    assert signs_in(from_address(app, "192.0.2.1"), people[0]), "each who signed in there makes room for more"
    for number in range(2):
        from_address(app, "192.0.2.1").post("/sign-in", data={"account": f"more{number}@example.jp", "password": "x"})
    assert not signs_in(from_address(app, "192.0.2.1"), people[0])


def test_a_stranger_elsewhere_locks_nobody_out_of_where_they_work(app, mizuho):
    person = mizuho.person()
    assert signs_in(from_address(app, "192.0.2.1"), person)
    for number in range(sign_in.PER_ACCOUNT_ELSEWHERE):
        assert not signs_in(from_address(app, f"198.51.100.{number}"), person, "wrong")
    assert not signs_in(from_address(app, "203.0.113.9"), person), (
        "from a new address the account is closed for a while"
    )
    assert signs_in(from_address(app, "192.0.2.1"), person)


def test_the_same_password_again_is_no_change(app, mizuho):
    browser = mizuho.staff.browser()
    typed = {"present": PASSWORD, "password": PASSWORD, "again": PASSWORD}
    answer = browser.post("/account", data=typed)
    assert "いままでと同じパスワードです。" in answer.text


def test_a_new_password_stays_in_the_form_while_another_field_is_put_right(client, mizuho):
    token = password_link.issue(mizuho.coordinator.actor, membership(mizuho.person()))
    db.session.commit()
    answer = client.post(f"/password/{token}", data={"password": "kawa no hotori no ie", "again": "kawa no hotori"})
    assert "二つのパスワードが一致していません。" in answer.text
    assert 'value="kawa no hotori no ie"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'value="wrong"' not in client.post("/sign-in", data={"account": "x", "password": "wrong"}).text
