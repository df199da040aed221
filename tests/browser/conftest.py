"""A real browser before the real server: gunicorn on a database of its own, with the sample staff."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from app import create_app
from pages import Visitor
from playwright.sync_api import sync_playwright
from postgresql import free_port
from server import Server, environment_for, prepare

from kernel.database import db
from kernel.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from playwright.sync_api import Browser

HERE = Path(__file__).parent
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    message = "No Chromium or Chrome was found: run `make tools`."
    raise RuntimeError(message)


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the server is told: where it keeps its data, and where it listens."""
    return environment_for(tmp_path_factory.mktemp("var"), PORT=str(free_port()))


@pytest.fixture(scope="session")
def server(environment: dict[str, str]) -> Iterator[str]:
    """The address of a running server with sample data."""
    prepare(environment)
    running = Server(environment)
    yield running.address
    running.stop()


@pytest.fixture
def behind(server: str, environment: dict[str, str]) -> Iterator[Flask]:
    """The application on the server's own data, for what a journey needs and does not show."""
    app = create_app(Settings.from_environ(environment))
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Callable[..., Visitor]]:
    """Open a new window as somebody; each one is a browser of its own."""
    opened = []

    def open_window(who: str = "", *, width: int = 1280, scripts: bool = True) -> Visitor:
        context = browser.new_context(
            base_url=server, viewport={"width": width, "height": 900}, java_script_enabled=scripts, locale="ja-JP"
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        visitor = Visitor(context.new_page())
        if who:
            visitor.sign_in(who)
        return visitor

    yield open_window
    for context in opened:
        context.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever is done in a browser is a slow proof."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.slow)
