"""Who may open what: every route with every role, and another organisation's things are not found."""

from __future__ import annotations

import html
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from app import create_app
from factories import (
    Office,
    Person,
    draft_course,
    edition_of,
    joins,
    membership,
    motivated,
    offered,
    organisation_named,
    session_of,
)
from ground import settings_for

from kernel import clock
from kernel.database import add, db
from kernel.secret import sealed
from kernel.transaction import WriteWhileReadingError

from people.access import UndecidedViewError, public, rule_of
from people.joining import handing_over
from people.models import Organisation, Role, Staff
from people.permission import PERMISSIONS, Permission
from people.personnel import file as personnel_file
from people.personnel.file import Send
from people.sections import post, reform, section
from people.signing_in import password_link
from people.signing_in.models import IdentityProvider

from courses.edition import LessonText
from courses.lessons import outline
from courses.models import LessonKind
from courses.sessions import lecturer
from courses.sessions.lecturer import KnowLecturer
from courses.sessions.models import AdmissionRule, Audience

from catalog.adopting import adoption
from catalog.adopting.adoption import Adopt
from catalog.curricula.curriculum import published_curriculum

from participation import enrolment as enrolments
from participation.joint import nomination
from participation.record.models import Disclosure

if TYPE_CHECKING:
    from flask import Flask

ROLES = ("visitor", "staff", "head", "coordinator", "administrator", "secretariat")


@dataclass
class Ground:
    """Something of everything in 瑞穂町, so that every address leads somewhere."""

    office: Office
    addresses: dict[str, object]

    def person(self, role: str) -> Person | None:
        return None if role == "visitor" else self.office.person(*([] if role == "staff" else [Role(role)]))


@pytest.fixture
def ground(app, mizuho) -> Ground:
    course = motivated(draft_course(mizuho.coordinator, "own-course"))
    module = outline.add_module(edition_of(course), "単元")
    edition = edition_of(course)
    quiz = outline.add_lesson(edition, module.id, "テスト", LessonKind.QUIZ)
    question = {"kind": "true-false", "text": "正しいか", "right": True, "feedback": "はい"}
    outline.write_lesson(
        edition, quiz.id, LessonText("テスト", "", LessonKind.QUIZ, content={**quiz.content, "questions": [question]})
    )
    coordinator, chosen = mizuho.coordinator, mizuho.person().membership_id
    session = session_of("guideline-localize", mizuho, giving=AdmissionRule.NOMINATION)
    nominated = nomination.nominate(coordinator.actor, session, organisation_named(mizuho.name), chosen)
    e_learning = offered("paperless-basics")
    enrolled = enrolments.enrol_in_course(
        mizuho.coordinator.actor,
        enrolments.own_entrant(mizuho.coordinator.actor, mizuho.staff.membership_id),
        e_learning,
    )
    token = password_link.issue(None, membership(mizuho.person()))
    adopted = adoption.adopt(coordinator.actor, mizuho.id, published_curriculum("newcomers"), Adopt())
    sent = personnel_file.send(
        mizuho.administrator.actor,
        mizuho.id,
        Send("名簿.csv", "職員番号,氏名,フリガナ\n9001,新人 太郎,シンジン タロウ\n", clock.today(), is_complete=False),
    )
    known = lecturer.note(coordinator.actor, mizuho.id, KnowLecturer("講師", "", "", "", ""))
    [offered_one] = handing_over.offer(
        Office.of("132012").administrator.actor,
        [Office.of("132012").person().membership_id],
        handing_over.Offer(organisation_named(mizuho.name), clock.today() + clock.DAY),
    )
    provided = add(
        IdentityProvider(
            organisation_id=mizuho.id, name="職員アカウント", issuer="https://127.0.0.1:9", client_id="tomomanabi",
            secret_sealed=sealed([app.config["SECRET_KEY"]], "secret"),
        )
    )  # fmt: skip
    reformed = reform.plan(coordinator.actor, mizuho.id, "総務課\t総務部", clock.today() + 9 * clock.DAY)
    asked = add(
        Disclosure(
            staff_id=mizuho.staff.staff_id, organisation_id=mizuho.id, received_on=clock.today(),
            asked_by_id=mizuho.person().staff_id,
        )
    )  # fmt: skip
    db.session.commit()
    organisation_id = db.session.scalars(sa.select(Organisation.id).where(Organisation.code == "133086")).one()
    addresses = {
        "filename": "icon.svg", "token": token, "membership_id": mizuho.staff.membership_id, "organisation_id": organisation_id,
        "slug": course.slug, "old": 1, "new": 1, "session_id": session.id, "skill_id": 1, "key": "8-1", "position": 11,
        "adoption_id": adopted.id, "section_id": section.named(mizuho.id, "総務課"), "post_id": post.named(mizuho.id, "主事"), "request_id": 0, "track_id": db.session.scalar(sa.text("SELECT min(id) FROM track")), "topic_id": db.session.scalar(sa.text("SELECT min(id) FROM topic")), "motivation_id": 0, "edition_id": 0,
        "ending": "pdf", "kind": "", "code": "ABC234", "lesson_id": quiz.id, "module_id": module.id, "attempt_id": 1, "name": "x.svg", "number": 1, "learning_id": 0, "path": "index.html",
        "offer_id": offered_one.id, "disclosure_id": asked.id, "reform_id": reformed.id, "invitation_id": 0, "provider_id": provided.id, "token_id": 0, "concurrent_id": 0, "id_": "1", "rest": "x", "sign_in_id": 0, "factor_id": 0, "notice_id": 0, "material_id": 0, "lecturer_id": known.id, "file_id": sent.id, "enrolment_id": enrolled.id, "meeting_id": session.meetings[0].id, "nomination_id": nominated.id,
    }  # fmt: skip
    return Ground(mizuho, addresses)


