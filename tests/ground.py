"""The application of the tests, and the two databases that are laid anew under it for each test."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextvars import Context
from pathlib import Path
from typing import TYPE_CHECKING

import pristine
from app import create_app
from flask.testing import FlaskClient
from flask_migrate import upgrade
from postgresql import Cluster

from kernel.database import db
from kernel.settings import CONTENT, Settings

from people.organisation import load_organisations

from catalog import starter_content

if TYPE_CHECKING:
    from collections.abc import Callable

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


SHARED = "TOMOMANABI_SHARED"
"""The setting that names the folder which all workers of a run share."""


def own_files() -> Path:
    """Return the folder of this process's stored files: no two workers see each other's."""
    return Path(os.environ[SHARED]) / f"files-{os.getpid()}"


def settings_for(url: str, files_url: str = "") -> Settings:
    return Settings(
        secret_key=SECRET, database_url=url, secure_cookies=False, argon2_memory_kib=64, argon2_passes=1,
        files_url=files_url or f"file://{own_files()}", packages_url="http://*.packages.test",
    )  # fmt: skip


def make_app(url: str, files_url: str = "") -> Flask:
    app = create_app(settings_for(url, files_url))
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


class Shared:
    """What all workers of a run share: a folder, in which the first who needs a template lays it and the others wait."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def once(self, name: str, lay: Callable[[], str]) -> str:
        """Return what `lay` returned to the first who asked under this name."""
        told = self.folder / name
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not told.exists():
                told.write_text(lay())
        return told.read_text()

    @property
    def template(self) -> Path:
        """Return a migrated and filled SQLite file."""

        def lay() -> str:
            file = self.folder / "template.sqlite"
            app = make_app(f"sqlite:///{file}")
            self.fill(app)
            with app.app_context(), db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
            with app.app_context():
                db.engine.dispose()
            return str(file)

        file = self.once("sqlite", lay)
        self.take_files()
        return Path(file)

    @property
    def cluster(self) -> Cluster:
        """Return the PostgreSQL server of the run."""

        def lay() -> str:
            running = Cluster()
            return f"{running.folder} {running.port}"

        folder, port = self.once("cluster", lay).split()
        return Cluster(folder, int(port))

    def postgresql_template(self, cluster: Cluster) -> str:
        """Return the name of a migrated and filled database."""

        def lay() -> str:
            cluster.create("template", None)
            self.fill(make_app(cluster.url("template")))
            pristine.remember(cluster.address("template"))
            return "template"

        name = self.once("postgresql", lay)
        self.take_files()
        return name

    def fill(self, app: Flask) -> None:
        """Fill an application, and leave a copy of its files for the workers that did not."""
        fill(app)
        shutil.copytree(own_files(), self.folder / "files", dirs_exist_ok=True)

    def take_files(self) -> None:
        """Take the files that the rows of a template name."""
        shutil.copytree(self.folder / "files", own_files(), dirs_exist_ok=True)

    def end(self) -> None:
        """Stop what was started, and leave nothing behind."""
        if (self.folder / "cluster").exists():
            self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Sqlite:
    """One application on an SQLite file that is laid anew for each test."""

    def __init__(self, folder: Path, shared: Shared) -> None:
        self.file, self.template = folder / "test.sqlite", shared.template
        self.app = make_app(f"sqlite:///{self.file}")

    def lay(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.file}{ending}").unlink(missing_ok=True)
        shutil.copy(self.template, self.file)


class Postgresql:
    """One application on a PostgreSQL database that is laid anew for each test."""

    def __init__(self, shared: Shared) -> None:
        self.cluster, self.name = shared.cluster, f"test_{os.getpid()}"
        self.template = shared.postgresql_template(self.cluster)
        self.app = make_app(self.cluster.url(self.name))

    def lay(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        pristine.restore(self.cluster.address(self.name), self._anew)

    def _anew(self) -> None:
        self.cluster.drop(self.name)
        self.cluster.create(self.name, self.template)
