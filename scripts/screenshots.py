"""Draw the screenshots of the README from the running application with sample data.

Usage: make screenshots
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from server import Server, environment_for, prepare

ADMINISTRATOR, HOST = ("sachiko.takahashi", "sanchou-no-kanrisha-san"), ("yui.kobayashi", "kyodo-de-manabu-hito")
SHOTS = {
    "course": (ADMINISTRATOR, "/courses/security-basics"),
    "review": (ADMINISTRATOR, "/review"),
    "allocation": (HOST, "/sessions/4/allocation"),
}
CHROMIUM = next(path for name in ("chromium", "google-chrome") if (path := shutil.which(name)))


def main() -> None:
    """Start a server on a fresh database, sign in as sample people and draw."""
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_for(folder)
        prepare(environment)
        server = Server(environment)
        try:
            draw(server.address)
        finally:
            server.stop()


def draw(address: str) -> None:
    """Draw each page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, ((account, password), path) in SHOTS.items():
            page = browser.new_page(viewport={"width": 960, "height": 760}, locale="ja-JP")
            page.goto(f"{address}/sign-in")
            page.locator("#account").fill(f"{account}@example.lg.jp")
            page.locator("#password").fill(password)
            page.locator("main button").click()
            page.goto(address + path)
            page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
