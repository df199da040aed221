"""Beside the password something one has: an app, a passkey, a code for the day without either."""

from __future__ import annotations

import re

import pyotp
import pytest
import sqlalchemy as sa
from factories import PASSWORD

from kernel import clock
from kernel.database import db

from people import actor as acting
from people.models import OpenSignIn, Role
from people.signing_in import second_factor, sign_in
from people.signing_in.models import RecoveryCode, SecondFactor


@pytest.fixture
def needed():
    """Administrators and the secretariat have their roles only where they proved themselves twice."""
    acting.ask_for_second_factor(wanted=True)
    yield
    acting.ask_for_second_factor(wanted=False)


def shown(secret):
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()))


def adds_an_app(browser):
    """Set up an app as one does on the page; return its secret and the recovery codes."""
    page = browser.get("/account/second-factor").text
    secret = re.search(r"<code>(\w+)</code>", page)[1]
    codes = browser.post("/account/second-factor/app", data={"name": "電話", "code": shown(secret)}).text
    return secret, re.findall(r"<code>([\w-]+)</code>", codes)


def begins(app, person):
    """Sign in up to the second step; return the browser."""
    browser = app.test_client()
    answer = browser.post("/sign-in?next=/account", data={"account": person.email, "password": PASSWORD})
    assert answer.location == "/sign-in/second?next=/account"
    return browser


def proves(browser, code):
    return browser.post("/sign-in/second?next=/account", data={"code": code})


def test_with_an_app_the_password_alone_opens_nothing(app, mizuho, time):
    secret, codes = adds_an_app(mizuho.staff.browser())
    assert len(codes) == second_factor.RECOVERY_CODES
    browser = begins(app, mizuho.staff)
    assert browser.get("/me").status_code == 302
    assert browser.post("/notices/read").status_code == 302
    assert second_factor.WRONG in proves(browser, "000000").text
    time.passes(minutes=1)
    assert proves(browser, shown(secret)).location == "/account"
    assert browser.get("/me").status_code == 200


def test_a_code_is_used_up_by_being_shown(app, mizuho, time):
    secret, _codes = adds_an_app(mizuho.staff.browser())
    time.passes(minutes=1)
    code = shown(secret)
    assert proves(begins(app, mizuho.staff), code).status_code == 302
    assert second_factor.WRONG in proves(begins(app, mizuho.staff), code).text, "somebody looked over the shoulder"


def test_a_recovery_code_opens_once(app, mizuho):
    _secret, codes = adds_an_app(mizuho.staff.browser())
    assert proves(begins(app, mizuho.staff), codes[0].lower()).status_code == 302
    assert second_factor.WRONG in proves(begins(app, mizuho.staff), codes[0]).text
    assert codes[0].replace("-", "") not in {row.code_digest for row in db.session.scalars(sa.select(RecoveryCode))}
    assert db.session.scalar(sa.select(sa.func.count()).where(RecoveryCode.used_at.is_not(None))) == 1


def test_new_recovery_codes_end_the_old_ones(app, mizuho):
    browser = mizuho.staff.browser()
    _secret, old = adds_an_app(browser)
    new = re.findall(r"<code>([\w-]+)</code>", browser.post("/account/second-factor/codes").text)
    assert second_factor.WRONG in proves(begins(app, mizuho.staff), old[0]).text
    assert proves(begins(app, mizuho.staff), new[0]).status_code == 302


def test_the_second_step_is_slowed_too_and_only_for_who_takes_it(app, mizuho, time):
    secret, _codes = adds_an_app(mizuho.staff.browser())
    time.passes(minutes=1)
    browser = begins(app, mizuho.staff)
    for _time in range(sign_in.PER_ACCOUNT):
        proves(browser, "000000")
    assert sign_in.SLOW_DOWN in proves(browser, shown(secret)).text
    assert mizuho.coordinator.browser().get("/me").status_code == 200


def test_the_way_between_the_steps_ends(app, mizuho, time):
    secret, _codes = adds_an_app(mizuho.staff.browser())
    late, changed = begins(app, mizuho.staff), begins(app, mizuho.staff)
    mizuho.administrator.browser().post(f"/office/staff/{mizuho.staff.membership_id}/sign-out")
    assert proves(changed, shown(secret)).location.startswith("/sign-in?")
    time.passes(minutes=6)
    assert proves(late, shown(secret)).location.startswith("/sign-in?")
    assert proves(app.test_client(), shown(secret)).location.startswith("/sign-in?"), "no step without the one before"


def test_a_wrong_code_sets_nothing_up(mizuho):
    browser = mizuho.staff.browser()
    browser.get("/account/second-factor")
    for code in ("000000", "", "漢字", "9" * 20):
        assert browser.post("/account/second-factor/app", data={"code": code}).status_code == 422
    assert browser.post("/account/second-factor/passkey", data={"credential": "{}"}).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SecondFactor)) == 0
    assert browser.post("/account/second-factor/codes").status_code == 404


@pytest.mark.parametrize(
    "credential",
    ["{}", "[]", "7", "{", '{"id": "x"}', "null", '{"id": 1, "rawId": [], "response": {}, "type": "public-key"}'],
)
def test_whatever_calls_itself_a_passkey_is_refused(app, mizuho, credential):
    adds_an_app(mizuho.staff.browser())
    browser = begins(app, mizuho.staff)
    answer = browser.post("/sign-in/second", data={"credential": credential})
    assert (answer.status_code, second_factor.WRONG in answer.text) == (200, True)


