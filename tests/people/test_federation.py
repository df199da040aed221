"""An organisation says who its people are by its own identity provider; what they may do is said here, and nowhere else."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from factories import membership
from identity_providers import CertifiedProvider, MockProvider

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError
from kernel.secret import sealed, unsealed

from people.act import Act
from people.federation import provider as providers
from people.joining.models import Applicant
from people.models import AuditEntry, Membership, OpenSignIn, Role, Staff
from people.permission import Permission
from people.signing_in.models import IdentityProvider, ProviderSubject

KNOWN = {
    "sub": "u-1",
    "name": "認証 花子",
    "email": "ninsho@example.lg.jp",
    "email_verified": True,
    "employee_number": "N-100",
}
UNKNOWN = {"sub": "u-2", "name": "未知 太郎", "email": "michi@example.lg.jp", "email_verified": True}
UNPROVED = {"sub": "u-3", "name": "認証 花子", "email": "ninsho@example.lg.jp", "email_verified": False}


@pytest.fixture(scope="module")
def idp():
    running = MockProvider(KNOWN, UNKNOWN, UNPROVED)
    yield running
    running.stop()


@pytest.fixture
def row(app, mizuho, idp):
    """The provider of 瑞穂町, switched on."""
    made = add(
        IdentityProvider(
            organisation_id=mizuho.id, name="瑞穂町の職員アカウント", issuer=idp.issuer, client_id="tomomanabi",
            secret_sealed=sealed([app.config["SECRET_KEY"]], "secret"), number_claim="employee_number", is_on=True,
            tried_at=clock.now(),
        )
    )  # fmt: skip
    db.session.commit()
    return made


def goes(browser, address):
    """Follow a link to the provider; return where it leads."""
    answer = browser.get(address)
    assert answer.status_code == 200, "a page, no redirection: no form may end at another host"
    return unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)[1])


def comes_back(browser, location):
    """Come back from the provider with what it says, as a browser does: a page, then a press."""
    parts = urlsplit(location)
    page = browser.get(f"{parts.path}?{parts.query}")
    assert page.status_code == 200
    fields = dict(re.findall(r'<input type="hidden" name="(code|state|error)" value="([^"]*)"', page.text))
    return browser.post(parts.path, data=fields)


def refusal_of(location):
    """What a provider sends back where somebody refuses."""
    return {"error": "access_denied", "state": parse_qs(urlsplit(location).query)["state"][0]}


def signs_in(browser, idp, row, subject, then=""):
    address = f"/sign-in/office/{row.id}" + (f"?next={then}" if then else "")
    return comes_back(browser, idp.signs_in(goes(browser, address), subject))


def known_person(office, **said):
    person = office.person(*said.pop("roles", ()), name="認証 花子")
    for name, value in said.items():
        setattr(membership(person) if name == "staff_number" else membership(person).staff, name, value)
    db.session.commit()
    return person


@pytest.mark.parametrize("by", [{"email": "ninsho@example.lg.jp"}, {"staff_number": "N-100"}])
def test_who_is_known_by_number_or_address_is_signed_in_the_first_time(client, mizuho, idp, row, by):
    person = known_person(mizuho, **by)
    answer = signs_in(client, idp, row, "u-1")
    assert answer.status_code == 302, answer.text
    assert person.name in client.get("/me").text
    assert db.session.get_one(ProviderSubject, (row.id, "u-1")).staff_id == person.staff_id
    assert Act.PROVIDER_LINKED.value in set(db.session.scalars(sa.select(AuditEntry.act)))


def test_once_linked_the_subject_alone_says_who_it_is(client, mizuho, idp, row):
    person = known_person(mizuho, staff_number="N-100")
    signs_in(client, idp, row, "u-1")
    membership(person).staff_number = "S-999"
    db.session.commit()
    assert signs_in(client, idp, row, "u-1", "/me").location == "/me"
    assert person.name in client.get("/me").text


def test_who_is_not_known_asks_to_be_let_in_and_signs_in_once_the_office_has_said_so(client, mizuho, idp, row):
    answer = signs_in(client, idp, row, "u-2")
    assert answer.location == "/sign-in/office/apply"
    assert "michi@example.lg.jp" in client.get("/sign-in/office/apply").text
    said = {"name": "未知 太郎", "reading": "ミチ タロウ", "department": "税務課", "post": ""}
    assert client.post("/sign-in/office/apply", data=said).status_code == 302
    assert client.get("/me").status_code == 302, "nobody is in before the office has said so"
    [waiting] = db.session.scalars(sa.select(Applicant))
    office = mizuho.coordinator.browser()
    assert (
        office.post("/office/invitation/applicants", data={"applicant": waiting.id, "act": "confirm"}).status_code
        == 302
    )
    assert signs_in(client, idp, row, "u-2").status_code == 302
    assert "未知 太郎" in client.get("/me").text
    staff = db.session.scalars(sa.select(Staff).where(Staff.name == "未知 太郎")).one()
    assert staff.password_hash is None


def test_an_address_that_nobody_has_proved_means_nobody(client, mizuho, idp, row):
    known_person(mizuho, email="ninsho@example.lg.jp")
    assert signs_in(client, idp, row, "u-3").location == "/sign-in/office/apply"


def test_addresses_beyond_the_endings_mean_nobody(client, mizuho, idp, row):
    known_person(mizuho, email="ninsho@example.lg.jp")
    row.endings, row.number_claim = ["town.mizuho.lg.jp"], ""
    db.session.commit()
    assert signs_in(client, idp, row, "u-1").location == "/sign-in/office/apply"


def test_a_provider_means_nobody_of_another_organisation(client, mizuho, hachioji, idp, row):
    known_person(hachioji, email="ninsho@example.lg.jp", staff_number="N-100", roles=(Role.ADMINISTRATOR,))
    assert signs_in(client, idp, row, "u-1").location == "/sign-in/office/apply"


def test_it_gives_no_role_in_another_organisation(client, mizuho, hachioji, idp, row):
    """The administrator of a provider could else act anywhere as anybody who works in two offices."""
    person = known_person(mizuho, email="ninsho@example.lg.jp", roles=(Role.COORDINATOR,))
    both = add(Membership(staff_id=person.staff_id, organisation_id=hachioji.id, joined_on=clock.today(), grants=[]))
    db.session.execute(sa.text("INSERT INTO role_grant (membership_id, role, granted_at) VALUES (:id, 'administrator', :at)"), {"id": both.id, "at": clock.now()})  # fmt: skip
    db.session.commit()
    assert signs_in(client, idp, row, "u-1").status_code == 302
    assert client.get("/office").status_code == 200
    assert client.get("/admin/audit").status_code == 404
    assert person.actor.may(Permission.READ_AUDIT), "by password they may"


def test_it_reaches_nothing_of_the_whole_account_of_who_belongs_elsewhere_too(client, mizuho, hachioji, idp, row):
    """An organisation's provider could else take somebody's other memberships, second factor or data."""
    person = known_person(mizuho, email="ninsho@example.lg.jp")
    signs_in(client, idp, row, "u-1")
    assert client.get("/me/personal-data.json").status_code == 200, "who belongs here only is theirs anyway"
    add(Membership(staff_id=person.staff_id, organisation_id=hachioji.id, joined_on=clock.today(), grants=[]))
    db.session.commit()
    for address in ("/me/personal-data.json", "/account/second-factor"):
        assert client.get(address).status_code == 403, address
    for address in ("/account/transfer-code", "/account/second-factor/app", "/account/second-factor/codes", "/account/calendar"):  # fmt: skip
        assert client.post(address, data={"ends_present": "yes", "of": "person"}).status_code == 403, address


def test_it_gives_no_role_that_holds_everywhere(app, client, secretariat, idp):
    """An administrator of the secretariat's organisation could else become the secretariat."""
    known_person(secretariat, email="ninsho@example.lg.jp", roles=(Role.SECRETARIAT,))
    made = add(
        IdentityProvider(
            organisation_id=secretariat.id, name="事務局", issuer=idp.issuer, client_id="tomomanabi", is_on=True,
            secret_sealed=sealed([app.config["SECRET_KEY"]], "secret"), proves_twice=True,
        )
    )  # fmt: skip
    db.session.commit()
    signs_in(client, idp, made, "u-1")
    assert client.get("/me").status_code == 200
    assert client.get("/admin/organisations").status_code == 404


