"""Draw the screenshots of the README from the running application with sample data.

Usage: make screenshots
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ADMINISTRATOR, HOST = ("sachiko.takahashi", "sanchou-no-kanrisha-san"), ("yui.kobayashi", "kyodo-de-manabu-hito")
SHOTS = {
    "course": (ADMINISTRATOR, "/courses/security-basics"),
    "review": (ADMINISTRATOR, "/review"),
    "allocation": (HOST, "/sessions/4/allocation"),
}
CHROMIUM = next(path for name in ("chromium", "google-chrome") if (path := shutil.which(name)))


def main() -> None:
    """Start a server on a fresh database, sign in as sample people and draw."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DEMO": "1", "VAR": folder}
        subprocess.run([BIN / "flask", "prepare"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen(
            [BIN / "gunicorn", "--bind", f"127.0.0.1:{port}", "app:create_app()"], cwd=ROOT, env=environment
        )
        try:
            draw(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()


def draw(address: str) -> None:
    """Draw each page once the server answers."""
    for _attempt in range(100):
        try:
            urllib.request.urlopen(f"{address}/healthz").close()
            break
        except OSError:
            time.sleep(0.1)
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