def test_roles_that_may_do_much_wait_for_the_second_factor(app, mizuho, needed, time):
    who = mizuho.person(Role.ADMINISTRATOR, Role.COORDINATOR)
    browser = who.browser()
    assert browser.get("/admin/audit").status_code == 404
    assert browser.get("/office/staff").status_code == 200, "a coordinator coordinates"
    assert "二段階の確認をしたサインインでだけ使えます" in browser.get("/me").text
    secret, _codes = adds_an_app(browser)
    assert browser.get("/admin/audit").status_code == 200, "who sets it up has it"
    assert "サインインでだけ使えます" not in browser.get("/me").text
    time.passes(minutes=1)
    later = begins(app, who)
    proves(later, shown(secret))
    assert later.get("/admin/audit").status_code == 200


def test_a_sign_in_from_before_the_factor_changes_none(app, mizuho, needed, time):
    """Somebody who knew the password alone, and was there before its owner added an app, gets nothing by it."""
    who = mizuho.person(Role.ADMINISTRATOR, Role.COORDINATOR)
    thief = who.browser()
    secret, codes = adds_an_app(who.browser())
    assert thief.get("/me").status_code == 302, "what began before ends with the first factor"
    acting.ask_for_second_factor(wanted=False)
    later = app.test_client()
    later.post("/sign-in", data={"account": who.email, "password": PASSWORD})
    assert later.get("/account/second-factor").status_code == 302, "the password alone opens no page"
    unproved = proved_by(app, who, codes[0])
    db.session.execute(sa.update(OpenSignIn).values(second_factor_at=None))
    db.session.commit()
    (factor,) = db.session.scalars(sa.select(SecondFactor.id)).all()
    time.passes(minutes=1)
    for address in ("codes", f"{factor}/remove"):
        assert unproved.post(f"/account/second-factor/{address}").status_code == 403
    page = unproved.get("/account/second-factor").text
    own = re.search(r"<code>(\w+)</code>", page)[1]
    assert unproved.post("/account/second-factor/app", data={"code": shown(own)}).status_code == 403
    assert unproved.post(f"/office/staff/{who.membership_id}/second-factor").status_code == 403
    assert secret == db.session.scalars(sa.select(SecondFactor.secret)).one()


def proved_by(app, person, code):
    browser = begins(app, person)
    assert proves(browser, code).status_code == 302
    return browser


def test_the_page_of_the_codes_that_is_loaded_again_is_told_what_to_do(mizuho):
    browser = mizuho.staff.browser()
    secret, _codes = adds_an_app(browser)
    again = browser.post("/account/second-factor/app", data={"code": shown(secret)})
    assert again.status_code == 422
    assert "もう一度QRコードを読み取って" in again.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SecondFactor)) == 1


def test_with_the_last_factor_the_roles_go(mizuho, needed):
    who = mizuho.person(Role.ADMINISTRATOR)
    browser = who.browser()
    adds_an_app(browser)
    (factor,) = db.session.scalars(sa.select(SecondFactor.id)).all()
    assert mizuho.person().browser().post(f"/account/second-factor/{factor}/remove").status_code == 404
    assert browser.post(f"/account/second-factor/{factor}/remove").status_code == 302
    assert browser.get("/admin/audit").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == 0


def test_the_office_helps_who_has_lost_everything_and_nobody_else_does(app, mizuho, hachioji):
    browser = mizuho.staff.browser()
    adds_an_app(browser)
    address = f"/office/staff/{mizuho.staff.membership_id}/second-factor"
    assert hachioji.coordinator.browser().post(address).status_code == 404
    assert mizuho.coordinator.browser().post(address).status_code == 302
    assert browser.get("/me").status_code == 302, "the sign-ins end"
    assert mizuho.staff.browser().get("/me").status_code == 200
    adds_an_app(mizuho.administrator.browser())
    held = f"/office/staff/{mizuho.administrator.membership_id}/second-factor"
    assert mizuho.coordinator.browser().post(held).status_code == 403


def test_the_command_line_helps_the_last_of_the_secretariat(app, secretariat):
    adds_an_app(secretariat.secretary.browser())
    told = app.test_cli_runner().invoke(args=["people", "reset-second-factor", secretariat.secretary.email]).output
    assert secretariat.secretary.name in told
    assert secretariat.secretary.browser().get("/me").status_code == 200
    assert app.test_cli_runner().invoke(args=["people", "reset-second-factor", "nobody@example.lg.jp"]).exit_code == 1


def test_a_new_password_does_not_replace_the_second_factor(app, mizuho):
    browser = mizuho.staff.browser()
    adds_an_app(browser)
    link = re.search(
        r'value="http[^"]+(/password/[^"]+)"',
        mizuho.coordinator.browser().post(f"/office/staff/{mizuho.staff.membership_id}/link").text,
    )[1]
    chosen = "quite another phrase 1"
    assert app.test_client().post(link, data={"password": chosen, "again": chosen}).status_code == 302
    answer = app.test_client().post("/sign-in", data={"account": mizuho.staff.email, "password": chosen})
    assert answer.location == "/sign-in/second"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OpenSignIn)) == 1, "the coordinator's"