def test_who_belongs_there_no_more_is_not_signed_in_by_it(client, mizuho, idp, row):
    person = known_person(mizuho, email="ninsho@example.lg.jp")
    signs_in(client, idp, row, "u-1")
    membership(person).left_on = clock.today()
    db.session.commit()
    fresh = client.application.test_client()
    signs_in(fresh, idp, row, "u-1")
    assert fresh.get("/me").status_code == 302
    assert "所属が終わった" in fresh.get("/sign-in").text


def test_who_was_stopped_is_not_signed_in_by_it(client, mizuho, idp, row):
    known_person(mizuho, email="ninsho@example.lg.jp", blocked_at=clock.now())
    signs_in(client, idp, row, "u-1")
    assert client.get("/me").status_code == 302


def test_two_accounts_are_never_one_person_by_themselves(client, mizuho, idp, row):
    person = known_person(mizuho, email="ninsho@example.lg.jp")
    add(ProviderSubject(provider_id=row.id, subject="another", staff_id=person.staff_id))
    db.session.commit()
    assert signs_in(client, idp, row, "u-1").location == "/sign-in/office/apply"


def test_an_answer_to_another_question_is_none(client, mizuho, idp, row):
    known_person(mizuho, email="ninsho@example.lg.jp")
    location = idp.signs_in(goes(client, f"/sign-in/office/{row.id}"), "u-1")
    stranger = client.application.test_client()
    assert comes_back(stranger, location).location == "/sign-in", "the answer is for the browser that asked"
    forged = location.replace(parse_qs(urlsplit(location).query)["state"][0], "x" * 30)
    assert comes_back(client, forged).location == "/sign-in"
    assert client.get("/me").status_code == 302
    assert comes_back(client, location).location == "/sign-in", "a question is answered once"


