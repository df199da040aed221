"""The ground on which every test stands: a migrated database, real requests, real people.

Each test has its own database: a copy of a migrated and loaded one, on SQLite and again on PostgreSQL.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from factories import Office
from ground import SHARED, Postgresql, Shared, Sqlite
from hypothesis import settings

from kernel import clock
from kernel.database import db

from courses import catalogue_version

from catalog import catalogue_search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from postgresql import Cluster


gc.freeze()  # what is imported stays
gc.set_threshold(
    50_000, 20, 20
)  # a test is short: to sweep up after each few hundred objects takes a fifth of the time
settings.register_profile("tests", deadline=None)  # a machine that is busy is not wrong
settings.load_profile("tests")
catalogue_search.INDEX.seconds = 0  # what a test has just planned is in the list at once


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="tomomanabi-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """Make what the workers of this run share; the workers find it by its name."""
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="tomomanabi-shared-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        Shared(Path(os.environ[SHARED])).end()


@pytest.fixture(scope="session")
def shared() -> Shared:
    return Shared(Path(os.environ[SHARED]))


@pytest.fixture(scope="session")
def cluster(shared: Shared) -> Cluster:
    return shared.cluster


@pytest.fixture(scope="session")
def sqlite(folder: Path, shared: Shared) -> Sqlite:
    return Sqlite(folder, shared)


@pytest.fixture(scope="session")
def postgresql(shared: Shared) -> Postgresql:
    return Postgresql(shared)


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a fresh database, with its context open."""
    ground = request.getfixturevalue(request.param)
    ground.lay()
    catalogue_version.forget()
    with ground.app.app_context():
        yield ground.app
        db.session.remove()
        db.engine.dispose()  # nothing stays open behind the last test


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def mizuho(app: Flask) -> Office:
    """The office of a small town: 瑞穂町."""
    return Office.of("133035")


@pytest.fixture
def hachioji(app: Flask) -> Office:
    """The office of a large city: 八王子市."""
    return Office.of("132012")


@pytest.fixture
def secretariat(app: Flask) -> Office:
    """The office that runs the catalogue for all."""
    return Office.of("東京デジタルアカデミー")


@pytest.fixture
def queries(app: Flask) -> Iterator[list[str]]:
    """The statements that the database is asked to run, without the BEGIN of a transaction.

    Nor those two of the access log, which are the same for each page (`test_access_log.py`).
    """
    asked: list[str] = []
    of_the_log = ("SELECT EXISTS (SELECT * \nFROM audit_entry", "INSERT INTO audit_entry")

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", *of_the_log)):
            asked.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(db.engine, "before_cursor_execute", note)


def pytest_report_header() -> list[str]:
    chromium = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    version = (
        subprocess.run([chromium, "--version"], capture_output=True, text=True, check=False).stdout.strip()
        if chromium
        else "none"
    )
    return [f"browser: {version}"]


class Time:
    """What the clock says."""

    def __init__(self) -> None:
        self.now = clock.now()

    def passes(self, **much: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**much)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """A clock that the test sets."""
    passing = Time()
    monkeypatch.setattr(clock, "now", lambda: passing.now)
    return passing
