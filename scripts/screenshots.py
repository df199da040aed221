"""Draw the screenshots of the README and of the help page from the running application with sample data.

Usage: make screenshots
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
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
STAFF, COORDINATOR = ("hanako.midori", "midori-no-mizuho-machi"), ("ichiro.okutama", "keikoku-no-kenshu-tanto")
HELP = {"me": (STAFF, "/me"), "week": (COORDINATOR, "/office"), "review": (ADMINISTRATOR, "/review")}
OF_HELP = ROOT / "static" / "help"
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
        kinds = [(SHOTS, ROOT / "docs" / "images", 760), (HELP, OF_HELP, 560)]
        for name, ((account, password), path), folder, height in [
            (*shot, folder, height) for shots, folder, height in kinds for shot in shots.items()
        ]:
            page = browser.new_page(viewport={"width": 960, "height": height}, locale="ja-JP")
            page.goto(f"{address}/sign-in")
            page.locator("#account").fill(f"{account}@example.lg.jp")
            page.locator("#password").fill(password)
            page.locator("main button").click()
            page.goto(address + path)
            keep(Image.open(io.BytesIO(page.screenshot())), folder / name)
            page.context.close()
        browser.close()


def keep(picture: Image.Image, file: Path) -> None:
    """Keep a picture: what pages show is light, what documents show can be opened anywhere."""
    file.parent.mkdir(exist_ok=True)
    if file.parent == OF_HELP:
        picture.convert("RGB").save(file.with_suffix(".webp"), quality=70, method=6)
    else:
        picture.save(file.with_suffix(".png"))


if __name__ == "__main__":
    main()
