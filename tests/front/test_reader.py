"""Catalogue, course and curriculum know who reads them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from factories import learns_everything, published, session_of
from lessons import begins

from kernel import clock
from kernel.database import db

from catalog.models import Adoption, Curriculum


@pytest.fixture
def adopted(mizuho):
    curriculum_id = db.session.scalars(sa.select(Curriculum.id).where(Curriculum.slug == "newcomers")).one()
    due_on = clock.today() + dt.timedelta(days=5)
    db.session.add(Adoption(organisation_id=mizuho.id, curriculum_id=curriculum_id, due_on=due_on))
    db.session.commit()


def card(text, slug):
    (found,) = (part for part in re.findall(r"<article.*?</article>", text, re.DOTALL) if f"/courses/{slug}" in part)
    return found


def test_a_card_says_that_a_course_is_required_under_way_or_finished(adopted, app, mizuho):
    browser, course = mizuho.staff.browser(), published("security-basics")[0]
    assert "必修" not in card(app.test_client().get("/catalog").text, course.slug)
    assert "あと5日" in card(browser.get("/catalog").text, course.slug)
    mine, _lessons = begins(mizuho.staff, course)
    under_way = card(browser.get("/catalog").text, course.slug)
    assert "受講中" in under_way
    assert "レッスンのうち0まで" in under_way
    learns_everything(browser, mine)
    finished = card(browser.get("/catalog").text, course.slug)
    assert f"/enrolments/{mine}/finished" in finished
    assert "あと5日" not in finished


def test_a_curriculum_shows_where_the_reader_is_on_it(adopted, mizuho):
    browser = mizuho.staff.browser()
    before = browser.get("/curricula/newcomers").text
    assert "必修4講座のうち0講座を修了" in before
    assert before.count("つぎはここ") == 1
    course = published("digital-literacy-check")[0]
    mine, _lessons = begins(mizuho.staff, course)
    learns_everything(browser, mine)
    after = browser.get("/curricula/newcomers").text
    assert "必修4講座のうち1講座を修了" in after


def test_what_can_be_taken_now_is_a_way_to_narrow_down(app):
    page = app.test_client().get("/catalog?when=now").text
    assert "すぐ受けられます" in page
    assert "いま申し込める開催はありません" not in page
    later = app.test_client().get("/catalog?when=later").text
    assert "すぐ受けられます" not in later
    assert "いま申し込める開催はありません" in later


def test_a_session_without_a_free_place_is_none_to_apply_for(mizuho):
    session_id = session_of("guideline-localize", mizuho, capacity=1).id
    browser = mizuho.staff.browser()
    assert "残り1席" in card(browser.get("/catalog").text, "guideline-localize")
    assert browser.post(f"/sessions/{session_id}/enrol").status_code == 302
    assert "いま申し込める開催はありません" in card(browser.get("/catalog").text, "guideline-localize")
    assert "guideline-localize" not in browser.get("/catalog?when=session").text
