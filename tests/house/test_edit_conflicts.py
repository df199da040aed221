"""Two people at one form: who comes second is told, sees what the first wrote, keeps what they typed, and decides."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from factories import draft_course, edition_of, membership, session_of
from joint_sessions import close_applications, joint, nominate
from lessons import LESSONS
from typed_forms import form_on, sending

from kernel import clock
from kernel.database import db

from people.models import Role

from courses import edition as editions
from courses.lessons import lesson_kind
from courses.models import Lesson, LessonKind, Skill
from courses.sessions.models import Meeting

OVERTAKEN = "ほかの人がこの内容を変更しました"


@pytest.fixture
def forms(mizuho, secretariat):
    """The forms that two may have open at once: whose, the page, and the fields that the first and the second change."""
    slug = draft_course(mizuho.coordinator, "two-authors").slug
    edition = editions.whole(edition_of(draft_course(mizuho.coordinator, "two-lessons")).id)
    editions.write_modules(edition, LESSONS)
    db.session.flush()
    lessons = [lesson for module in editions.whole(edition.id).modules for lesson in module.lessons]
    text, quiz = (next(one for one in lessons if one.kind is kind) for kind in (LessonKind.TEXT, LessonKind.QUIZ))
    begins = clock.at(clock.today() + dt.timedelta(days=20), dt.time(14))
    session = session_of("guideline-localize", mizuho, starts_at=begins, ends_at=begins + dt.timedelta(hours=2))
    meeting = db.session.scalars(sa.select(Meeting.id).where(Meeting.session_id == session.id)).one()
    taken = joint(secretariat, capacity=5)
    nominate(mizuho, taken, 1)
    membership(mizuho.staff).staff.reading = "ショクイン"
    skill = db.session.scalars(sa.select(Skill.id).order_by(Skill.id)).first()
    db.session.commit()
    return {
        "draft": (mizuho, f"/studio/{slug}/edit", "title", "summary"),
        "links": (mizuho, f"/studio/{slug}/links", "prerequisites", "hosts"),
        "lesson": (mizuho, f"/studio/two-lessons/lessons/{text.id}", "body", "title"),
        "question": (mizuho, f"/studio/two-lessons/lessons/{quiz.id}/questions/3", "text", "feedback"),
        "session": (mizuho, f"/sessions/{session.id}/edit", "place", "capacity"),
        "meeting": (mizuho, f"/meetings/{meeting}/edit", "place", "starts_time"),
        "staff": (mizuho, f"/office/staff/{mizuho.staff.membership_id}/edit", "department", "post"),
        "note": (mizuho, f"/office/nominations/{taken}", "note", "note"),
        "organisation": (secretariat, f"/admin/organisations/{mizuho.id}", "staff_count", "population"),
        "skill": (secretariat, f"/admin/skills/{skill}", "skill", "category"),
    }  # fmt: skip


VALUES = {
    "prerequisites": "自治体職員のためのAI入門", "hosts": "133035", "capacity": "17", "starts_time": "09:30", "staff_count": "321",
    "population": "4321",
}  # fmt: skip
KINDS = ["draft", "links", "lesson", "question", "session", "meeting", "staff", "note", "organisation", "skill"]


@pytest.mark.parametrize("kind", KINDS)
def test_who_comes_second_is_told_and_keeps_what_was_typed(forms, kind):
    office, address, one, other = forms[kind]
    role = Role.COORDINATOR if office.name == "瑞穂町" else Role.SECRETARIAT
    first, second = office.person(role).browser(), office.person(role).browser()
    shown = form_on(first.get(address).text, one)
    by_first, by_second = VALUES.get(one, "先の人が書いた文"), VALUES.get(other, "あとの人が書いた文")
    written = first.post(address, data=sending(shown, **{one: by_first}))
    assert written.status_code == 302, re.findall(r'class="errors".*?</div>', written.text, re.DOTALL)
    refused = second.post(address, data=sending(shown, **{other: by_second}))
    assert refused.status_code == 409
    assert OVERTAKEN in refused.text
    kept = form_on(refused.text, other)
    assert by_second in dict(kept)[other], "what was typed stays"
    now = re.search(r"いまの内容（.*?</dl>", refused.text, re.DOTALL)[0]
    assert by_first in now, "and what the first wrote stands beside it"
    assert by_first in dict(form_on(first.get(address).text, one))[one], "nothing was overwritten"
    assert second.post(address, data=sending(kept)).status_code == 302, "who has read it may go on"
    assert by_second in dict(form_on(first.get(address).text, other))[other]


def test_a_curriculum_has_two_authors_too(mizuho):
    browser = mizuho.coordinator.browser()
    said = {
        "slug": "ours",
        "title": "うちの",
        "summary": "要約",
        "track_id": "0",
        "audience": "own",
        "steps-0-course": "ai-first",
        "steps-0-kind": "required",
    }
    assert browser.post("/studio/curricula/new", data=said).status_code == 302
    shown = form_on(browser.get("/studio/curricula/ours").text, "title")
    written = browser.post("/studio/curricula/ours", data=sending(shown, title="先の題"))
    assert written.status_code == 302, re.findall(r'class="errors".*?</div>', written.text, re.DOTALL)
    refused = browser.post("/studio/curricula/ours", data=sending(shown, summary="あとの要約"))
    assert (refused.status_code, OVERTAKEN in refused.text) == (409, True)


def test_who_presses_twice_is_not_told_that_somebody_else_was_faster(forms):
    office, address, one, _other = forms["draft"]
    browser = office.coordinator.browser()
    sent = sending(form_on(browser.get(address).text, one), **{one: "二度押した題"})
    assert browser.post(address, data=sent).status_code == 302
    assert browser.post(address, data=sent).status_code == 302


@pytest.mark.parametrize(
    "page", ["/office/staff/new", "/studio/new", "/studio/curricula/new", "/studio/guideline-localize/sessions/new"]
)
def test_what_is_new_was_changed_by_nobody(mizuho, page):
    assert 'name="seen"' not in mizuho.coordinator.browser().get(page).text


def test_what_keeps_itself_is_not_overtaken_by_itself(forms):
    office, address, _one, _other = forms["lesson"]
    browser = office.coordinator.browser()
    shown = dict(form_on(browser.get(address).text, "body"))
    for text in ("書きかけ", "書きかけの文", "書きかけの文。"):
        kept = browser.post(address, data={**shown, "body": text}, headers={"X-Requested-With": "fetch"})
        assert kept.status_code == 204
        shown["seen"] = kept.headers["X-Seen"]
    assert browser.post(address, data={**shown, "body": "おわり"}).status_code == 302


def test_what_keeps_itself_does_not_overwrite_what_others_wrote(forms):
    office, address, _one, _other = forms["lesson"]
    browser = office.coordinator.browser()
    shown = dict(form_on(browser.get(address).text, "body"))
    assert browser.post(address, data={**shown, "body": "一時間の仕事"}).status_code == 302
    kept = browser.post(address, data={**shown, "minutes": "7"}, headers={"X-Requested-With": "fetch"})
    assert kept.status_code == 409
    assert dict(form_on(browser.get(address).text, "body"))["body"] == "一時間の仕事"


def test_a_question_that_has_moved_is_not_removed_in_place_of_another(forms):
    office, address, _one, _other = forms["question"]
    lesson = address.rsplit("/questions", 1)[0]
    browser = office.coordinator.browser()
    page = browser.get(lesson).text
    seen = re.search(r'questions/2/move.*?name="seen" value="(\w+)"', page, re.DOTALL)[1]
    assert browser.post(f"{lesson}/questions/1/move", data={"act": "down"}).status_code == 302
    refused = browser.post(f"{lesson}/questions/2/move", data={"act": "remove", "seen": seen})
    assert refused.status_code == 409
    assert "いまの内容を確かめてから" in refused.text
    row = db.session.get_one(Lesson, int(lesson.rsplit("/", 1)[1]), populate_existing=True)
    assert len(lesson_kind.quiz_in(row).questions) == 6


def test_a_host_decides_on_the_lists_that_were_shown(mizuho, secretariat):
    session_id = joint(secretariat, capacity=1)
    goes, _stays = nominate(mizuho, session_id, 2)
    close_applications(session_id)
    host, address = secretariat.coordinator.browser(), f"/sessions/{session_id}/allocation"

    def shown():
        return re.search(r'decide.*?name="seen" value="(\w+)"', host.get(address).text, re.DOTALL)[1]

    seen = shown()
    membership(goes).left_on = clock.today()
    db.session.commit()
    assert host.post(f"{address}/decide", data={"seen": seen}).status_code == 409
    assert host.post(f"{address}/decide", data={"seen": shown()}).status_code == 302