OF_ITS_OWN = {
    "people.personnel_roster": {"ending": "csv"},
    "participation.host_paper": {"kind": "roster"},
    "participation.nominator_paper": {"kind": "nominations"},
    "courses.new_question": {"kind": "single"},
    "courses.new_session": {"slug": "guideline-localize"},
    "courses.kit_page": {"slug": "community-salon"},
    "courses.kit_file": {"slug": "community-salon", "kind": "slides"},
    "courses.write_kit_part": {"kind": "slides"},
    "courses.remove_kit_part": {"kind": "slides"},
    "front.curriculum": {"slug": "newcomers"},
    "catalog.adopt": {"slug": "newcomers"},
    "catalog.elsewhere": {"slug": "paperless-basics"},
    "catalog.scorm": {"slug": "paperless-basics"},
    "catalog.roundtable_page": {"key": "8"},
}
"""What an address needs that is another thing than the ground's."""


def address_of(app: Flask, rule, ground: Ground) -> str:
    values = {name: ground.addresses[name] for name in rule.arguments}
    if rule.endpoint.startswith(("front.", "participation.", "learning.")) and "slug" in values:
        values["slug"] = "paperless-basics"
    if rule.endpoint in {"learning.figures", "learning.course_feedback", "learning.try_lesson", "learning.try_answers"}:
        values["slug"] = ground.addresses["slug"]
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values | OF_ITS_OWN.get(rule.endpoint, {}), _external=False)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_every_route_opens_to_those_its_rule_names_and_to_nobody_else(app, ground, role):
    person = ground.person(role)
    held = PERMISSIONS[Role(role)] if person else frozenset()
    browser, tried = person.browser() if person else app.test_client(), 0
    for rule in sorted(
        app.url_map.iter_rules(), key=lambda rule: LAST.index(rule.endpoint) if rule.endpoint in LAST else -1
    ):
        needed = rule_of(app, rule.endpoint)
        for method in sorted(rule.methods & {"GET", "POST"}):
            if rule.endpoint == "people.sign_out" and method == "POST":
                continue
            answer = browser.open(address_of(app, rule, ground), method=method, data={} if method == "POST" else None)
            case = (role, method, rule.rule, answer.status_code)
            tried += 1
            assert answer.status_code < 500, case
            if needed is not None and person is None:
                assert answer.status_code == 302, case
                assert "/sign-in" in answer.location, case
            elif needed and not held & set(needed):
                assert answer.status_code == 404, case
            elif method == "GET" and rule.endpoint not in NEED_MORE:
                assert answer.status_code == 200, case
                if answer.mimetype == "text/html":
                    assert quoted_although_long(app, address_of(app, rule, ground), answer.text) == [], case
    assert tried > 80
    assert browser.get("/me").status_code == (200 if person else 302), "the walk lost its sign-in on the way"


