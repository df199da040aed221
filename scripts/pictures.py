"""Draw the pictures beside which the tests look at the face: every component and ten pages, at a desk and on a phone.

Usage: make pictures   (look at what changed before it is committed)
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from pictures import drawn, keep, kept, server_on_the_day
from server import environment_for

CHROMIUM = next(path for name in ("chromium", "google-chrome") if (path := shutil.which(name)))


def main() -> None:
    """Start a server on the day of the pictures and draw."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = server_on_the_day(environment_for(folder), Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            for name, screen, image in drawn(browser, server.address):
                keep(image, kept(name, screen))
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
