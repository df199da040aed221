"""An organisation's own systems feed its people by SCIM: by the same rules as a file, with nobody deleted and no role touched."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from factories import membership
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from kernel import clock
from kernel.database import db

from people.act import Act
from people.joining import handing_over
from people.joining.handing_over import Offer
from people.models import AuditEntry, Membership, Organisation, Role, Staff
from people.provisioning import feeding
from people.provisioning.models import ProvisionedUser, ScimToken

EMPLOYEE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture
def key(mizuho):
    made = feeding.make_token(mizuho.administrator.actor, mizuho.id, "Entra ID")
    db.session.commit()
    return made


class System:
    """A system of the organisation, with its key."""

    def __init__(self, app, key) -> None:
        self.client, self.headers = app.test_client(), {"Authorization": f"Bearer {key}"}

    def __call__(self, method, path, said=None):
        answer = self.client.open(f"/scim/v2{path}", method=method, json=said, headers=self.headers)
        db.session.expire_all()
        return answer


@pytest.fixture
def system(app, key):
    return System(app, key)


def somebody(**said):
    employee = {"employeeNumber": said.pop("number", "E-1"), "department": said.pop("department", "税務課")}
    usual = {"schemas": [USER, EMPLOYEE], "userName": "hanako@town.example.lg.jp", "displayName": "連携 花子", "nickName": "レンケイ ハナコ", "title": "主事", "emails": [{"value": "hanako@town.example.lg.jp", "primary": True}], EMPLOYEE: employee}  # fmt: skip
    return {**usual, **said}


def numbered(number="E-1"):
    statement = sa.select(Membership).where(Membership.staff_number == number).order_by(Membership.id.desc())
    return db.session.scalars(statement.execution_options(populate_existing=True)).first()


def test_the_tester_of_others_finds_nothing(app, mizuho, key):
    mizuho.administrator  # noqa: B018 - who made the key
    client = WSGISCIMClient(app, "http://127.0.0.1:8000/scim/v2", {"Authorization": f"Bearer {key}"})
    client.discover()
    results = check_server(client)
    bad = [(one.title, one.reason) for one in results if one.status not in {Status.SUCCESS, Status.SKIPPED}]
    assert bad == [], bad
    assert sum(one.status is Status.SUCCESS for one in results) > 20


def test_somebody_new_is_entered_moved_corrected_and_ended(system, mizuho, time):
    made = system("POST", "/Users", somebody())
    assert made.status_code == 201, made.text
    assert made.headers["Location"].endswith(f"/scim/v2/Users/{made.json['id']}")
    row = numbered()
    assert (row.department, row.post, row.organisation_id) == ("税務課", "主事", mizuho.id)
    time.passes(days=1)
    path = f"/Users/{made.json['id']}"
    moved = system("PATCH", path, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": f"{EMPLOYEE}:department", "value": "防災課"}, {"op": "replace", "path": "displayName", "value": "再婚 花子"}]})  # fmt: skip
    assert moved.status_code == 200, moved.text
    row = numbered()
    staff = db.session.get_one(Staff, row.staff_id)
    assert (row.department, staff.name, row.posted_on) == ("防災課", "再婚 花子", clock.today())
    ended = system("PATCH", path, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": "active", "value": False}]})  # fmt: skip
    assert ended.status_code == 200, ended.text
    assert numbered().left_on == clock.today()
    assert db.session.get_one(Staff, row.staff_id), "nobody is deleted"


def test_who_is_there_already_is_recognised_and_keeps_their_roles(system, mizuho):
    person = mizuho.person(Role.COORDINATOR)
    made = system("POST", "/Users", somebody(number=person.number, emails=None, userName="x", displayName=person.name))
    assert made.status_code == 201, made.text
    assert membership(person).department == "税務課"
    assert [grant.role for grant in membership(person).grants] == [Role.COORDINATOR]
    again = somebody(number=person.number, userName="y", emails=None, displayName=person.name)
    assert system("POST", "/Users", again).status_code == 409


def test_a_number_alone_means_nobody(system, mizuho):
    """A number that was given anew, or a slip, would else make one person of two."""
    present, former = mizuho.person(name="在職 一"), mizuho.person(name="退職 二")
    membership(former).left_on = clock.today()
    db.session.commit()
    assert system("POST", "/Users", somebody(number=present.number)).status_code == 409
    made = system("POST", "/Users", somebody(number=former.number))
    assert made.status_code == 201, made.text
    assert numbered(former.number).staff_id != former.staff_id, "somebody new"
    assert db.session.get_one(Staff, former.staff_id).name == "退職 二"


def test_who_was_here_comes_back_with_the_record(system, mizuho):
    person = mizuho.person()
    membership(person).left_on = clock.today()
    db.session.commit()
    made = system("POST", "/Users", somebody(number=person.number, userName="z", emails=None, displayName=person.name))
    assert made.status_code == 201, made.text
    again = numbered(person.number)
    assert (again.staff_id, again.left_on, again.id != person.membership_id) == (person.staff_id, None, True)


def test_whom_another_organisation_offers_is_taken(system, mizuho, hachioji):
    person = hachioji.person()
    there = db.session.get_one(Organisation, mizuho.id)
    handing_over.offer(hachioji.administrator.actor, [person.membership_id], Offer(there, clock.today()))
    db.session.commit()
    made = system("POST", "/Users", somebody(userName=person.email, emails=None, displayName=None, nickName=None))
    assert made.status_code == 201, made.text
    assert numbered().staff_id == person.staff_id


def test_an_address_that_is_anothers_is_refused_and_nothing_is_changed(system, hachioji):
    other = hachioji.person()
    refused = system("POST", "/Users", somebody(emails=[{"value": other.email}]))
    assert (refused.status_code, refused.json["scimType"]) == (409, "uniqueness")
    assert not db.session.scalars(sa.select(ProvisionedUser)).all()


def test_systems_ask_by_user_name(system):
    system("POST", "/Users", somebody())
    system("POST", "/Users", somebody(userName="B", number="E-2", emails=None, externalId="42"))
    for question, total in (('userName eq "HANAKO@town.example.lg.jp"', 1), ('externalId eq "42"', 1), ('userName eq "nobody"', 0), ('title eq "主事"', 2), ('emails.value co "hanako"', 1)):  # fmt: skip
        found = system("GET", f"/Users?filter={question}").json
        assert found.get("totalResults") == total, (question, found)
    assert len(system("GET", "/Users?startIndex=2&count=1").json["Resources"]) == 1
    assert system("GET", "/Users?filter=nonsense").status_code == 400
    assert system("GET", "/Users?count=many").status_code == 400


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"userName": 1}', '{"userName": null}', "\x00", '{"userName": "a", "emails": "b"}'])  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_nonsense_is_refused_as_scim_says_it(system, said, method):
    made = system("POST", "/Users", somebody()).json["id"]
    path = "/Users" if method == "POST" else f"/Users/{made}"
    answer = system.client.open(f"/scim/v2{path}", method=method, data=said.encode(), headers=system.headers)
    assert answer.status_code == 400
    assert answer.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


def test_nobody_comes_without_a_key_nor_with_one_whose_maker_may_no_more(app, mizuho, hachioji, key, time):
    chief = mizuho.person(Role.ADMINISTRATOR)
    theirs = feeding.make_token(chief.actor, mizuho.id, "二つめ")
    db.session.commit()
    assert app.test_client().get("/scim/v2/Users").status_code == 401
    assert mizuho.administrator.browser().get("/scim/v2/Users").status_code == 401, "no cookie opens it"
    assert System(app, "x")("GET", "/Users").status_code == 401
    assert System(app, theirs)("GET", "/Users").status_code == 200
    membership(chief).left_on = clock.today()
    db.session.commit()
    assert System(app, theirs)("GET", "/Users").status_code == 401
    assert System(app, key)("GET", "/Users").status_code == 200, "the other key goes on"
    time.passes(days=400)
    assert System(app, key)("GET", "/Users").status_code == 401


def test_a_system_sees_its_own_organisation_only(app, mizuho, hachioji, system):
    made = system("POST", "/Users", somebody()).json["id"]
    others = feeding.make_token(hachioji.administrator.actor, hachioji.id, "八王子")
    db.session.commit()
    other = System(app, others)
    assert other("GET", f"/Users/{made}").status_code == 404
    assert other("DELETE", f"/Users/{made}").status_code == 404
    assert other("GET", "/Users").json["totalResults"] == 0


def test_the_last_administrator_is_not_ended_by_a_system(system, mizuho):
    chief = mizuho.administrator
    made = system("POST", "/Users", somebody(number=chief.number, userName="chief", emails=None, displayName=chief.name)).json["id"]  # fmt: skip
    answer = system("DELETE", f"/Users/{made}")
    assert answer.status_code == 409
    assert "ただ一人の管理者" in answer.json["detail"]
    assert membership(chief).left_on is None


def test_a_key_is_made_and_ended_on_the_page_by_administrators(mizuho):
    assert mizuho.coordinator.browser().get("/office/provisioning").status_code == 404
    office = mizuho.administrator.browser()
    shown = office.post("/office/provisioning", data={"name": "人事システム"})
    assert "この鍵は、いまだけ表示します" in shown.text
    row = db.session.scalars(sa.select(ScimToken)).one()
    assert row.token_digest not in shown.text
    assert "人事システム" in office.get("/office/provisioning").text
    assert office.post(f"/office/provisioning/{row.id}/end").status_code == 302
    acts = set(db.session.scalars(sa.select(AuditEntry.act)))
    assert {Act.SCIM_TOKEN.value, Act.SCIM_TOKEN_ENDED.value} <= acts


@pytest.mark.parametrize("said", ["[" * 60_000, '{"a":' * 10_000, '{"userName": "a", "displayName": "\\ud800"}'])
def test_what_nests_too_deep_or_is_no_sign_is_refused(system, said):
    answer = system.client.post("/scim/v2/Users", data=said.encode(), headers=system.headers)
    assert answer.status_code in {400, 413}
    assert answer.status_code == 413 or answer.json["status"] == "400"


def test_who_is_prepared_before_the_day_is_neither_ended_nor_moved(system, mizuho, hachioji):
    person = hachioji.person()
    there = db.session.get_one(Organisation, mizuho.id)
    handing_over.offer(
        hachioji.administrator.actor, [person.membership_id], Offer(there, clock.today() + clock.DAY * 9)
    )
    db.session.commit()
    made = system("POST", "/Users", somebody(userName=person.email, emails=None, displayName=person.name, active=False))
    assert made.status_code == 201, made.text
    assert (numbered().staff_id, numbered().left_on) == (person.staff_id, None)
    assert system("DELETE", f"/Users/{made.json['id']}").status_code == 204
    assert numbered() is None, "who has not begun is given back"
    assert membership(person).left_on is None, "and stays where they are"


def test_a_long_list_is_read_page_by_page(system, queries, mizuho):
    for number in range(6):
        system("POST", "/Users", somebody(userName=f"u{number}", number=f"L-{number}", emails=None))
    queries.clear()
    page = system("GET", "/Users?startIndex=3&count=2").json
    assert (page["totalResults"], [one["userName"] for one in page["Resources"]]) == (6, ["u2", "u3"])
    assert any("LIMIT" in statement for statement in queries)


@pytest.mark.parametrize("said", [{"userName": "a" * 60_000}, {"externalId": "x" * 3_000}, {"displayName": "花\0子"}])
def test_what_no_index_holds_and_no_text_has_is_refused(system, said):
    answer = system("POST", "/Users", somebody(**said))
    assert answer.status_code == 400, answer.text
    assert db.session.scalars(sa.select(ProvisionedUser)).all() == []


def test_the_key_of_somebody_who_is_stopped_from_signing_in_opens_nothing(system, mizuho):
    chief = mizuho.administrator
    db.session.get_one(Staff, chief.staff_id).blocked_at = clock.now()
    db.session.commit()
    assert system("GET", "/Users").status_code == 401
