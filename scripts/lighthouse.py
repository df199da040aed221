"""Let Lighthouse look at five pages as a phone on a slow line sees them, and say where one of its four scores is below 95.

Usage: make lighthouse   (a few minutes; the version of Lighthouse is the one in package-lock.json)
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "scripts")]

import measured_sign_in
import sqlalchemy as sa
from app import create_app
from server import Server, environment_for, prepare

from kernel.database import db
from kernel.settings import Settings

LEAST = 95
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
WHO = "hanako.midori@example.lg.jp"
FIRST_LESSON = sa.text(
    "SELECT e.staff_id, e.id, l.id FROM enrolment e JOIN staff s ON s.id = e.staff_id"
    " JOIN module m ON m.edition_id = e.edition_id JOIN lesson l ON l.module_id = m.id"
    " WHERE s.email = :who AND e.session_id IS NULL AND l.kind = 'text' ORDER BY e.id, m.position, l.position LIMIT 1"
)


def main() -> None:
    """Look at each page and print the table; exit with 1 where a score is too low."""
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_for(folder)
        prepare(environment)
        app = create_app(Settings.from_environ(environment))
        with app.app_context():
            staff_id, enrolment_id, lesson_id = db.session.execute(FIRST_LESSON, {"who": WHO}).one()
            db.session.remove()
        cookie = f"{app.config['SESSION_COOKIE_NAME']}={measured_sign_in.cookie(app, staff_id)}"
        server = Server(environment)
        try:
            pages = {
                "/": "", "/catalog": "", "/courses/security-basics": "",
                f"/learn/{enrolment_id}/{lesson_id}": cookie, "/me": cookie,
            }  # fmt: skip
            print("| page | " + " | ".join(CATEGORIES) + " | below 95 because of |")
            print("| --- |" + " ---: |" * len(CATEGORIES) + " --- |")
            low = [page for page, of in pages.items() if look(server.address + page, page, of, Path(folder))]
        finally:
            server.stop()
    sys.exit(1 if low else 0)


def look(address: str, name: str, cookie: str, folder: Path) -> bool:
    """Print the scores of a page, and tell whether one is too low."""
    report, headers = folder / "report.json", folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": cookie} if cookie else {}))
    chromium = next(path for one in ("chromium", "google-chrome") if (path := shutil.which(one)))
    subprocess.run(
        [
            ROOT / "scripts" / "node", ROOT / "node_modules" / "lighthouse" / "cli" / "index.js", address, "--quiet",
            "--output=json", f"--output-path={report}", f"--extra-headers={headers}", f"--only-categories={','.join(CATEGORIES)}",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu --lang=ja",
        ],
        cwd=folder, env={**os.environ, "CHROME_PATH": chromium}, check=True, capture_output=True,
    )  # fmt: skip
    found = json.loads(report.read_text())
    if not found["finalDisplayedUrl"].endswith(name):
        message = f"{name} led to {found['finalDisplayedUrl']}"
        raise RuntimeError(message)
    scores = {one: round(100 * (found["categories"][one]["score"] or 0)) for one in CATEGORIES}
    audits = {
        part["id"]
        for one in CATEGORIES
        if scores[one] < LEAST
        for part in found["categories"][one]["auditRefs"]
        if part["weight"] and (found["audits"][part["id"]]["score"] or 0) < 1
    }
    print(
        f"| {name} | " + " | ".join(str(scores[one]) for one in CATEGORIES) + f" | {', '.join(sorted(audits))} |",
        flush=True,
    )
    return min(scores.values()) < LEAST


if __name__ == "__main__":
    main()
