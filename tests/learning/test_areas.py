"""Areas of a quiz: the result says where one stands in each, and what somebody knows already need not be read again."""

from __future__ import annotations

import re

import pytest
from factories import open_attempt, published, right_answer, sent
from lessons import begins, taught

from kernel.database import db

from courses.edition import LessonText, ModuleText
from courses.models import LessonKind

from learning.models import Progress

SENTENCES = [
    ("パスワード", "長い"),
    ("パスワード", "使い回さない"),
    ("持ち出し", "許可を得る"),
    ("持ち出し", "記録する"),
]
PRETEST = {
    "intro": "知っているか、ためしてみましょう。", "pass_percent": 0, "attempts": 1, "wait_minutes": 0, "draw": 4, "shuffle": True, "spares": True,
    "questions": [{"kind": "true-false", "area": area, "text": text, "right": True, "feedback": "そのとおり"} for area, text in SENTENCES],
    "recommendations": [
        {"area": "持ち出し", "up_to": 50, "text": "持ち出しは、もう一度見ておきましょう。", "courses": ["security-basics"]},
        {"area": "持ち出し", "up_to": 100, "text": "持ち出しは、だいじょうぶです。", "courses": []},
    ],
}  # fmt: skip
LESSONS = (
    ModuleText("はじめ", (LessonText("ためし", "", LessonKind.QUIZ, 5, content=PRETEST, required=False),)),
    ModuleText("なかみ", (LessonText("パスワード", "長くします。"), LessonText("持ち出し", "許可を得ます。"), LessonText("やってみる", "書きます。", LessonKind.PRACTICE))),
)  # fmt: skip


def answers(person, enrolment, lesson, known):
    browser = person.browser()
    browser.post(f"/learn/{enrolment}/{lesson}/attempt")
    attempt, asked = open_attempt(enrolment)
    fields = {
        name: value
        for one in asked
        for name, value in sent(one, right_answer(one) if one.question.area in known else ["false"]).items()
    }
    return browser, browser.get(browser.post(f"/attempts/{attempt}/submit", data=fields).location).text


def finished(enrolment):
    rows = db.session.query(Progress).where(Progress.enrolment_id == enrolment, Progress.finished_at.is_not(None))
    return {row.lesson_id for row in rows}


@pytest.fixture
def begun(mizuho):
    course = taught(mizuho.coordinator, modules=LESSONS)
    return begins(mizuho.staff, course)


def test_who_knows_an_area_has_its_lesson_behind_them_and_may_read_it(mizuho, begun):
    mine, (pretest, passwords, _taking_out, _written) = begun
    browser, page = answers(mizuho.staff, mine, pretest, {"パスワード"})
    assert finished(mine) == {pretest, passwords}
    assert re.search(rf'終わりにしました：<a href="/learn/{mine}/{passwords}">パスワード</a>', page)
    assert "長くします" in browser.get(f"/learn/{mine}/{passwords}").text


def test_what_is_to_be_written_is_not_spared_by_an_answer(mizuho, begun):
    mine, (pretest, passwords, taking_out, _written) = begun
    answers(mizuho.staff, mine, pretest, {"パスワード", "持ち出し"})
    assert finished(mine) == {pretest, passwords, taking_out}


def test_the_result_says_of_each_area_how_it_went_and_where_to_go_on(mizuho, begun):
    published("security-basics")
    mine, (pretest, *_others) = begun
    _browser, page = answers(mizuho.staff, mine, pretest, {"パスワード"})
    row = re.search(r'<th scope="row">持ち出し</th>(.*?)</tr>', page, re.DOTALL)[1]
    assert "2問のうち0問" in row
    assert "もう一度見ておきましょう" in row
    assert 'href="/courses/security-basics"' in row
    assert "2問のうち2問" in re.search(r'<th scope="row">パスワード</th>(.*?)</tr>', page, re.DOTALL)[1]
