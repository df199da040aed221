"""Figures of questions: which ones most people get wrong, for the author of a course, once enough have been asked."""

from __future__ import annotations

from factories import open_attempt
from lessons import QUIZ, begins, taught

from kernel.database import db

from courses.edition import LessonText, ModuleText
from courses.models import Lesson, LessonKind

from learning import question_figures


def test_an_author_sees_which_question_most_people_get_wrong(mizuho, hachioji):
    two = {**QUIZ, "shuffle": False, "pass_percent": 0, "questions": [
        {"kind": "true-false", "text": "やさしい問い", "right": True, "feedback": ""},
        {"kind": "true-false", "text": "むずかしい問い", "right": True, "feedback": ""},
    ]}  # fmt: skip
    course = taught(
        mizuho.coordinator,
        "measured",
        modules=(ModuleText("一", (LessonText("テスト", "", LessonKind.QUIZ, content=two),)),),
    )
    author = mizuho.coordinator.browser()
    for number in range(6):
        assert ("受けた人が5人になると" in author.get("/studio/measured/figures").text) == (number < 5)
        person = hachioji.person()
        mine, (lesson,) = begins(person, course)
        browser = person.browser()
        browser.post(f"/learn/{mine}/{lesson}/attempt")
        browser.post(
            f"/attempts/{open_attempt(mine)[0]}/submit", data={"q-0": "true", "q-1": "true" if number < 2 else "false"}
        )
    rows = {row.question.text: row for row in question_figures.figures_of(db.session.get_one(Lesson, lesson))}
    assert (rows["やさしい問い"].right, rows["むずかしい問い"].right) == (1.0, 2 / 6)
    assert rows["むずかしい問い"].discrimination == 1.0
    assert (rows["やさしい問い"].is_hard, rows["むずかしい問い"].is_hard) == (False, True)
    assert "半分以上が間違えています" in author.get("/studio/measured/figures").text
    assert hachioji.coordinator.browser().get("/studio/measured/figures").status_code == 404
