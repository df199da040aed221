"""What people do on the pages, in their words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from playwright.sync_api import TimeoutError  # noqa: A004 - Playwright's own

if TYPE_CHECKING:
    from playwright.sync_api import Download, Page

DEMO = Path(__file__).resolve().parents[2] / "content" / "demo.yaml"
PEOPLE = {
    person["account"]: person["password"] for person in yaml.safe_load(DEMO.read_text(encoding="utf-8"))["people"]
}
STAFF, COORDINATOR, ADMINISTRATOR = "hanako.midori", "ichiro.okutama", "sachiko.takahashi"
SECRETARIAT, OTHER_COORDINATOR, HOST = "makoto.yoshida", "ken.hachioji", "yui.kobayashi"


class Visitor:
    """Somebody before a browser."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def counts_from_here(self) -> Visitor:
        """Begin to count what is pressed."""
        self.pressed = 0
        return self

    def goes_to(self, address: str) -> Visitor:
        self.page.goto(address)
        return self

    def sign_in(self, who: str) -> Visitor:
        self.goes_to("/sign-in")
        self.types("メールアドレス または 職員番号", f"{who}@example.lg.jp")
        self.page.locator("#password").fill(PEOPLE[who])
        self.page.locator("main").get_by_role("button", name="サインイン").click()
        return self.has_arrived()

    def types(self, label: str, text: str) -> Visitor:
        self.page.get_by_label(label).first.fill(text)
        return self

    def chooses(self, label: str, option: str) -> Visitor:
        self.page.get_by_label(label).select_option(label=option)
        return self

    def presses(self, name: str) -> Visitor:
        self.page.get_by_role("button", name=name).first.click()
        self.pressed += 1
        return self.has_arrived()

    def follows(self, name: str) -> Visitor:
        self.pressed += 1
        self.page.get_by_role("link", name=name).first.click()
        return self.has_arrived()

    def has_arrived(self) -> Visitor:
        """Wait until the page is whole: a click ends when the next page begins, and what is not there yet has no count."""
        self.page.wait_for_load_state("domcontentloaded")
        return self

    def finds(self, words: str) -> Visitor:
        self.goes_to("/catalog").page.locator("#q").fill(words)
        return self.presses("さがす")

    def sees(self, text: str) -> bool:
        try:
            self.page.get_by_text(text).first.wait_for(state="visible", timeout=5000)
        except TimeoutError:
            return False
        return True

    def downloads(self, name: str) -> Download:
        with self.page.expect_download() as waiting:
            self.follows(name)
        return waiting.value

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def tabs_to(self, name: str) -> Visitor:
        """Press Tab until the thing of this name has the focus, which must be visible."""
        for _press in range(80):
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate(
                "() => { const e = document.activeElement; const l = e.labels && e.labels[0];"
                " return [(l ? l.innerText : '') + ' ' + (e.innerText || ''), getComputedStyle(e).outlineStyle]; }"
            )
            if name in focused[0]:
                assert focused[1] != "none", f"the focus on {name} cannot be seen"
                return self
        message = f"{name} cannot be reached with the keyboard"
        raise AssertionError(message)

    def writes(self, text: str) -> Visitor:
        self.page.keyboard.insert_text(text)
        return self

    def hits_enter(self) -> Visitor:
        """Press Enter and wait for where it leads."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self