def test_a_code_is_good_once(client, mizuho, idp, row):
    known_person(mizuho, email="ninsho@example.lg.jp")
    location = idp.signs_in(goes(client, f"/sign-in/office/{row.id}"), "u-1")
    with client.session_transaction() as kept:
        asked = dict(kept["federation"])
    assert comes_back(client, location).status_code == 302
    other = client.application.test_client()
    with other.session_transaction() as kept:
        kept["federation"] = asked
    comes_back(other, location)
    assert other.get("/me").status_code == 302


def test_to_switch_a_provider_off_signs_out_who_came_by_it(client, mizuho, idp, row):
    known_person(mizuho, email="ninsho@example.lg.jp")
    signs_in(client, idp, row, "u-1")
    assert client.get("/me").status_code == 200
    office = mizuho.administrator.browser()
    assert office.post(f"/office/sign-in/{row.id}/switch", data={"act": "off"}).status_code == 302
    assert client.get("/me").status_code == 302
    assert client.get(f"/sign-in/office/{row.id}").status_code == 404
    assert db.session.scalars(sa.select(OpenSignIn.only_for_id)).all() == [None], "who signed in by password goes on"


def test_it_is_set_up_tried_and_switched_on_by_the_administrator(mizuho, hachioji, idp):
    said = {"name": "瑞穂町の職員アカウント", "issuer": idp.issuer, "client_id": "tomomanabi", "secret": "secret", "number_claim": "employee_number", "endings": "example.lg.jp", "proves_twice": ""}  # fmt: skip
    assert mizuho.coordinator.browser().get("/office/sign-in").status_code == 404
    office = mizuho.administrator.browser()
    assert office.post("/office/sign-in", data={**said, "secret": ""}).status_code == 422
    assert office.post("/office/sign-in", data={**said, "issuer": "http://169.254.169.254"}).status_code == 422
    assert office.post("/office/sign-in", data={**said, "issuer": "http://127.0.0.1:9"}).status_code == 422
    made = office.post("/office/sign-in", data=said).location
    assert office.post(f"{made}/switch", data={"act": "on"}).status_code == 409, "not before it was tried"
    assert hachioji.administrator.browser().get(made).status_code == 404
    back = comes_back(office, idp.signs_in(goes(office, f"{made}/try"), "u-1"))
    assert back.location == made
    assert "ともまなびの職員とは結びつきません" in office.get(made).text
    assert office.post(f"{made}/switch", data={"act": "on"}).status_code == 409, "not before the own account was tried"
    refused = office.post("/sign-in/office/back", data=refusal_of(goes(office, f"{made}/try")))
    assert refused.location == made, "whoever refuses at the provider is back where it began, and still signed in"
    membership(mizuho.administrator).staff_number = "N-100"
    db.session.commit()
    comes_back(office, idp.signs_in(goes(office, f"{made}/try"), "u-1"))
    page = office.get(made).text
    assert "あなたがサインインできる" in page
    assert "ninsho@example.lg.jp" in page
    assert office.post(f"{made}/switch", data={"act": "on"}).status_code == 302
    chosen = office.application.test_client().post("/sign-in/office", data={"organisation": "瑞穂町"})
    assert chosen.location.startswith("/sign-in/office/")
    assert idp.issuer in goes(office.application.test_client(), chosen.location)
    assert "認証基盤を使っていません" in office.application.test_client().post("/sign-in/office", data={"organisation": "八王子市"}).text  # fmt: skip