def quoted_although_long(app: Flask, address: str, page: str) -> list[str]:
    """The forms of a page that may hold more than a usual form takes, and are not sent in parts."""
    found = []
    for tag in re.findall(r'<form[^>]*method="post"[^>]*>', page):
        action = re.search(r'action="([^"]*)"', tag)
        path = (html.unescape(action[1]) if action else address).split("?")[0].split("#")[0]
        endpoint, _values = app.url_map.bind("").match(path, method="POST")
        if hasattr(app.view_functions[endpoint], "largest") and "multipart/form-data" not in tag:
            found.append(tag)
    return found


LAST = (
    "courses.remove_lesson",
    "catalog.hand_in",
    "catalog.remove_topic",
)  # what they change the rest of the walk needs
NEED_MORE = {
    "front.favicon",  # leads to the picture
    "front.style",  # only with sample data
    "front.remind",  # only whom somebody chose
    "front.act_on_staff",  # leads to the page of an act
    *(
        "people.scim_config",
        "people.scim_resource_types",
        "people.scim_schemas",
        "people.scim_users",
        "people.scim_user",
        "people.scim_nothing",
    ),  # only with a key
    "people.try_provider",  # leads to the provider
    "people.sign_in_by_provider",  # leads to the provider
    "people.confirm_by_provider",  # only who has signed in so
    "people.apply_by_provider",  # only whom a provider knows
    "front.arrivals",  # leads to the page of a day
    "people.move_staff",  # only whom somebody chose
    "people.leave_together",  # only whom somebody chose
    "front.ask_for_links",  # only whom somebody chose
    "front.exempt",  # only whom somebody chose
    "people.merge_sections",  # only with another section
    "catalog.ask_to_retire",  # only what is published
    "front.erase_person",  # only of who has left
    "front.answered_disclosure",  # only what a second person agreed to
    "participation.allocation_file",  # only after the decision
    "people.accept_invitation",  # only with the link of an invitation
    "participation.on_behalf",  # leads to the list of an organisation
    "participation.session_attendance",  # leads to the one meeting
    "participation.session_material",  # only with a place in a session
    "participation.choose_substitute",  # only for a place in a session
    "participation.report",  # only for a place in a session
    "participation.calendar_feed",  # only with a private address
    "catalog.edition_page",  # edition 0
    "courses.package_file",  # only where packages run, and with a link
    "learning.package_frame",  # the same
    "learning.lessons",  # only for somebody enrolled
    "learning.overview",  # the same
    "learning.all_lessons",  # the same
    "learning.lesson",  # the same
    "learning.file_edition",  # the same
    "courses.remove_kit_part",  # only a part that there is
    "learning.attempt_result",  # the same
    "people.second_step",  # only after the password
    "front.security",  # only where somebody is named
    "courses.asset",  # only a file that there is
    "participation.confirm_certificate",  # only with a number
    "participation.certificate_pdf",  # only for the holder
    "front.finished",  # only what is completed
    "front.withdraw",  # only for the own enrolment or own staff
    "catalog.edit_curriculum",  # only for the owner
    "catalog.curriculum_editions",  # the same
    "review.municipalities",  # only for who looks after all
    "review.municipalities_csv",  # the same
    "review.sections_file",  # as a workbook or CSV
    "review.months_file",  # the same
}

#       page                              visitor staff coordinator administrator secretariat
TABLE = """
        /                                          200     200     200     200     200     200
        /catalog                                   200     200     200     200     200     200
        /courses/paperless-basics                  200     200     200     200     200     200
        /curricula/newcomers                       200     200     200     200     200     200
        /roundtables/8                             200     200     200     200     200     200
        /remarks/8-1/11                            200     200     200     200     200     200
        /me                                        302     200     200     200     200     200
        /office                                    302     404     404     200     200     200
        /office/staff                              302     404     404     200     200     200
        /office/enrol/paperless-basics             302     404     404     200     200     200
        /studio                                    302     404     404     200     200     200
        /studio/articles/new                       302     404     404     404     404     200
        /review                                    302     404     404     404     200     200
        /review/participation.csv                  302     404     404     404     200     200
        /review/sections                           302     404     404     404     200     200
        /review/sections.xlsx                      302     404     404     404     200     200
        /review/months                             302     404     404     404     200     200
        /review/months.csv                         302     404     404     404     200     200
        /review/enrolments                         302     404     404     404     200     200
        /review/enrolments.csv                     302     404     404     404     200     200
        /review/municipalities                     302     404     404     404     404     200
        /review/municipalities.csv                 302     404     404     404     404     200
        /studio/curricula                          302     404     404     200     200     200
        /admin/audit                               302     404     404     404     200     200
        /admin/organisations                       302     404     404     404     404     200
        /admin/skills                              302     404     404     404     404     200
        /office/duties                             302     404     200     200     200     200
        /office/duties.csv                         302     404     200     200     200     200
        /office/sections                           302     404     404     200     200     200
        /office/staff.csv                          302     404     404     200     200     200
        /office/courses/paperless-basics/learners  302     404     404     200     200     200
        /courses/paperless-basics/elsewhere        302     404     404     200     200     200
        /courses/paperless-basics/scorm            302     404     404     200     200     200
        /admin/audit.csv                           302     404     404     404     200     200
"""


