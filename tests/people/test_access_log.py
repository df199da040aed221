"""Who reads whose data, and what is refused to whom, can be read afterwards."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from factories import PASSWORD, joins, session_of
from flask.testing import FlaskClient

from kernel.database import db

from people import access_log
from people.access import rule_of
from people.act import Act
from people.models import AuditEntry
from people.permission import Permission


def entries(act, person=None):
    db.session.expire_all()
    found = sa.select(AuditEntry).where(AuditEntry.act == act.value).order_by(AuditEntry.id)
    return db.session.scalars(found.where(AuditEntry.actor_id == person.staff_id) if person else found).all()


def test_who_opens_a_page_of_a_person_is_noted_with_the_address_once_an_hour(mizuho, time):
    browser = mizuho.coordinator.browser()
    address = f"/office/staff/{mizuho.staff.membership_id}"
    for _time in range(3):
        assert browser.get(address, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200
    (entry,) = entries(Act.READ)
    assert (entry.actor_id, entry.subject, entry.address) == (
        mizuho.coordinator.staff_id, f"職員のページ（{address}）", "192.0.2.7",
    )  # fmt: skip
    assert mizuho.staff.name not in entry.subject
    time.passes(minutes=61)
    browser.get(address)
    assert len(entries(Act.READ)) == 2
    browser.get("/office/staff")
    assert len(entries(Act.READ)) == 3


def test_a_session_is_noted_where_it_shows_names_and_not_where_it_shows_none(mizuho, hachioji):
    session = session_of("guideline-localize", mizuho, capacity=5)
    joins(hachioji.staff, session)
    db.session.commit()
    hachioji.staff.browser().get(f"/sessions/{session.id}")
    assert not entries(Act.READ)
    mizuho.coordinator.browser().get(f"/sessions/{session.id}")
    assert [entry.subject for entry in entries(Act.READ)] == [f"参加者と推薦（/sessions/{session.id}）"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/office/staff"), ("POST", "/office/staff/1/roles"), ("GET", "/admin/audit")]
)
def test_what_is_refused_is_noted(mizuho, method, path):
    browser = mizuho.staff.browser()
    for _time in range(2):
        assert browser.open(path, method=method).status_code == 404
    (entry,) = entries(Act.REFUSED)
    assert (entry.actor_id, entry.subject) == (mizuho.staff.staff_id, f"{method} {path} 404")


def test_no_secret_of_an_address_comes_into_the_log(mizuho):
    browser = mizuho.staff.browser()
    for path in ("/join/this-is-a-secret", "/calendars/this-is-a-secret.ics", "/attend/THIS-IS-A-SECRET"):
        browser.get(path)
    said = " ".join(db.session.scalars(sa.select(AuditEntry.subject)))
    assert "secret" not in said.lower().replace("this-is-not", "")


def test_a_wrong_present_password_and_a_wish_for_a_new_one_are_noted(mizuho, client):
    browser = mizuho.staff.browser()
    browser.post("/confirm", data={"present": "wrong", "password": "wrong"})
    client.post("/password/forgotten", data={"email": mizuho.staff.email})
    browser.post("/account/calendar", data={"of": "person"})
    assert [len(entries(act)) for act in (Act.PASSWORD_WRONG, Act.RESET_ASKED, Act.CALENDAR_MADE)] == [1, 1, 1]
    assert PASSWORD not in str([entry.detail for entry in db.session.scalars(sa.select(AuditEntry))])


def test_noting_costs_two_statements_the_first_time_and_one_afterwards(mizuho):
    browser, asked = mizuho.coordinator.browser(), []
    db.session.commit()

    def note(_connection, _cursor, statement, *_rest):
        asked.append("audit_entry" in statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        counts = []
        for _time in range(2):
            asked.clear()
            browser.get("/office/staff")
            counts.append(sum(asked))
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert counts == [2, 1]


def test_an_act_and_what_was_shown_with_it_end_together(mizuho):
    """A page that shows names after an act says so in the transaction of the act."""
    answer = mizuho.coordinator.browser().post(
        f"/office/staff/{mizuho.staff.membership_id}/leave", data={"last_day": "いつか"}
    )
    assert answer.status_code == 422
    assert not entries(Act.MEMBERSHIP_ENDED)


CLOSE_TO_PEOPLE = {
    Permission.MANAGE_STAFF,
    Permission.SEE_DUTIES,
    Permission.ENROL_STAFF,
    Permission.PLAN_SESSIONS,
    Permission.READ_AUDIT,
}
NAMES_NOBODY = {
    "courses.new_session", "participation.edit_session", "participation.edit_meeting", "participation.cancel_session",
    "participation.cancel_one_meeting", "participation.call_off_session", "participation.meeting_code", "participation.on_behalf",
    "participation.enrol_staff", "participation.nominate_list", "people.new_staff", "people.welcome_staff",
    "participation.allocation_file", "front.office_sessions", "people.sections", "people.new_section", "people.edit_section",
    "people.merge_sections", "people.edit_post", "front.arrivals", "people.reform_sections", "people.undo_reform", "front.act_on_staff", "front.reminder_rule",
    "participation.message_participants", "participation.session_materials", "front.office_month", "courses.new_lecturer", "courses.kit_page", "courses.kit_file", "participation.letterhead", "participation.new_meeting",
}  # fmt: skip
TAKES_OUT = {
    "people.personnel_roster",
    "front.answered_disclosure",
    "people.personnel_csv",
    "participation.host_paper",
    "participation.nominator_paper",
    "front.duty_workbook",
    "front.staff_workbook",
    "front.duty_csv",
    "front.staff_csv",
    "people.audit_csv",
}


def test_every_page_close_to_people_is_noted_or_names_nobody(app):
    """A page that is new stands in one of the lists, or says what it shows."""
    found = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and CLOSE_TO_PEOPLE & set(rule_of(app, rule.endpoint) or ())
    }
    said = {endpoint for endpoint in found if hasattr(app.view_functions[endpoint], "shows")}
    assert len(said) > 15
    assert found - said == NAMES_NOBODY | TAKES_OUT


def test_a_refusal_is_noted_with_the_address_it_came_from_on_a_thread_that_serves_others_too(app, mizuho):
    """The server's threads go on from request to request, as a plain client of the tests does."""
    browser = mizuho.staff.browser()
    cookie = browser.get_cookie(app.config["SESSION_COOKIE_NAME"], "tomomanabi.test")
    db.session.commit()
    plain = FlaskClient(app, app.response_class)
    plain.set_cookie(cookie.key, cookie.value, domain="tomomanabi.test")
    for address in ("198.51.100.99", "192.0.2.7"):
        plain.get(f"/office/staff?of={address}", environ_overrides={"REMOTE_ADDR": address})
        plain.get("/healthz", environ_overrides={"REMOTE_ADDR": "203.0.113.1"})
    plain.get("/admin/audit", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    said = {(entry.subject, entry.address) for entry in entries(Act.REFUSED)}
    assert said == {("GET /office/staff 404", "198.51.100.99"), ("GET /admin/audit 404", "192.0.2.7")}


def test_nobody_fills_the_log_by_asking(mizuho, monkeypatch):
    monkeypatch.setattr(access_log, "MOST_REFUSALS", 3)
    browser = mizuho.staff.browser()
    for number in range(6):
        browser.get(f"/office/staff/{number}{'0' * 3}")
    assert len(entries(Act.REFUSED)) == 3


def test_a_file_of_names_that_cannot_be_noted_is_not_given_out(mizuho, monkeypatch):
    browser = mizuho.coordinator.browser()
    person = mizuho.staff.browser()

    def fails(*_said):
        statement, reason = "INSERT", Exception("disk is full")
        raise sa.exc.OperationalError(statement, {}, reason)

    monkeypatch.setattr(access_log, "_write", fails)
    answer = person.get("/me/personal-data.json")
    assert answer.status_code == 503
    assert mizuho.staff.name not in answer.text
    assert "操作の記録に残せるとき" in answer.text
    assert browser.get("/office/staff").status_code == 200, "a page is read all the same"