def test_the_secret_is_kept_under_the_key_and_follows_it(app, mizuho, row):
    assert "secret" not in row.secret_sealed.replace("secret_sealed", "")
    assert unsealed([app.config["SECRET_KEY"]], row.secret_sealed) == "secret"
    assert unsealed(["a new key that was just set", app.config["SECRET_KEY"]], row.secret_sealed) == "secret"
    with pytest.raises(ValueError, match="another key"):
        unsealed(["another one"], row.secret_sealed)


def test_another_issuer_knows_nobody_yet(mizuho, idp, row):
    person = known_person(mizuho, email="ninsho@example.lg.jp")
    providers.link(row, providers.Said("u-1"), db.session.get_one(Staff, person.staff_id))
    db.session.commit()
    command = providers.SetUp("名前", idp.issuer, "another-client", "", "", (), proves_twice=False)
    providers.set_up(mizuho.administrator.actor, mizuho.id, command, str, row)
    assert db.session.scalars(sa.select(ProviderSubject)).all() == []
    assert not row.is_on
    with pytest.raises(ConflictError):
        providers.switch(mizuho.administrator.actor, row, is_on=True)


def test_what_opens_doors_asks_the_provider_again(client, mizuho, idp, row, time):
    known_person(mizuho, email="ninsho@example.lg.jp", roles=(Role.COORDINATOR,))
    signs_in(client, idp, row, "u-1")
    time.passes(hours=2)
    assert "/confirm" in client.get("/office/personnel").location
    assert "団体の認証基盤で確かめる" in client.get("/confirm").text
    asked = goes(client, "/confirm/office")
    assert {"prompt=login", "max_age=0"} <= set(urlsplit(asked).query.split("&"))


def test_with_the_certified_provider_of_others(app, client, mizuho, row):
    back = f"{app.extensions['settings'].public_url}/sign-in/office/back"
    certified = CertifiedProvider(back)
    try:
        row.issuer = certified.issuer
        person = known_person(mizuho, email="hanako@example.lg.jp")
        assert signs_in(client, certified, row, "hanako").status_code == 302
        assert person.name in client.get("/me").text, "name and address stand at the UserInfo endpoint only"
        assert goes(client, "/confirm/office")
        assert comes_back(client, certified.signs_in(goes(client, "/confirm/office?next=/account"), "hanako")).location == "/account"  # fmt: skip
    finally:
        certified.stop()


def test_what_no_provider_would_say_is_refused_with_a_sentence(client, mizuho, idp, row):
    goes(client, f"/sign-in/office/{row.id}")
    answer = client.post("/sign-in/office/back", data={"state": "あ", "code": "x"})
    assert answer.location == "/sign-in"


def test_with_another_issuer_who_asked_by_the_old_one_and_who_has_signed_in_by_it_are_gone(mizuho, client, idp, row):
    person = known_person(mizuho, email="ninsho@example.lg.jp")
    signs_in(client, idp, row, "u-1")
    assert person.name in client.get("/me").text
    add(Applicant(organisation_id=mizuho.id, name="待 人", reading="マチ ヒト", email="m@example.lg.jp", department="", post="", password_hash="", provider_id=row.id, subject="u-9"))  # fmt: skip
    db.session.commit()
    command = providers.SetUp("名前", idp.issuer, "another-client", "", "", (), proves_twice=False)
    providers.set_up(mizuho.administrator.actor, mizuho.id, command, str, row)
    db.session.commit()
    assert db.session.scalars(sa.select(Applicant)).all() == []
    assert client.get("/me").status_code == 302