def test_the_pages_that_matter_answer_as_this_table_says(app, mizuho):
    browsers = {
        role: app.test_client()
        if role == "visitor"
        else mizuho.person(*([] if role == "staff" else [Role(role)])).browser()
        for role in ROLES
    }
    for line in TABLE.strip().split("\n"):
        page, *expected = line.split()
        assert [str(browsers[role].get(page).status_code) for role in ROLES] == expected, page


def test_a_view_that_nobody_decided_about_keeps_the_application_from_starting(app, monkeypatch):
    monkeypatch.delattr("people.views.account.rule")
    with pytest.raises(UndecidedViewError, match=r"people\.account"):
        create_app(settings_for("sqlite://"))
    monkeypatch.undo()


def test_another_organisations_things_are_not_found(app, mizuho, hachioji):
    course = motivated(draft_course(mizuho.coordinator, "own-course"))
    edition_id = db.session.scalar(sa.text("SELECT max(id) FROM course_edition"))
    session = session_of("guideline-localize", mizuho)
    session_id, slug = session.id, course.slug
    coordinator = mizuho.coordinator.actor
    enrolled = enrolments.enrol_in_course(
        coordinator, enrolments.own_entrant(coordinator, mizuho.staff.membership_id), offered("paperless-basics")
    ).id
    db.session.commit()
    member = mizuho.staff.membership_id
    stranger = hachioji.person(Role.COORDINATOR, Role.ADMINISTRATOR).browser()
    for address in (
        f"/office/staff/{member}", f"/office/staff/{member}/edit", f"/office/staff/{member}/leave", f"/studio/{slug}",
        f"/studio/{slug}/edit", f"/studio/{slug}/modules", f"/studio/editions/{edition_id}", f"/sessions/{session_id}/edit",
        f"/sessions/{session_id}/cancel", f"/sessions/{session_id}/attendance", f"/enrolments/{enrolled}/withdraw",
        f"/office/staff?organisation={mizuho.id}", f"/office/staff/new?organisation={mizuho.id}",
    ):  # fmt: skip
        assert stranger.get(address).status_code == 404, address
    for address in (
        f"/office/staff/{member}/roles", f"/office/staff/{member}/link", f"/office/staff/{member}/leave",
        f"/office/staff/{member}/enrol/ai-first", f"/studio/{slug}/hand-in", f"/studio/{slug}/retire",
        f"/studio/editions/{edition_id}/approve", f"/enrolments/{enrolled}/withdraw", f"/enrolments/{enrolled}/finish",
    ):  # fmt: skip
        assert stranger.post(address, data={"roles": "administrator"}).status_code == 404, address


