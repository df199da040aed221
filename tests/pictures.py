"""Pictures of pages, small enough to be kept: what the face looks like, at a desk and on a phone, on one day that never passes."""

from __future__ import annotations

import io
import subprocess
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageChops
from server import BIN, ROOT, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

KEPT = Path(__file__).resolve().parent / "data" / "pictures"
THE_DAY = datetime.fromisoformat("2026-11-27T10:00:00+09:00")
WIDTHS = {"desk": (1280, 900), "phone": (375, 812)}
SMALLER = 4
"""A picture is kept at a quarter of its size: what a machine draws otherwise than another one is smaller than that."""
ALIKE = 24
"""By how much of 255 a point may differ in its strongest colour before it counts as another."""
STRIP, MOST_OTHER, MOST_TALLER = 40, 0.03, 0.02
"""What share of the points may be others in any strip so many points high, and by what share a page may be taller or shorter."""
PEOPLE = {
    "staff": ("hanako.midori", "midori-no-mizuho-machi"),
    "coordinator": ("ichiro.okutama", "keikoku-no-kenshu-tanto"),
    "administrator": ("sachiko.takahashi", "sanchou-no-kanrisha-san"),
}
PAGES = {
    "style": ("", "/style"),
    "home": ("", "/"),
    "catalogue": ("", "/catalog"),
    "course": ("staff", "/courses/security-basics"),
    "curriculum": ("staff", "/curricula/newcomers"),
    "session": ("staff", "/sessions/1"),
    "me": ("staff", "/me"),
    "lesson": ("staff", "the first lesson"),
    "finish": ("staff", "what was finished"),
    "week": ("coordinator", "/office"),
    "review": ("administrator", "/review"),
}


def environment_on_the_day(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """Return what a server is told so that it is the day for it, with sample data of that day."""
    told = folder / "clock"
    told.write_text(str((THE_DAY - datetime.now(THE_DAY.tzinfo)).total_seconds()))
    on_the_day = {**environment, "CLOCK": str(told), "PYTHONPATH": str(ROOT / "tests")}
    subprocess.run(
        [BIN / "flask", "--app", "set_clock:create_app()", "prepare"], cwd=ROOT, env=on_the_day, check=True, capture_output=True
    )  # fmt: skip
    return on_the_day


def server_on_the_day(environment: dict[str, str], folder: Path) -> Server:
    """Start a server for which it is the day."""
    return Server(environment_on_the_day(environment, folder), "set_clock:create_app()")


def drawn(browser: Browser, address: str) -> Iterator[tuple[str, str, Image.Image]]:
    """Draw every page at both widths: its name, the kind of screen, the whole page."""
    for screen, (width, height) in WIDTHS.items():
        for role in ("", *PEOPLE):
            context = browser.new_context(
                base_url=address, viewport={"width": width, "height": height}, locale="ja-JP", reduced_motion="reduce"
            )
            page = context.new_page()
            if role:
                sign_in(page, role)
            for name, (who, path) in PAGES.items():
                if who == role:
                    opens(page, path)
                    yield name, screen, picture(page)
            context.close()


def sign_in(page: Page, role: str) -> None:
    """Sign in as one of the sample people."""
    account, password = PEOPLE[role]
    page.goto("/sign-in")
    page.locator("#account").fill(f"{account}@example.lg.jp")
    page.locator("#password").fill(password)
    page.locator("main button").first.click()
    page.wait_for_load_state()


def opens(page: Page, path: str) -> None:
    """Open a page, by its address or as people get there."""
    if path == "the first lesson":
        page.goto("/me")
        page.locator(".to-do button").first.click()
    elif path == "what was finished":
        page.goto("/courses/security-basics")
        page.locator("aside").get_by_role("link", name="修了証").click()
    else:
        page.goto(path)
    page.wait_for_load_state("networkidle")


def picture(page: Page) -> Image.Image:
    """Return the whole page as it is kept: a quarter of its size."""
    whole = Image.open(io.BytesIO(page.screenshot(full_page=True, animations="disabled", caret="hide"))).convert("RGB")
    return whole.resize((whole.width // SMALLER, whole.height // SMALLER), Image.Resampling.BOX)


def kept(name: str, screen: str) -> Path:
    """Return where a picture is kept."""
    return KEPT / f"{name}-{screen}.webp"


def keep(image: Image.Image, file: Path) -> None:
    """Keep a picture as it is."""
    file.parent.mkdir(exist_ok=True)
    image.save(file, lossless=True, method=6)


def kept_picture(name: str, screen: str) -> Image.Image:
    """Return a picture that was kept."""
    with Image.open(kept(name, screen)) as image:
        return image.convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> str:
    """Return in words how two pictures differ by more than is tolerated, empty where they do not."""
    taller = abs(one.height - other.height) / other.height
    if one.width != other.width or taller > MOST_TALLER:
        return f"{one.size} instead of {other.size}"
    box = (0, 0, one.width, min(one.height, other.height))
    red, green, blue = ImageChops.difference(one.crop(box), other.crop(box)).split()
    strongest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    for top in range(0, strongest.height, STRIP):
        strip = strongest.crop((0, top, strongest.width, min(top + STRIP, strongest.height)))
        others = sum(strip.histogram()[ALIKE + 1 :]) / (strip.width * STRIP)
        if others > MOST_OTHER:
            return f"from {top * SMALLER} on, {others:.1%} of the points are others"
    return ""
