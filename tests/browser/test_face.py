"""The face is what it was: every component and ten pages beside their pictures of before (`make pictures` draws them anew)."""

from __future__ import annotations

import pytest
from pictures import PAGES, WIDTHS, difference, drawn, kept_picture, opens, picture, server_on_the_day
from server import environment_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def on_the_day(tmp_path_factory):
    """The address of a server for which it is the day of the pictures."""
    folder = tmp_path_factory.mktemp("var")
    running = server_on_the_day(environment_for(folder), folder)
    yield running.address
    running.stop()


def test_every_component_and_ten_pages_look_as_they_did(browser, on_the_day):
    seen = {
        (name, screen): difference(image, kept_picture(name, screen))
        for name, screen, image in drawn(browser, on_the_day)
    }
    assert len(seen) == len(PAGES) * len(WIDTHS)
    assert {page: said for page, said in seen.items() if said} == {}


@pytest.mark.parametrize(
    "fault",
    [
        "button { background: #c00; }",
        "main { margin-left: 8rem; }",
        "main p { font-size: 1.1rem; }",
        ".cover { display: none; }",
        ".card { border: 0; background: #eee; }",
    ],
)
def test_a_fault_in_the_style_is_seen(browser, on_the_day, fault):
    page = browser.new_page(base_url=on_the_day, viewport={"width": 1280, "height": 900}, locale="ja-JP")
    opens(page, "/style")
    page.evaluate(
        "(css) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet]; }",
        fault,
    )
    assert difference(picture(page), kept_picture("style", "desk"))
    page.context.close()
