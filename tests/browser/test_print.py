"""A page on paper: what was read, over the full width, without what is pressed; what is to be taken along on one sheet."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from pages import ADMINISTRATOR


def test_a_printed_lesson_takes_the_width_of_the_paper_and_leaves_out_how_far_one_got(visit):
    learner = goes_on(visit(ADMINISTRATOR).goes_to("/courses/ai-first"))
    page, way = learner.page, learner.page.locator(".way")
    lesson, paper = page.locator("article.lesson"), page.locator("main")
    assert way.is_visible()
    assert lesson.bounding_box()["width"] < 0.6 * paper.bounding_box()["width"]

    page.emulate_media(media="print")
    inside = paper.evaluate(
        "main => main.clientWidth - parseFloat(getComputedStyle(main).paddingLeft) - parseFloat(getComputedStyle(main).paddingRight)"
    )
    assert lesson.bounding_box()["width"] == inside
    for left_out in (".way", "nav.contents", ".steps", "header.site nav", "footer.site"):
        assert page.locator(left_out).count() == 1, left_out
        assert not page.locator(left_out).is_visible(), left_out


def test_no_colour_of_a_link_that_was_followed_nor_a_form_is_printed(visit):
    learner = visit(ADMINISTRATOR).goes_to("/me")
    learner.page.emulate_media(media="print")
    ink = learner.page.locator("body").evaluate("body => getComputedStyle(body).color")
    links = learner.page.locator("main a").evaluate_all("links => links.map(link => getComputedStyle(link).color)")
    assert links
    assert set(links) <= {
        ink,
        *learner.page.locator("main .quiet").evaluate_all("all => all.map(one => getComputedStyle(one).color)"),
    }
    assert not learner.page.locator("main form").evaluate_all(
        "forms => forms.filter(form => form.checkVisibility()).length"
    )


def goes_on(learner):
    """Open the lessons of the course on the page, wherever another journey has left it."""
    main = learner.page.locator("main")
    again = main.get_by_role("link", name="読み返す")
    begin = main.get_by_role("button").filter(has_text=re.compile("受講をはじめる|続ける|始める"))
    again.or_(begin).first.click()
    return learner.has_arrived()


def sheets(page):
    return pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages


@pytest.mark.parametrize(
    "slug",
    [
        "ai-first", "digital-literacy-check", "dx-first-step", "inclusive-service", "paperless-basics", "security-basics",
        "standardization-basics", "data-reading", "web-meeting-chat", "measure-and-show", "survey-design", "online-procedure",
        "small-team-dx", "curriculum-coordinator", "managers-dx",
    ],
)  # fmt: skip
def test_what_is_to_be_taken_along_fits_on_one_sheet_and_the_whole_course_prints_from_one_page(visit, slug):
    learner = visit(ADMINISTRATOR).goes_to(f"/courses/{slug}")
    goes_on(learner)
    address = learner.page.locator("ol.modules a").filter(has_text="持ち帰りの一枚").first.get_attribute("href")
    learner.goes_to(address)
    assert len(sheets(learner.page)) == 1
    lessons = learner.page.locator("ol.modules li li").count()
    tests = learner.page.locator("ol.modules li li").filter(has_text="確認テスト").count()
    learner.goes_to(address.rsplit("/", 1)[0] + "/all")
    assert learner.page.locator("article.lesson").count() == lessons - tests
    assert len(sheets(learner.page)) < 20