def test_another_organisations_nominations_are_not_found(app, mizuho, hachioji, secretariat):
    person, coordinator = mizuho.person(name="名前の 見えない人"), mizuho.coordinator
    session = session_of("guideline-localize", secretariat, giving=AdmissionRule.NOMINATION)
    row = nomination.nominate(coordinator.actor, session, organisation_named(mizuho.name), person.membership_id)
    session_id, nomination_id, meeting_id = session.id, row.id, session.meetings[0].id
    db.session.commit()
    stranger = hachioji.person(Role.COORDINATOR, Role.ADMINISTRATOR).browser()
    for address in (
        f"/office/nominations/{session_id}?organisation={mizuho.id}", f"/office/nominations/{session_id}/list?organisation={mizuho.id}",
        f"/sessions/{session_id}/allocation", f"/sessions/{session_id}/allocation/override", f"/sessions/{session_id}/call-off",
        f"/sessions/{session_id}/edit", f"/meetings/{meeting_id}/edit", f"/meetings/{meeting_id}/cancel",
        f"/sessions/{session_id}/attendance", f"/meetings/{meeting_id}/attendance", f"/meetings/{meeting_id}/code",
        f"/meetings/{meeting_id}/web-meeting",
    ):  # fmt: skip
        assert stranger.get(address).status_code == 404, address
    for address in (
        f"/nominations/{nomination_id}/remove", f"/nominations/{nomination_id}/move", f"/nominations/{nomination_id}/accept",
        f"/nominations/{nomination_id}/decline", f"/nominations/{nomination_id}/withdraw", f"/sessions/{session_id}/close",
        f"/sessions/{session_id}/allocation/decide", f"/meetings/{meeting_id}/attendance", f"/meetings/{meeting_id}/code",
        f"/meetings/{meeting_id}/web-meeting/names",
        f"/office/nominations/{session_id}/add/{person.membership_id}",
    ):  # fmt: skip
        assert stranger.post(address).status_code == 404, address
    for page in (f"/sessions/{session_id}", f"/office/nominations/{session_id}", "/office"):
        assert "名前の 見えない人" not in stranger.get(page).text, page
    assert "名前の 見えない人" in mizuho.coordinator.browser().get(f"/office/nominations/{session_id}").text


def test_another_organisations_people_and_figures_appear_on_no_page(app, mizuho, hachioji):
    session = session_of("guideline-localize", mizuho, capacity=5)
    person = mizuho.person(name="名前の 見えない人")
    joins(person, session)
    session_id = session.id
    db.session.commit()
    stranger = hachioji.person(Role.COORDINATOR, Role.ADMINISTRATOR).browser()
    for page in (
        f"/sessions/{session_id}",
        "/office/staff",
        "/office",
        "/review",
        "/admin/audit",
        "/remarks/23-2/2",
        "/courses/guideline-localize",
    ):
        assert "名前の 見えない人" not in stranger.get(page).text, page
    assert "名前の 見えない人" in mizuho.coordinator.browser().get(f"/sessions/{session_id}").text


def test_a_session_for_the_own_organisation_is_not_found_by_others(app, mizuho, hachioji):
    session_id = session_of("guideline-localize", mizuho, audience=Audience.OWN).id
    assert mizuho.staff.browser().get(f"/sessions/{session_id}").status_code == 200
    assert hachioji.staff.browser().get(f"/sessions/{session_id}").status_code == 404
    assert hachioji.staff.browser().post(f"/sessions/{session_id}/enrol").status_code == 404


def test_a_get_request_cannot_write(app, mizuho):
    @public
    def writes() -> str:
        db.session.get_one(Staff, mizuho.staff.staff_id).name = "別の名前"
        db.session.flush()
        return "written"

    view = app.view_functions["front.home"]
    app.view_functions["front.home"] = writes
    try:
        with pytest.raises(WriteWhileReadingError):
            app.test_client().get("/")
    finally:
        app.view_functions["front.home"] = view


def test_a_refused_request_leaves_nothing_behind(app, mizuho):
    browser = mizuho.coordinator.browser()
    answer = browser.post(
        "/office/staff/new", data={"organisation_id": mizuho.id, "name": "新しい 人", "reading": "アタラシイ ヒト"}
    )
    assert answer.status_code == 422
    assert "新しい 人" in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Staff).where(Staff.name == "新しい 人")) == 0


def test_a_form_without_its_token_is_refused_politely(app, mizuho):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = app.test_client().post("/sign-in", data={"account": "a", "password": "b"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    assert "もう一度" in answer.text


def test_every_page_carries_the_protecting_headers(client):
    for page in ("/", "/nowhere", "/sign-in"):
        headers = client.get(page).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


def test_pages_carry_no_inline_script_or_style(client):
    for page in ("/", "/catalog", "/courses/paperless-basics", "/roundtables/8"):
        assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=", client.get(page).text)


def test_each_role_holds_all_that_the_one_before_it_holds():
    order = [Role.STAFF, Role.COORDINATOR, Role.ADMINISTRATOR, Role.SECRETARIAT]
    for lower, higher in itertools.pairwise(order):
        assert PERMISSIONS[lower] < PERMISSIONS[higher]


def test_the_secretariat_sees_no_names_of_learners_elsewhere(secretariat):
    actor = secretariat.secretary.actor
    assert actor.scope(Permission.READ_PARTICIPATION).everywhere
    assert not actor.scope(Permission.READ_NAMES).everywhere
