"""A passkey in the browser, by a virtual authenticator; and a sign-out in one browser that is felt in the other."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages import ADMINISTRATOR, STAFF, Visitor
from postgresql import free_port
from server import Server, environment_for, prepare

DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def by_name(tmp_path_factory):
    """A server at a name: passkeys are bound to names, not to numbers (WebAuthn, 5.1.3)."""
    port = free_port()
    told = {"PORT": str(port), "PUBLIC_URL": f"http://localhost:{port}"}
    environment = environment_for(tmp_path_factory.mktemp("var"), **told)
    prepare(environment)
    running = Server(environment)
    yield told["PUBLIC_URL"]
    running.stop()


@pytest.fixture
def windows(browser, by_name):
    """Windows of browsers of their own, each with an authenticator."""
    opened = []

    def window():
        context = browser.new_context(base_url=by_name, locale="ja-JP")
        context.set_default_timeout(10_000)
        opened.append(context)
        person = Visitor(context.new_page())
        person.device = context.new_cdp_session(person.page)
        person.device.send("WebAuthn.enable")
        person.authenticator = person.device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})[
            "authenticatorId"
        ]
        return person

    yield window
    for context in opened:
        context.close()


def is_sound(person):
    found = Axe().run(person.page).response["violations"]
    assert found == [], [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]


def test_a_passkey_is_made_and_then_asked_for(windows):
    person = windows().sign_in(ADMINISTRATOR).goes_to("/account").follows("二段階の確認を設定する")
    is_sound(person)
    person.page.get_by_label("名前").first.fill("職場のパソコン")
    person.presses("パスキーを追加する")
    assert person.sees("この画面を閉じると、もう表示できません")
    is_sound(person)
    assert person.page.locator("ol.codes li").count() == 10
    person.follows("保管しました")
    assert person.sees("職場のパソコン")
    person.presses("サインアウト").sign_in(ADMINISTRATOR)
    assert person.heading == "二段階の確認"
    is_sound(person)
    person.presses("パスキーで確認する")
    assert person.sees("マイページ")
    assert person.goes_to("/admin/audit").heading == "操作の記録"


def test_who_has_no_passkey_at_hand_is_told_and_types_a_code(windows):
    person = windows().sign_in(STAFF).goes_to("/account/second-factor")
    person.presses("パスキーを追加する")
    assert person.sees("この画面を閉じると、もう表示できません")
    code = person.page.locator("ol.codes code").first.inner_text()
    person.device.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": person.authenticator})
    person.presses("サインアウト").sign_in(STAFF)
    person.types("コード", code).presses("コードで確認する")
    assert person.goes_to("/account/second-factor").sees("予備のコードは、あと9個使えます。")


def test_a_sign_out_in_one_browser_is_felt_in_the_other(windows):
    here, there = windows().sign_in("ken.hachioji"), windows().sign_in("ken.hachioji")
    assert there.goes_to("/account").heading == "アカウント"
    here.goes_to("/account").presses("サインアウトさせる")
    assert here.sees("をサインアウトさせました")
    assert there.goes_to("/me").heading == "サインイン"
    assert here.goes_to("/account").heading == "アカウント"
