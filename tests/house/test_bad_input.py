"""No input gives a 500: addresses, arguments and forms of any kind are answered with a page that says what to do."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from factories import (
    Office,
    draft_course,
    edition_of,
    enrols,
    offered,
    session_of,
    with_a_lesson,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError

from people.models import Role

from courses import edition as editions
from courses.lessons import lesson_text
from courses.sessions.models import AdmissionRule

from learning import attempt
from learning.path import path_of

ODD = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "0", "-1", "1e9", "99999999999999999999", "9999-12-31", "0001-01-01", "R99.99.99", "24:00", "23:59", "²", "\x00", "a" * 5000, "' OR 1=1 --", "<script>", "../../etc/passwd", "\ud83d\ude00", "%s%n", "=1+1", "None", "true", "javascript:alert(1)", "https://[::1", "\u202e", "８", "①"]
    ),
)  # fmt: skip
PAGES = [
    "/certificates/{}", "/certificates/{}.pdf", "/editions/1/assets/{}", "/join/{}", "/attend/{}",
    "/catalog?q={}", "/catalog?level={0}&sort={0}&page={0}&skill={0}", "/remarks?topic={0}&speaker={0}&municipality={0}&page={0}",
    "/courses/{}", "/curricula/{}", "/roundtables/{}", "/remarks/{}/1", "/password/{}", "/sign-in?next={}", "/office/staff?q={0}&page={0}",
    "/office/staff?organisation={}", "/studio/{}", "/review?year={0}&level={0}&curriculum={0}&course={0}&page={0}",
    "/review/participation.csv?year={}", "/admin/organisations?q={0}&kind={0}", "/office/enrol/ai-first?session={}", "/review?by={0}&prefecture={0}&organisation={0}", "/sessions/{}/allocation", "/office/nominations/{0}?q={0}&organisation={0}", "/requests/new?q={}",
    "/studio/new?remark={}",
]  # fmt: skip
FORMS = {
    "/sign-in": ["account", "organisation", "password"],
    "/password/forgotten": ["email"],
    "/account": ["present", "password", "again"],
    "/office/staff/new": ["organisation_id", "name", "reading", "email", "staff_number", "department", "post", "joined_on"],
    "/requests/new": ["wish"],
    "/studio/new": ["slug", "title", "summary", "level", "format", "minutes", "track_id", "objectives", "skill_ids"],
    "/studio/odd/edit": ["title", "summary", "level", "format", "minutes", "track_id", "objectives", "skill_ids"],
    "/studio/odd/modules": ["text"],
    "/studio/odd/links": ["hosts", "host_too", "prerequisites", "prerequisite_too"],
    "/studio/odd/motivations/new": ["remark", "rationale"],
    "/studio/articles/new": ["url", "text", "store", "accept_changes", "speaker-1", "heading-1"],
    "/studio/curricula/new": ["slug", "title", "summary", "track_id", "courses"],
    "/curricula/newcomers/adopt": ["section_id", "post_id", "new_since", "people", "due_on", "due_days"],
    "/studio/guideline-localize/sessions/new": [
        "day", "starts_time", "ends_time", "place", "meeting_link", "capacity", "audience", "applications_open_on", "applications_close_on",
        "meetings", "weeks_between", "minimum", "giving", "offer_days", "prefectures", "sizes", "organisations", "lecturers",
    ],
    "/sessions/{joint}/edit": ["place", "meeting_link", "capacity", "audience", "organisations", "applications_open_on", "offer_days"],
    "/sessions/{joint}/cancel": ["reason"],
    "/sessions/{joint}/wish": ["note"],
    "/sessions/{joint}/allocation/override": ["nomination_id", "instead_of_id", "reason"],
    "/meetings/{meeting}/edit": ["day", "starts_time", "ends_time", "place", "meeting_link"],
    "/office/nominations/{joint}": ["note"],
    "/office/nominations/{joint}/list": ["text"],
    "/office/staff/welcome": ["organisation_id", "code", "staff_number", "department", "post", "joined_on"],
    "/account/transfer-code": ["ends_present"],
    "/office/enrol/ai-first": ["text", "enrol"],
    "/meetings/{begun}/attendance": ["presence-1", "presence-x", "rest"],
    "/meetings/{begun}/code": ["end"],
    "/meetings/{begun}/web-meeting": ["file", "minutes"],
    "/meetings/{begun}/web-meeting/names": ["person-1", "person-x", "absent"],
    "/attend": ["code"],
    "/me/outside": ["title", "provider", "learned_on"],
    "/learn/{mine}/{text}/position": ["position"],
    "/learn/{mine}/{practice}/note": ["note"],
    "/attempts/{attempt}/answers": ["q-0", "q-1", "q-2-0", "q-99999", "q-x"],
    "/attempts/{attempt}/submit": ["q-0", "q-1", "q-2-0", "q-99999", "q-x"],
    "/office/invitation": ["most"],
    "/admin/skills": ["category", "skill"],
}  # fmt: skip
SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def place(app):
    """A signed-in person with every role, and things to work on."""
    office = Office.of("133035")
    person = office.person(Role.COORDINATOR, Role.ADMINISTRATOR, Role.SECRETARIAT)
    draft_course(person, "odd")
    session_id = session_of("guideline-localize", office).id
    joint = session_of("expert-collaboration", office, giving=AdmissionRule.NOMINATION)
    begun = session_of("community-salon", office, starts_at=clock.now())
    things = {
        "session": session_id, "joint": joint.id, "meeting": joint.meetings[0].id, "begun": begun.meetings[0].id,
    }  # fmt: skip
    mine = enrols(person, offered("security-basics"))
    path = path_of(person.actor, mine.id)
    by_kind = {lesson.kind.value: lesson for lesson in path.lessons}
    attempt_id = attempt.begin(path, by_kind["quiz"]).id
    things |= {"mine": mine.id, "text": by_kind["text"].id, "practice": by_kind["practice"].id, "attempt": attempt_id}
    db.session.commit()
    return person.browser(), things


def visit(place, page, odd):
    browser, _things = place
    answer = browser.get(page.format(quote(odd.encode("utf-8", "surrogatepass"), safe="")))
    assert answer.status_code in {200, 302, 308, 404, 422}, (page, odd)


def send(place, data):
    browser, things = place
    address = data.draw(st.sampled_from(sorted(FORMS)))
    fields = {name: data.draw(ODD, label=name) for name in FORMS[address]}
    answer = browser.post(
        address.format(**things),
        data={name: value.encode("utf-8", "replace").decode() for name, value in fields.items()},
    )
    assert answer.status_code in {200, 204, 302, 404, 409, 422}, (address, fields)


@SETTINGS
@given(page=st.sampled_from(PAGES), odd=ODD)
def test_no_address_gives_an_error_of_ours(place, page, odd):
    visit(place, page, odd)


@SETTINGS
@given(data=st.data())
def test_no_form_gives_an_error_of_ours(place, data):
    send(place, data)


@pytest.mark.slow
@settings(SETTINGS, max_examples=400)
@given(page=st.sampled_from(PAGES), odd=ODD)
def test_no_address_gives_an_error_of_ours_however_long_one_tries(place, page, odd):
    visit(place, page, odd)


@pytest.mark.slow
@settings(SETTINGS, max_examples=400)
@given(data=st.data())
def test_no_form_gives_an_error_of_ours_however_long_one_tries(place, data):
    send(place, data)


def test_unknown_methods_and_large_bodies_are_answered_in_japanese(client):
    assert "ボタンから" in client.post("/catalog").text
    assert "ページが見つかりません" in client.get("/no-such-page").text
    too_large = client.post("/sign-in", data={"account": "a" * (5 * 1024 * 1024)})
    assert too_large.status_code == 413
    assert "64KB" in too_large.text


def test_a_long_text_comes_in_parts_and_is_not_read_where_each_byte_is_three_signs(mizuho):
    browser, long = mizuho.person(Role.SECRETARIAT).browser(), {"text": "議題" * 20_000}
    assert browser.post("/studio/articles/new", data=long).status_code == 413
    in_parts = browser.post("/studio/articles/new", data=long, content_type="multipart/form-data")
    assert in_parts.status_code in {200, 422}
    assert long["text"][:5000] in in_parts.text


@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_method", "_external", "values"])
def test_an_address_may_name_anything(client, mizuho, name):
    assert client.get(f"/catalog?{name}=x").status_code == 200
    assert client.get(f"/remarks?{name}=x").status_code == 200
    assert mizuho.administrator.browser().get(f"/review?{name}=x").status_code == 200


def test_a_page_past_the_end_is_the_last_page(client):
    assert "26講座のうち 21〜26" in client.get("/catalog?page=99").text


@pytest.mark.parametrize("body", ["> |-|\n> |-|\n> ", "> a\n> |-|\n> |-|\n> "])
def test_a_text_over_which_the_parser_of_others_stumbles_is_refused_in_words_and_shown_as_typed(mizuho, body):
    course = with_a_lesson(draft_course(mizuho.coordinator, "stumbles"))
    lesson = editions.whole(edition_of(course).id).modules[0].lessons[0]
    browser, address = mizuho.coordinator.browser(), f"/studio/stumbles/lessons/{lesson.id}"
    sent = {"title": "題", "required": "y", "minutes": "5"}
    db.session.commit()
    answer = browser.post(address, data={**sent, "body": body})
    assert answer.status_code in {302, 422}, "trailing blanks may be cut before"
    with pytest.raises(InvalidError, match="表示できない書き方があります"):
        lesson_text.check(body)
    lesson.body = body  # as an earlier version kept it
    db.session.commit()
    assert "&gt; |-|" in lesson_text.rendered(body)
    assert browser.get(address).status_code == 200
    assert browser.get("/studio/stumbles/modules").status_code == 200
