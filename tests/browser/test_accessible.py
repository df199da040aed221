"""WCAG 2.2 AA: axe finds nothing on any page in any role, nothing runs off a phone's screen, and Enter sends no form half typed.

The wide screen, and the pages of those who are few, are slow proofs.
"""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages import ADMINISTRATOR, COORDINATOR, HOST, SECRETARIAT, STAFF

PUBLIC = [
    "/", "/catalog", "/catalog?q=研修&level=1", "/catalog?q=見つからない言葉", "/courses/security-basics", "/courses/guideline-localize",
    "/curricula", "/curricula/newcomers", "/roundtables", "/roundtables/8", "/remarks?unanswered=1", "/remarks/8-1/11", "/sign-in", "/sign-in/office",
    "/sessions/1", "/password/forgotten", "/no-such-page", "/about", "/joining", "/help", "/privacy", "/after-a-move", "/accessibility", "/terms", "/contact", "/requests/new", "/style",
]  # fmt: skip
OF_STAFF = [
    "/me",
    "/account",
    "/notices",
    "/sessions/1",
    "/sessions/5",
    "/sessions/8",
    "/attend",
    "/me/outside",
]
OF_COORDINATORS = [
    "/office", "/office/duties", "/office/sessions", "/office/sessions?which=of staff", "/office/sessions/month", "/office/lecturers", "/office/letterhead", "/office/lecturers/new", "/office/duties?standing=open&by=section", "/office/duties/reminder?which=all", "/office/staff/1/record", "/office/staff", "/office/staff?show=email&show=roles&show=duties", "/office/sections", "/office/sections/new", "/office/sections/reform", "/office/sections/1", "/office/posts/1", "/office/staff/move?row=1", "/office/staff/1/concurrent", "/office/moves", *(f"/office/moves?part={part}" for part in ("new", "moved", "concurrent", "coming", "going", "leaving", "places", "work")), "/office/moves/offer?row=1", "/office/staff/1/deputy", "/office/staff/1/disclosure", "/office/staff/leave?row=1", "/office/enrol?row=1", "/office/adoptions/1", "/office/courses/dx-first-step/learners", "/courses/dx-first-step/elsewhere", "/courses/bpr-field-support/kit", "/catalog/skills", "/office/courses/dx-first-step/learners?which=done", "/office/staff/former", "/office/staff/new", "/office/staff/welcome", "/office/invitation", "/office/practice", "/office/outside", "/office/staff/1", "/office/staff/1/edit", "/office/staff/1/leave", "/office/adoptions",
    "/office/enrol/ai-first", "/office/enrol/ai-first/choose", "/studio", "/studio/approvals", "/studio/new", "/studio/curricula",
    "/studio/curricula/new", "/curricula/newcomers/adopt", "/studio/guideline-localize/sessions/new", "/sessions/7", "/sessions/7/edit",
    "/sessions/7/cancel", "/sessions/7/message", "/sessions/7/materials", "/sessions/7/meetings/new", "/office/duties/reminders", "/sessions/7/attendance", "/meetings/7/edit", "/office/nominations/5", "/office/nominations/5/list", "/sessions/4",
]  # fmt: skip
OF_HOSTS = [
    "/office",
    "/sessions/4",
    "/sessions/4/allocation",
    "/sessions/4/allocation/override",
    "/sessions/5/call-off",
    "/sessions/5/allocation",
    "/sessions/8/attendance",
    "/meetings/9/attendance",
    "/meetings/9/code",
    "/meetings/9/web-meeting",
]
OF_ADMINISTRATORS = [
    "/review",
    "/review/sections",
    "/review/months",
    "/review/enrolments",
    "/review?year=2020",
    "/review?by=level",
    "/review?by=curriculum",
    "/admin/audit",
    "/office/personnel",
    "/office/sign-in",
    "/office/sign-in/saml",
    "/office/provisioning",
]
OF_SECRETARIAT = [
    "/review", "/review?organisation=八王子市", "/review?by=course&prefecture=東京都", "/studio", "/studio/ai-first", "/studio/editions/8", "/studio/ai-first/links", "/studio/ai-first/figures", "/studio/ai-first/feedback", "/studio/requests", "/studio/ai-first/motivations/new", "/studio/ai-first/motivations/new?remark=8-1/11",
    "/review/municipalities", "/review/municipalities?prefecture=&standing=left behind", "/studio/curricula/newcomers/editions", "/admin/organisations/figures",
    "/studio/ai-first/differences/1/1", "/studio/bpr-field-support/kit", "/studio/bpr-field-support/kit/slides/1", "/studio/bpr-field-support/kit/slides/1/remove", "/studio/ai-first/retire", "/studio/curricula/newcomers", "/admin/organisations", "/admin/organisations/1", "/admin/skills",
    "/admin/skills/1", "/studio/articles/new", "/admin/condition", "/confirm",
]  # fmt: skip

