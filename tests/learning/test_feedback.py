"""Feedback: two questions after a course; its authors read the answers, never the names."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from factories import learns_everything
from lessons import begins, taught

from kernel import clock
from kernel.database import db

from participation.models import Enrolment, EnrolmentState

from learning import feedback


@pytest.fixture
def course(mizuho):
    return taught(mizuho.coordinator, "asked-about")


def finishes(person, course):
    mine, _lessons = begins(person, course)
    browser = person.browser()
    learns_everything(browser, mine)
    return browser, f"/enrolments/{mine}/finished"


def test_who_has_finished_is_asked_two_questions_and_may_think_again(mizuho, course):
    browser, address = finishes(mizuho.staff, course)
    page = browser.get(address).text
    assert "仕事に役立ちそうですか" in page
    assert browser.post(address, data={"usefulness": "very", "words": "窓口で使えます。"}).status_code == 302
    again = browser.get(address).text
    assert "窓口で使えます。" in again
    assert "お答えを受け取りました" in again
    browser.post(address, data={"usefulness": "little", "words": "例が少ないです。"})
    assert "例が少ないです。" in browser.get(address).text


def test_what_was_written_stays_where_the_first_question_was_not_answered(mizuho, course):
    browser, address = finishes(mizuho.staff, course)
    answer = browser.post(address, data={"words": "図が分かりやすい。"})
    assert answer.status_code == 422
    assert "図が分かりやすい。" in answer.text
    assert browser.post(address, data={"usefulness": "very", "words": "長" * 501}).status_code == 422


def test_nobody_speaks_of_a_course_that_they_have_not_finished_nor_for_others(mizuho, hachioji, course):
    mine, _lessons = begins(mizuho.staff, course)
    assert mizuho.staff.browser().post(f"/enrolments/{mine}/finished", data={"usefulness": "very"}).status_code == 404
    _browser, address = finishes(hachioji.staff, course)
    assert mizuho.staff.browser().post(address, data={"usefulness": "not"}).status_code == 404


def test_authors_read_what_is_said_once_five_have_answered_and_never_who(mizuho, hachioji, course):
    author = mizuho.coordinator.browser()
    for number in range(5):
        assert "5人分になると" in author.get("/studio/asked-about/feedback").text
        person = hachioji.person()
        browser, address = finishes(person, course)
        browser.post(address, data={"usefulness": "rather" if number else "not", "words": f"ひとこと{number}"})
    page = author.get("/studio/asked-about/feedback").text
    assert "80%の人が「役に立つ」と答えています" in page
    assert "ひとこと3" in page
    assert person.name not in page
    assert hachioji.coordinator.browser().get("/studio/asked-about/feedback").status_code == 404
    summary = feedback.summary_of(course)
    assert sum(many for _degree, many in summary.degrees) == summary.answers == 5


def test_one_who_answers_each_year_is_one(mizuho, hachioji, course):
    people = [hachioji.person() for _number in range(3)]
    for _year in range(2):
        for person in people:
            mine, _lessons = begins(person, course)
            db.session.execute(
                sa.update(Enrolment)
                .where(Enrolment.id == mine)
                .values(state=EnrolmentState.COMPLETED, completed_at=clock.now())
            )
            db.session.commit()
            person.browser().post(f"/enrolments/{mine}/finished", data={"usefulness": "very"})
    assert feedback.summary_of(course) is None, "six answers of three people are not shown"
