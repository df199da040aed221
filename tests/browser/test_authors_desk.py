"""The author's desk in the browser: a lesson is written with its preview beside it, and its quiz is tried before anybody takes it."""

from __future__ import annotations

import itertools

import pytest
from factories import Office, draft_course, edition_of
from lessons import LESSONS
from pages import COORDINATOR
from playwright.sync_api import expect

from kernel.database import db

from courses import edition as editions

pytestmark = pytest.mark.slow
NUMBERS = itertools.count(1)


@pytest.fixture
def drafted(behind):
    """The address of a draft with lessons."""
    slug = f"desk-{next(NUMBERS)}"
    course = draft_course(Office.of("133035").coordinator, slug)
    editions.write_modules(edition_of(course), LESSONS)
    db.session.commit()
    return slug


def test_a_lesson_is_written_with_what_readers_will_see_beside_it(visit, drafted):
    author = visit(COORDINATOR).goes_to(f"/studio/{drafted}/modules")
    author.page.get_by_role("link", name="読む", exact=True).first.click()
    text, beside = author.page.locator("#body"), author.page.locator("[data-preview]")
    text.fill("窓口で使います")
    text.select_text()
    author.page.get_by_role("button", name="太字").click()
    assert text.input_value() == "**窓口で使います**"
    expect(beside.locator("strong", has_text="窓口で使います")).to_be_visible()
    text.press("End")
    author.page.get_by_role("button", name="事例の囲み").click()
    expect(beside.locator("aside.call-out")).to_be_visible()
    at, shown = text.bounding_box(), beside.bounding_box()
    assert shown["x"] > at["x"] + at["width"], "wide windows have them side by side"
    author.page.get_by_role("button", name="見出し", exact=True).focus()
    author.page.keyboard.press("ArrowRight")
    expect(author.page.get_by_role("button", name="小見出し")).to_be_focused()


def test_a_question_grows_and_its_quiz_is_tried(visit, drafted):
    author = visit(COORDINATOR).goes_to(f"/studio/{drafted}/modules")
    author.page.get_by_role("link", name="確認テスト").first.click()
    author.presses("問題を加える").types("問い", "どれですか")
    for place in range(1, 6):
        if place == 5:
            author.page.get_by_role("button", name="選択肢を増やす").click()
        author.page.get_by_label(f"選択肢{place}", exact=True).last.fill(f"答え{place}")
    author.page.get_by_label("選択肢5は正しい").check()
    author.presses("問題を保存する")
    assert author.sees("問題を保存しました")
    author.presses("保存して、受講者の画面で見る")
    author.page.get_by_label("答え5").check()
    author.presses("答え合わせをする")
    assert author.sees("ためした結果")
    assert author.page.locator(".marks .right", has_text="どれですか").count() == 1


def test_without_scripts_a_question_grows_too(visit, drafted):
    author = visit(COORDINATOR, scripts=False).goes_to(f"/studio/{drafted}/modules")
    author.page.get_by_role("link", name="確認テスト").first.click()
    author.presses("問題を加える").types("問い", "どれですか").presses("選択肢を増やす")
    assert author.page.get_by_label("選択肢5", exact=True).count() >= 1
    assert author.page.get_by_label("問い").input_value() == "どれですか"
