"""An organisation whose provider speaks SAML says who its people are by it; only its answer to our question counts."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode, b64encode
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from factories import membership
from identity_providers import SamlProvider

from kernel import clock
from kernel.database import add, db
from kernel.errors import InvalidError

from people.federation import saml
from people.joining.models import Applicant
from people.signing_in.models import IdentityProvider, Protocol, ProviderSubject

BACK, NAME = "https://manabi.example.lg.jp/back", "https://manabi.example.lg.jp/us.xml"


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    running = SamlProvider(tmp_path_factory.mktemp("idp"))
    yield running
    running.stop()


@pytest.fixture
def row(app, mizuho, idp):
    """The provider of 瑞穂町, switched on."""
    read = saml.read_metadata(idp.metadata, plain=True)
    made = add(
        IdentityProvider(
            organisation_id=mizuho.id, name="瑞穂町の職員アカウント", issuer=read.issuer, protocol=Protocol.SAML, sso_address=read.address,
            certificates=list(read.certificates), number_claim="http://schemas.passportjs.com/employee_number", is_on=True, tried_at=clock.now(),
        )
    )  # fmt: skip
    db.session.commit()
    return made


def goes(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    return unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)[1])


def comes_back(browser, answer):
    """Come back as a browser does: the provider's page sends the answer without our cookie; our page sends it on with it."""
    first = browser.application.test_client().post("/sign-in/office/saml", data={"SAMLResponse": answer})
    assert first.status_code == 200
    assert "Set-Cookie" not in first.headers, "the cookie in which the question stands is not overwritten"
    fields = dict(re.findall(r'<input type="hidden" name="(SAMLResponse|onward)" value="([^"]*)"', first.text))
    return browser.post("/sign-in/office/saml", data={name: unescape(value) for name, value in fields.items()})


def signs_in(browser, idp, row, subject="u-1", **how):
    return comes_back(browser, idp.signs_in(goes(browser, f"/sign-in/office/{row.id}?next=/account"), subject, **how))


def known_person(office, *roles):
    person = office.person(*roles, name="認証 花子")
    membership(person).staff.email = "ninsho@example.lg.jp"
    db.session.commit()
    return person


@pytest.mark.parametrize("signed", ["assertion", "response"])
def test_who_is_known_by_the_address_is_signed_in(client, mizuho, idp, row, signed):
    person = known_person(mizuho)
    assert signs_in(client, idp, row, sign=signed).location == "/account"
    assert person.name in client.get("/me").text
    assert db.session.get(ProviderSubject, (row.id, "u-1")).staff_id == person.staff_id


def test_who_is_known_by_the_number_is_signed_in(client, mizuho, idp, row):
    person = mizuho.person(name="認証 花子")
    membership(person).staff_number = "N-100"
    db.session.commit()
    signs_in(client, idp, row)
    assert person.name in client.get("/me").text


def test_who_is_not_known_asks_to_be_let_in(client, mizuho, idp, row):
    assert signs_in(client, idp, row, "u-2").location == "/sign-in/office/apply"
    client.post("/sign-in/office/apply", data={"name": "未知 太郎", "reading": "ミチ タロウ"})
    (asked,) = db.session.scalars(sa.select(Applicant))
    assert (asked.subject, asked.email) == ("u-2", "michi@example.lg.jp")


def refused(browser, idp, row, answer_of=lambda answer: answer, **how):
    answer = comes_back(browser, answer_of(idp.signs_in(goes(browser, f"/sign-in/office/{row.id}"), "u-1", **how)))
    return answer.location == "/sign-in" and browser.get("/me").status_code == 302


@pytest.mark.parametrize("how", [{"sha1": "1"}, {"recipient": "https://other.example/acs"}, {"format": "transient"}])
def test_what_is_weak_or_for_another_address_or_bears_no_lasting_name_counts_not(client, mizuho, idp, row, how):
    known_person(mizuho)
    assert refused(client, idp, row, **how)


def changed(answer):
    said = b64decode(answer)
    assert b"u-1" in said
    return b64encode(said.replace(b">u-1<", b">u-9<")).decode()


def wrapped(answer):
    """An answer that holds the signed assertion, and before it one that nobody has signed."""
    said = b64decode(answer).decode()
    assertion = re.search(r"<saml:Assertion.*</saml:Assertion>", said, re.DOTALL)[0]
    forged = re.sub(r"<Signature.*</Signature>", "", assertion, flags=re.DOTALL)
    forged = forged.replace(">u-1<", ">u-9<").replace(' ID="_', ' ID="_x')
    return b64encode(said.replace(assertion, forged + assertion).encode()).decode()


def unsigned(answer):
    return b64encode(re.sub(rb"<Signature.*</Signature>", b"", b64decode(answer), flags=re.DOTALL)).decode()


@pytest.mark.parametrize(
    "forge", [changed, unsigned, lambda _answer: "あ", lambda _answer: "", lambda _answer: "PGEvPg=="]
)
def test_what_was_changed_on_the_way_counts_not(client, mizuho, idp, row, forge):
    known_person(mizuho)
    assert refused(client, idp, row, forge)


def test_beside_a_signed_assertion_another_one_means_nobody_else(client, mizuho, idp, row):
    known_person(mizuho)
    comes_back(client, wrapped(idp.signs_in(goes(client, f"/sign-in/office/{row.id}"), "u-1")))
    assert db.session.scalars(sa.select(ProviderSubject.subject)).all() == ["u-1"], "what was signed, and no more"


