"""The application of the tests, and the two databases that are laid anew under it for each test."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextvars import Context
from pathlib import Path
from typing import TYPE_CHECKING

from app import create_app
from flask.testing import FlaskClient
from flask_migrate import upgrade

from kernel.database import db
from kernel.settings import CONTENT, Settings

from people.organisation import load_organisations

from catalog import starter_content

if TYPE_CHECKING:
    from flask import Flask
    from postgresql import Cluster
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


FILES = tempfile.mkdtemp(prefix="tomomanabi-files-")
atexit.register(shutil.rmtree, FILES, ignore_errors=True)


def settings_for(url: str) -> Settings:
    return Settings(
        secret_key=SECRET, database_url=url, secure_cookies=False, argon2_memory_kib=64, argon2_passes=1,
        files_url=f"file://{FILES}", packages_url="http://packages.test",
    )  # fmt: skip


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
        starter_content.load(CONTENT, app.extensions["files"])
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


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
        for ending in ("", "-wal", "-shm"):
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
