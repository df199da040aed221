"""A page on paper: what was read, over the full width, without what is pressed."""

from __future__ import annotations

from pages import STAFF


def test_a_printed_lesson_takes_the_width_of_the_paper_and_leaves_out_how_far_one_got(visit):
    learner = visit(STAFF).goes_to("/courses/ai-first").presses("受講をはじめる")
    page, way = learner.page, learner.page.locator(".way")
    lesson, paper = page.locator("article.lesson"), page.locator("main")
    assert way.is_visible()
    assert lesson.bounding_box()["width"] < 0.6 * paper.bounding_box()["width"]

    page.emulate_media(media="print")
    inside = paper.evaluate(
        "main => main.clientWidth - parseFloat(getComputedStyle(main).paddingLeft) - parseFloat(getComputedStyle(main).paddingRight)"
    )
    assert lesson.bounding_box()["width"] == inside
    for left_out in (".way", ".contents", ".steps", "header.site nav", "footer.site"):
        assert page.locator(left_out).count() == 1, left_out
        assert not page.locator(left_out).is_visible(), left_out


def test_no_colour_of_a_link_that_was_followed_nor_a_form_is_printed(visit):
    learner = visit(STAFF).goes_to("/me")
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
