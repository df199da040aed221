"""An administrator sets the office's own sign-in up and tries it, and a member of staff signs in by it: each step a press in the browser."""

from __future__ import annotations

import pytest
from identity_providers import MockProvider, SamlProvider
from pages import ADMINISTRATOR, STAFF

EMAIL = {one: f"{one}@example.lg.jp" for one in (ADMINISTRATOR, STAFF)}


@pytest.fixture
def idp():
    running = MockProvider(*({"sub": sub, "email": email, "email_verified": True} for sub, email in EMAIL.items()))
    yield running
    running.stop()


def proves_oneself_there(visitor, idp, sub, by="button"):
    """Press one's name on the page of the provider, and come back."""
    visitor.page.wait_for_url(f"{idp.issuer}/**")
    visitor.page.get_by_role(by, name=sub, exact=True).click()
    visitor.page.wait_for_url(
        lambda address: (
            not address.startswith(idp.issuer) and not address.partition("?")[0].endswith(("/back", "/saml"))
        )
    )
    return visitor.has_arrived()


def opens(visit, who=""):
    visitor = visit(who)
    visitor.page.route("https://**", lambda route: route.abort())  # the provider's page asks for a style from elsewhere
    return visitor


def test_the_office_account_is_set_up_tried_and_used_by_presses_alone(visit, idp):
    office = opens(visit, ADMINISTRATOR).goes_to("/office/sign-in")
    office.types("名前", "庁内のアカウント").types("発行者（issuer）のアドレス", idp.issuer)
    office.types("クライアントID", "tomomanabi").types("クライアントシークレット", "secret").presses("設定する")
    office.page.get_by_role("link", name="試す").click()
    proves_oneself_there(office, idp, ADMINISTRATOR)
    assert "あなたがサインインできることを確かめました" in office.page.inner_text("main")
    office.presses("サインインの画面で使う")

    hanako = opens(visit).goes_to("/sign-in")
    hanako.page.get_by_role("link", name="団体のアカウント").click()
    hanako.types("団体", "瑞穂町").presses("次へ")
    proves_oneself_there(hanako, idp, STAFF)
    assert "緑川 花子" in hanako.goes_to("/account").page.inner_text("body")
    office.presses("使うのを止める")


def test_the_same_by_saml_with_what_the_provider_says_of_itself_pasted_in(visit, tmp_path):
    idp = SamlProvider(tmp_path)
    try:
        office = visit(ADMINISTRATOR, width=375).goes_to("/office/sign-in")
        office.page.get_by_role("link", name="SAMLの認証基盤を設定する").click()
        office.has_arrived().types("名前", "庁内のアカウント（SAML）").types(
            "認証基盤のメタデータ", idp.metadata
        ).presses("設定する")
        office.page.get_by_role("link", name="試す").click()
        proves_oneself_there(office, idp, ADMINISTRATOR, by="link")
        assert "あなたがサインインできることを確かめました" in office.page.inner_text("main")
        office.presses("サインインの画面で使う")
        made = office.page.url
        hanako = visit().goes_to("/sign-in")
        hanako.page.get_by_role("link", name="団体のアカウント").click()
        hanako.types("団体", "瑞穂町").presses("次へ")
        proves_oneself_there(hanako, idp, STAFF, by="link")
        assert "緑川 花子" in hanako.goes_to("/account").page.inner_text("body")
        office.goes_to(made).presses("使うのを止める")
    finally:
        idp.stop()
