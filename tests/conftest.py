"""The ground on which every test stands: a migrated database, real requests, real people.

Each test has its own database: a copy of a migrated and loaded one, on SQLite and again on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextvars import Context
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from app import create_app
from factories import Office
from flask.testing import FlaskClient
from flask_migrate import upgrade
from postgresql import Cluster

from kernel.database import db
from kernel.settings import CONTENT, Settings

from people.organisation import load_organisations

from catalog import starter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.test import TestResponse

SECRET = "a secret of tests, long enough to be one: 0123456789abcdef"
os.environ.pop("DEMO", None)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


class Browser(FlaskClient):
    """A client whose requests stand on their own, as they would under a server.

    They run in a context of their own, not in the test's; and the test lets go of its transaction before it asks.
    """

    def open(self, *args: object, **kwargs: object) -> TestResponse:
        db.session.commit()
        return Context().run(super().open, *args, **{"buffered": True, **kwargs})


def settings_for(url: str) -> Settings:
    return Settings(secret_key=SECRET, database_url=url, secure_cookies=False, argon2_memory_kib=64, argon2_passes=1)


def make_app(url: str) -> Flask:
    app = create_app(settings_for(url))
    app.test_client_class = Browser
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, SERVER_NAME="tomomanabi.test")
    return app


def fill(app: Flask) -> None:
    with app.app_context():
        upgrade()
        for name in ("organisations.csv", "hosts.csv"):
            load_organisations(CONTENT / name)
        starter.load(CONTENT)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="tomomanabi-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


class Sqlite:
    """One application on an SQLite file that is laid anew for each test."""

    def __init__(self, folder: Path) -> None:
        self.file, self.template = folder / "test.sqlite", folder / "template.sqlite"
        self.app = make_app(f"sqlite:///{self.file}")
        fill(self.app)
        with self.app.app_context(), db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        with self.app.app_context():
            db.engine.dispose()
        shutil.copy(self.file, self.template)

    def lay(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        for ending in ("-wal", "-shm"):
            Path(f"{self.file}{ending}").unlink(missing_ok=True)
        shutil.copy(self.template, self.file)


class Postgresql:
    """One application on a PostgreSQL database that is laid anew for each test."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        cluster.create("template", None)
        template = make_app(cluster.url("template"))
        fill(template)
        self.app = make_app(cluster.url("test"))

    def lay(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        self.cluster.drop("test")
        self.cluster.create("test", "template")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    running = Cluster()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def sqlite(folder: Path) -> Sqlite:
    return Sqlite(folder)


@pytest.fixture(scope="session")
def postgresql(cluster: Cluster) -> Postgresql:
    return Postgresql(cluster)


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a fresh database, with its context open."""
    ground = request.getfixturevalue(request.param)
    ground.lay()
    ground.app.extensions.pop("shelf", None)
    with ground.app.app_context():
        yield ground.app
        db.session.remove()


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
    """The statements that the database is asked to run, without the BEGIN of a transaction."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
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
