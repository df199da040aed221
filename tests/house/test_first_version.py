"""A database that the first version made is brought up to date: no row is lost, and the pages answer the same.

`data/first_version.json.gz` is what commit ee4a9bf wrote on 25 November 2026: every row of its sample data after an
afternoon of work (learning, a quiz, places, lists, attendance, an allocation, a draft), and the words of its pages.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import types
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from ground import make_app

from kernel import clock
from kernel.database import Base, db

from people.act import Act
from people.models import AuditEntry
from people.signing_in import password

pytestmark = pytest.mark.slow

STORED = Path(__file__).parents[1] / "data" / "first_version.json.gz"
LAST_MIGRATION = "0010_due_again"
SAID = {
    "course_edition": ("title",),
    "curriculum": ("title",),
    "organisation": ("name",),
    "staff": ("name",),
    "lesson": ("title",),
    "remark": ("summary",),
    "roundtable": ("title",),
    "training_session": ("place",),
}
"""What rows say that stands on pages: whatever a page looks like, it tells of the same people and things."""
NO_MORE: dict[str, set[str]] = {}
"""What a page does not tell any more, on purpose."""


@pytest.fixture(scope="module")
def stored():
    with gzip.open(STORED, "rt", encoding="utf-8") as file:
        return json.load(file)


@pytest.fixture(params=["sqlite", "postgresql"])
def first_version(request, stored, tmp_path, monkeypatch):
    """The application on a database of the first version, at the moment at which that was written."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/first.sqlite"
    else:
        cluster = request.getfixturevalue("cluster")
        name = f"first_{os.getpid()}"
        cluster.drop(name)
        cluster.create(name, None)
        url = cluster.url(name)
    moment = dt.datetime.fromisoformat(stored["moment"])

    class Then(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    monkeypatch.setattr(clock, "dt", types.SimpleNamespace(**{**vars(dt), "datetime": Then}))
    app = make_app(url)
    password.refuse(())  # the people of the sample data sign in
    with app.app_context():
        upgrade(revision=LAST_MIGRATION)
        restore(stored["rows"])
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def restore(rows):
    """Write the rows as they were, whatever the order of the tables."""
    metadata = sa.MetaData()
    with db.engine.begin() as connection:
        metadata.reflect(connection)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for name, told in rows.items():
            table = metadata.tables[name]
            if name == "alembic_version" or not told["rows"]:
                continue
            columns = [table.c[column] for column in told["columns"]]
            marks = ", ".join(f":{column.name}" for column in columns)
            names = ", ".join(f'"{column.name}"' for column in columns)
            written = [
                {
                    column.name: stored_as(value, column, connection.dialect.name)
                    for column, value in zip(columns, row, strict=True)
                }
                for row in told["rows"]
            ]
            connection.execute(sa.text(f'INSERT INTO "{name}" ({names}) VALUES ({marks})'), written)  # noqa: S608
            if connection.dialect.name == "postgresql" and "id" in table.c:
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), (SELECT max(id) FROM \"{name}\"))"  # noqa: S608
                )
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")


def stored_as(value, column, dialect):
    if dialect == "sqlite" or value is None:
        return value
    if isinstance(column.type, sa.Boolean):
        return bool(value)
    if isinstance(column.type, sa.DateTime):
        return f"{value}+00:00"
    return value


class Words(HTMLParser):
    """The words between <main> and </main>."""

    def __init__(self):
        super().__init__()
        self.is_main, self.words = False, []

    def handle_starttag(self, tag, _attrs):
        self.is_main = self.is_main or tag == "main"

    def handle_endtag(self, tag):
        self.is_main = self.is_main and tag != "main"

    def handle_data(self, data):
        if self.is_main and data.strip():
            self.words.append(" ".join(data.split()))


def words_of(page):
    reader = Words()
    reader.feed(page.replace("<wbr>", ""))
    return " ".join(reader.words)


def test_no_row_is_lost(first_version, stored):
    assert ScriptDirectory("migrations").get_current_head() == db.session.scalar(
        sa.text("SELECT version_num FROM alembic_version")
    )
    for name, told in stored["rows"].items():
        if name == "alembic_version":
            continue
        table = Base.metadata.tables[name]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == len(told["rows"]), name
        if "id" in told["columns"]:
            ids = {row[told["columns"].index("id")] for row in told["rows"]}
            assert set(db.session.scalars(sa.select(table.c.id))) == ids, name
    acts = set(db.session.scalars(sa.select(AuditEntry.act)))
    assert acts <= {act.value for act in Act}, "every act of the first version has its key"


def test_the_pages_tell_of_the_same(first_version, stored):
    said = {
        row[told["columns"].index(name)]
        for table, names in SAID.items()
        for told in [stored["rows"][table]]
        for name in names
        if name in told["columns"]
        for row in told["rows"]
    } - {"", None}
    asked = told_again = 0
    for role, pages in stored["pages"].items():
        client = first_version.test_client()
        if role != "visitor":
            account, password = stored["signs"][role]
            answer = client.post("/sign-in", data={"account": account, "password": password})
            assert answer.status_code == 302, role
        for address, words in pages.items():
            page = client.get(address)
            assert page.status_code == 200, (role, address)
            now = words_of(page.text)
            before = {" ".join(text.split()) for text in said if " ".join(text.split()) in words}
            gone = {text for text in before if text not in now}
            assert gone == NO_MORE.get(address, set()), (role, address)
            asked += 1
            told_again += len(before)
    assert asked > 50
    assert told_again > 500


def test_the_log_that_the_first_version_broke_can_be_read(first_version, stored):
    client = first_version.test_client()
    account, password = stored["signs"]["administrator"]
    client.post("/sign-in", data={"account": account, "password": password})
    page = client.get("/admin/audit")
    assert page.status_code == 200
    assert "→ 出席" in page.text
    assert "なし → 研修担当" in page.text