SENT_BY_ENTER = """[...document.forms].filter((form) => {
  const typed = [...form.elements].filter((one) => one.matches(
    "textarea, input:not([type]), input[type=text], input[type=number], input[type=date], input[type=time], input[type=email], input[type=url]"));
  const signs_in = form.querySelector("[autocomplete=current-password]");
  return form.method === "post" && typed.length > 1 && !signs_in && ![...form.elements].find((one) => one.type === "submit").disabled;
}).map((form) => form.action)"""


@pytest.mark.parametrize(
    "width", [pytest.param(1280, marks=pytest.mark.slow, id="wide"), pytest.param(375, id="phone")]
)
@pytest.mark.parametrize(
    ("who", "pages"),
    [
        ("", PUBLIC),
        (STAFF, [*PUBLIC[4:6], *OF_STAFF]),
        (COORDINATOR, OF_COORDINATORS),
        pytest.param(HOST, OF_HOSTS, marks=pytest.mark.slow),
        (ADMINISTRATOR, OF_ADMINISTRATORS),
        pytest.param(SECRETARIAT, OF_SECRETARIAT, marks=pytest.mark.slow),
    ],
    ids=["visitor", "staff", "coordinator", "host", "administrator", "secretariat"],
)
def test_axe_finds_nothing_and_nothing_runs_off_the_screen(visit, who, pages, width):
    window, axe, found = visit(who, width=width), Axe(), {}
    for address in pages:
        answer = window.page.goto(address)
        assert answer.status == (404 if address == "/no-such-page" else 200), address
        violations = [
            (violation["id"], [node["target"] for node in violation["nodes"][:3]])
            for violation in axe.run(window.page).response["violations"]
        ]
        if violations:
            found[address] = violations
        if window.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found[address] = [*violations, "wider than the screen"]
        if sent := window.page.evaluate(SENT_BY_ENTER):
            found[address] = [*violations, "Enter in the middle of typing sends it", sent]
        assert window.page.title().endswith("| ともまなび")
        assert window.page.locator("h1").count() == 1, address
    assert found == {}


def test_the_page_on_which_somebody_entered_by_mistake_is_erased(visit):
    office = visit(COORDINATOR, width=375).goes_to("/office/staff/new")
    office.types("氏名", "誤 登録").types("フリガナ", "ゴトウ ロク").types("職員番号", "90001").presses("登録する")
    office.page.wait_for_url(re.compile(r"/office/staff/\d+$"))
    address = office.page.url
    chief = visit(ADMINISTRATOR, width=375).goes_to(f"{address}/erase?because=mistake")
    assert "誤 登録" in chief.page.inner_text("main")
    assert Axe().run(chief.page).response["violations"] == []
    assert not chief.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    chief.types("氏名", "誤 登録").presses("消去する")
    assert chief.goes_to(address).page.locator("h1").inner_text() != "誤 登録"


@pytest.mark.parametrize(
    ("who", "pages"),
    [
        ("", PUBLIC),
        (STAFF, [*PUBLIC[1:6], *OF_STAFF]),
        (COORDINATOR, OF_COORDINATORS),
        (ADMINISTRATOR, OF_ADMINISTRATORS),
    ],
    ids=["visitor", "staff", "coordinator", "administrator"],
)
def test_dark_colours_are_as_readable_as_light_ones(visit, who, pages):
    window, axe, found = visit(who), Axe(), {}
    window.page.emulate_media(color_scheme="dark")
    for address in pages:
        window.goes_to(address)
        assert window.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        violations = axe.run(window.page, options={"runOnly": ["color-contrast"]}).response["violations"]
        if violations:
            found[address] = [(node["target"], node["any"][0]["message"]) for node in violations[0]["nodes"][:3]]
    assert found == {}


def test_on_a_phone_the_first_course_and_the_first_paragraph_of_a_lesson_are_in_sight(visit):
    learner = visit(STAFF, width=375)
    learner.page.set_viewport_size({"width": 375, "height": 812})
    learner.goes_to("/catalog")
    assert learner.page.locator("article.card h3").first.bounding_box()["y"] < 812
    learner.goes_to("/me").page.locator(".to-do button").first.click()
    learner.has_arrived()
    assert learner.page.locator("article.lesson p").first.bounding_box()["y"] < 812 / 2