def test_an_answer_to_another_question_or_without_one_counts_not(app, client, mizuho, idp, row):
    known_person(mizuho)
    answer = idp.signs_in(goes(client, f"/sign-in/office/{row.id}"), "u-1")
    other = app.test_client()
    goes(other, f"/sign-in/office/{row.id}")
    assert comes_back(other, answer).location == "/sign-in"
    assert comes_back(app.test_client(), answer).location == "/sign-in"
    comes_back(client, answer)
    assert client.get("/me").status_code == 200
    client.post("/sign-out")
    assert comes_back(client, answer).location == "/sign-in", "an answer is good once"


def test_an_answer_to_the_other_protocol_counts_not(client, mizuho, idp, row):
    goes(client, f"/sign-in/office/{row.id}")
    assert client.post("/sign-in/office/back", data={"code": "x", "state": "y"}).location == "/sign-in"


def test_somebody_else_who_signs_counts_not(client, mizuho, idp, row, tmp_path):
    known_person(mizuho)
    stranger = SamlProvider(tmp_path)
    try:
        address = goes(client, f"/sign-in/office/{row.id}").replace(row.sso_address, f"{stranger.issuer}/sso")
        assert comes_back(client, stranger.signs_in(address, "u-1")).location == "/sign-in"
    finally:
        stranger.stop()


def test_its_certificate_changes_without_a_gap(mizuho, idp, row):
    person, office = known_person(mizuho), mizuho.administrator.browser()
    before, settings = (idp.folder / "key.pem").read_bytes(), {"name": row.name, "number_claim": "", "endings": ""}
    old = (idp.folder / "cert.pem").read_bytes()
    idp.renews_its_key()
    told = idp.metadata
    new = [(idp.folder / one).read_bytes() for one in ("key.pem", "cert.pem")]
    for name, content in zip(("key.pem", "cert.pem"), (before, old), strict=True):
        (idp.folder / name).write_bytes(content)
    address = f"/office/sign-in/{row.id}"
    assert office.post(address, data={**settings, "metadata": told, "keeps_certificates": "y"}).status_code == 302
    assert re.search(r"信じる証明書</dt><dd>(.*?)</dd>", office.get(address).text)[1].count("まで") == 2
    for key, certificate in ((before, old), new):
        (idp.folder / "key.pem").write_bytes(key)
        (idp.folder / "cert.pem").write_bytes(certificate)
        browser = office.application.test_client()
        assert signs_in(browser, idp, row).location == "/account"
        assert person.name in browser.get("/me").text
    assert office.post(address, data={**settings, "metadata": told}).status_code == 302
    db.session.refresh(row)
    assert len(row.certificates) == 1


def test_what_opens_doors_asks_the_provider_again(client, mizuho, idp, row):
    known_person(mizuho)
    signs_in(client, idp, row)
    asked = goes(client, "/confirm/office?next=/account")
    question = parse_qs(urlsplit(asked).query)["SAMLRequest"][0]
    assert b'ForceAuthn="true"' in zlib.decompress(b64decode(question), -15)
    assert comes_back(client, idp.signs_in(asked, "u-1")).location == "/account"


def test_it_is_set_up_tried_and_switched_on_by_the_administrator(mizuho, hachioji, idp):
    office, said = (
        mizuho.administrator.browser(),
        {"name": "瑞穂町の職員アカウント", "number_claim": "", "endings": "example.lg.jp"},
    )
    assert mizuho.coordinator.browser().get("/office/sign-in/saml").status_code == 404
    assert "saml.xml" in office.get("/office/sign-in/saml").text
    for wrong in (
        "",
        "x",
        "<a/>",
        idp.metadata.replace("http://127.0.0.1", "http://169.254.169.254"),
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    ):
        assert office.post("/office/sign-in/saml", data={**said, "metadata": wrong}).status_code == 422
    long = idp.metadata.replace("<IDPSSODescriptor", f"<!--{'x' * 150_000}--><IDPSSODescriptor")
    answer = office.post("/office/sign-in/saml", data={**said, "metadata": long}, content_type="multipart/form-data")
    assert answer.status_code == 302
    made = answer.location
    assert office.post(f"{made}/switch", data={"act": "on"}).status_code == 409, "not before it was tried"
    assert hachioji.administrator.browser().get(made).status_code == 404
    membership(mizuho.administrator).staff.email = "ninsho@example.lg.jp"
    db.session.commit()
    assert comes_back(office, idp.signs_in(goes(office, f"{made}/try"), "u-1")).location == made
    assert "あなたがサインインできる" in office.get(made).text
    assert office.post(f"{made}/switch", data={"act": "on"}).status_code == 302
    assert office.post(made, data={**said, "name": "別の名前", "metadata": ""}).status_code == 302
    row = db.session.scalars(sa.select(IdentityProvider)).one()
    assert (row.name, row.is_on, len(row.certificates)) == ("別の名前", True, 1)


def test_our_metadata_say_where_answers_go(client):
    answer = client.get("/sign-in/office/saml.xml")
    assert "/sign-in/office/saml" in answer.text
    assert answer.mimetype == "application/samlmetadata+xml"


def test_who_should_have_proved_themselves_anew_and_has_not_is_refused(idp):
    read = saml.read_metadata(idp.metadata, plain=True)
    us = saml.Client(read.issuer, read.address, read.certificates, NAME)
    asked = us.ask(BACK, again=True)
    answer = {"SAMLResponse": idp.signs_in(asked.address, "u-1")}
    assert us.answered(BACK, asked.kept, answer, again=True)["sub"] == "u-1"
    late = {**asked.kept, "asked_at": str(int(asked.kept["asked_at"]) + 3600)}
    with pytest.raises(InvalidError, match="あらためて"):
        us.answered(BACK, late, answer, again=True)
