"""Who lacks a course that comes first takes part in a session only for a reason that the host reads."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from factories import enrols, joins, offered, session_of
from joint_sessions import close_applications, found, joint, states

from kernel.database import db

from people.models import AuditEntry

from courses.course import set_prerequisites

from participation import enrolment as enrolments
from participation.models import Enrolment, PrerequisiteException

FIRST, BECAUSE = "ai-first", "前の職場で同じ内容の研修を受けました"


def after_the_first(slug):
    course = offered(slug)
    db.session.refresh(course, ["prerequisites"])
    set_prerequisites(course, [FIRST])


@pytest.fixture
def session_id(secretariat) -> int:
    """A session, first come, first served, of a course before which another one comes."""
    session = session_of("guideline-localize", secretariat)
    after_the_first("guideline-localize")
    db.session.commit()
    return session.id


def has_finished_the_first(person):
    enrolments.finish(enrols(person, offered(FIRST)))
    db.session.commit()


def places(session_id):
    return set(db.session.scalars(sa.select(Enrolment.staff_id).where(Enrolment.session_id == session_id)))


def test_who_has_finished_what_comes_first_takes_a_place_in_one_press(mizuho, session_id):
    person = mizuho.person()
    has_finished_the_first(person)
    browser = person.browser()
    assert "先に受ける講座がまだです" not in browser.get(f"/sessions/{session_id}").text
    assert browser.post(f"/sessions/{session_id}/enrol").status_code == 302
    assert person.staff_id in places(session_id)


def test_who_has_not_is_led_there_or_says_why_and_the_host_reads_it(mizuho, secretariat, session_id):
    browser = mizuho.staff.browser()
    shown = browser.get(f"/sessions/{session_id}").text
    assert "先に受ける講座がまだです" in shown
    assert f"/courses/{FIRST}" in shown
    refused = browser.post(f"/sessions/{session_id}/enrol", data={"because": "  "})
    assert refused.status_code == 409
    assert "それでも参加する理由を入力してください" in refused.text
    assert browser.post(f"/sessions/{session_id}/enrol", data={"because": "あ" * 501}).status_code == 422
    assert not places(session_id)
    assert browser.post(f"/sessions/{session_id}/enrol", data={"because": BECAUSE}).status_code == 302
    assert places(session_id) == {mizuho.staff.staff_id}
    assert BECAUSE in secretariat.coordinator.browser().get(f"/sessions/{session_id}").text
    assert BECAUSE not in mizuho.person().browser().get(f"/sessions/{session_id}").text


def test_a_list_enrols_them_only_with_a_reason(mizuho, session_id):
    ready, needy = mizuho.person(), mizuho.person()
    has_finished_the_first(ready)
    browser, address = mizuho.coordinator.browser(), f"/office/enrol/guideline-localize?session={session_id}"
    assert "先に受ける講座がまだの人も参加する理由" in browser.get(address).text
    listed = {"text": f"{ready.number},{ready.name}\n{needy.number},{needy.name}"}
    preview = browser.post(address, data=listed).text
    assert "先に受ける講座が未修了です" in preview
    assert "2行のうち、1人を" in preview
    with_reason = {**listed, "because": BECAUSE}
    preview = browser.post(address, data=with_reason).text
    assert f'name="because" value="{BECAUSE}"' in preview
    assert "2行のうち、2人を" in preview
    browser.post(address, data={**with_reason, "enrol": "1"})
    assert places(session_id) == {ready.staff_id, needy.staff_id}
    kept = db.session.scalars(sa.select(PrerequisiteException)).all()
    assert [(row.staff_id, row.reason, row.given_by_id) for row in kept] == [
        (needy.staff_id, BECAUSE, mizuho.coordinator.staff_id)
    ]


def test_an_office_nominates_them_with_a_reason_that_stands_beside_the_allocation(mizuho, secretariat):
    session_id = joint(secretariat)
    after_the_first("expert-collaboration")
    db.session.commit()
    needy, listed = mizuho.person(), mizuho.person()
    browser, page = mizuho.coordinator.browser(), f"/office/nominations/{session_id}"
    assert "先に受ける講座がまだでも参加する理由" in browser.get(page, query_string={"q": needy.name}).text
    assert browser.post(f"{page}/add/{needy.membership_id}").status_code == 409
    assert browser.post(f"{page}/add/{needy.membership_id}", data={"because": BECAUSE}).status_code == 302
    text = {"text": f"{listed.number},{listed.name}"}
    assert "1行のうち、0人を" in browser.post(f"{page}/list", data=text).text
    browser.post(f"{page}/list", data={**text, "because": "業務で必要です", "nominate": "1"})
    assert set(states(session_id)) == {needy.staff_id, listed.staff_id}
    close_applications(session_id)
    allocation = secretariat.coordinator.browser().get(f"/sessions/{session_id}/allocation").text
    assert BECAUSE in allocation
    assert "業務で必要です" in allocation


def test_the_host_who_takes_in_a_list_learns_nothing_of_who_lacks_it(mizuho, secretariat):
    session_id = joint(secretariat)
    after_the_first("expert-collaboration")
    db.session.commit()
    person, host = mizuho.person(), secretariat.coordinator.browser()
    address = f"/office/nominations/{session_id}/list?organisation={mizuho.id}"
    assert "先に受ける講座" not in host.get(address).text
    answer = host.post(address, data={"text": f"{person.number},{person.name}", "nominate": "1"})
    assert "先に受ける講座" not in answer.text
    assert set(states(session_id)) == {person.staff_id}


def test_a_substitute_needs_a_reason_too(mizuho, session_id):
    ready, needy = mizuho.person(), mizuho.person()
    has_finished_the_first(ready)
    enrolment = joins(ready, found(session_id))
    db.session.commit()
    browser = mizuho.coordinator.browser()
    address = f"/enrolments/{enrolment.id}/substitute/{needy.membership_id}"
    assert browser.post(address).status_code == 409
    assert browser.post(address, data={"because": BECAUSE}).status_code == 302


def test_the_log_says_who_let_them_in_and_why(mizuho, session_id):
    mizuho.staff.browser().post(f"/sessions/{session_id}/enrol", data={"because": BECAUSE})
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "prerequisite waived")).all()
    assert [entry.organisation_id for entry in entries] == [mizuho.id]
    assert BECAUSE in str(entries[0].detail)
