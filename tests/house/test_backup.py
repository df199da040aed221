"""Backups: everything as it stood at one moment, brought back on either engine, compared row by row and file by file."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from factories import draft_course, enrols, published
from flask import current_app
from ground import make_app
from made_packages import one_page, zipped

from kernel.database import add, db

from people.models import Staff

from courses import storage
from courses.models import Asset
from courses.packages.models import Package, PackageFile

from participation.mailing.worker import Worker

from front.backup import taking

pytestmark = pytest.mark.slow

ENGINES = ("sqlite", "postgresql")


@contextmanager
def installation(engine, tmp_path, request):
    """An installation of nobody yet, with a store of files of its own."""
    if engine == "sqlite":
        url, drop = f"sqlite:///{tmp_path}/other.sqlite", None
    else:
        cluster, name = request.getfixturevalue("cluster"), f"other_{os.getpid()}"
        cluster.drop(name)
        cluster.create(name, None)
        url, drop = cluster.url(name), lambda: cluster.drop(name)
    other = make_app(url, files_url=f"file://{tmp_path}/other-files")
    try:
        with other.app_context():
            yield other
            db.session.remove()
            db.engine.dispose()
    finally:
        if drop:
            drop()


@pytest.fixture
def command(app, tmp_path):
    def run(*args, of=app):
        db.session.commit()
        return of.test_cli_runner().invoke(args=[str(arg) for arg in args])

    return run


@pytest.fixture
def backed_up(command, tmp_path, mizuho, secretariat):
    """An office that has worked a little, and its backup."""
    course, _edition = published("paperless-basics")
    enrols(mizuho.staff, course)
    browser = mizuho.coordinator.browser()
    draft_course(mizuho.coordinator, "with-files")
    for name, content in (("flow.svg", b"<svg/>"), ("package.zip", one_page())):
        answer = browser.post("/studio/with-files/assets", data={"file": (io.BytesIO(content), name)})
        assert answer.status_code == 302, answer.text
    answer = command("backup", tmp_path / "backups")
    assert answer.exit_code == 0, answer.output
    (folder,) = (tmp_path / "backups").glob("2*")
    return folder


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backup_comes_back_on_either_engine_row_by_row_and_file_by_file(
    backed_up, command, engine, tmp_path, request
):
    assert "equal" in command("compare", backed_up).output
    with installation(engine, tmp_path, request) as other:
        answer = command("restore", backed_up, of=other)
        assert answer.exit_code == 0, answer.output
        compared = command("compare", backed_up, of=other)
        assert compared.exit_code == 0, compared.output
        assert ": equal" in compared.output
        asset = db.session.scalars(sa.select(Asset).where(Asset.name == "flow.svg")).one()
        assert other.extensions["files"].whole(asset.digest) == b"<svg/>"
        someone = db.session.scalars(sa.select(Staff).limit(1)).one()
        new = Staff(name="新任 花子", reading="シンニン ハナコ", email="new@example.lg.jp", password_hash=None)
        add(new)
        assert new.id > someone.id, "numbers go on where they were"
        db.session.rollback()
        refused = command("restore", backed_up, of=other)
        assert refused.exit_code == 1
        assert "people are in this database already" in refused.output


def test_what_has_changed_since_is_named_by_its_key_and_tells_nothing_else(backed_up, command, mizuho):
    person = mizuho.person(name="水野 さくら")
    db.session.execute(sa.update(Staff).where(Staff.id == mizuho.staff.staff_id).values(name="別の 名前"))
    answer = command("compare", backed_up)
    assert answer.exit_code == 1
    assert "staff: 1 rows only in the backup, 2 only now" in answer.output
    assert f'"id": {person.staff_id}' in answer.output
    assert "水野" not in answer.output
    assert "NOT equal" in answer.output


def test_a_file_that_is_damaged_or_gone_is_named(backed_up, command, app):
    folder = Path(app.extensions["settings"].files_url.removeprefix("file://"))
    one, other = db.session.scalars(sa.select(Asset.digest).where(Asset.name.in_(("flow.svg", "package.zip")))).all()
    (folder / one).write_bytes(b"something else")
    (folder / other).unlink()
    answer = command("compare", backed_up)
    assert answer.exit_code == 1
    assert one in answer.output
    assert other in answer.output
    elsewhere = backed_up.parent.parent / "elsewhere"
    again = command("backup", elsewhere)
    assert again.exit_code == 1, "a backup without them says so"
    assert one in again.output
    (taken,) = elsewhere.glob("2*")
    assert set(taking.opened(taken).lost) == {one, other}


def test_a_backup_that_was_broken_off_or_of_another_version_is_refused_in_words(backed_up, command, tmp_path, request):
    label = backed_up / taking.LABEL
    said = json.loads(label.read_text(encoding="utf-8"))
    with installation("sqlite", tmp_path, request) as other:
        for wrong, sentence in (
            ({**said, "form": 99}, "written by another version"),
            ({**said, "revision": "9999"}, "of a later version"),
            ({**said, "tables": {**said["tables"], "staff": 1_000}}, "has lost rows of staff; nothing was restored"),
        ):
            label.write_text(json.dumps(wrong), encoding="utf-8")
            answer = command("restore", backed_up, of=other)
            assert answer.exit_code == 1
            assert sentence in answer.output
        label.unlink()
        assert "holds no whole backup" in command("restore", backed_up, of=other).output
        label.write_text(json.dumps(said), encoding="utf-8")
        assert command("restore", backed_up, of=other).exit_code == 0, "what was refused stands in nobody's way"
    assert "is missing" in command("compare", tmp_path / "nowhere").output


def test_a_second_backup_copies_only_new_files(backed_up, command, time):
    store = backed_up.parent / "files"
    before = {file.name: file.stat().st_mtime_ns for file in store.iterdir()}
    time.passes(minutes=1)
    assert command("backup", backed_up.parent).exit_code == 0
    assert {file.name: file.stat().st_mtime_ns for file in store.iterdir()} == before
    assert len(list(backed_up.parent.glob("2*"))) == 2


def aged(folder, days=2):
    for file in folder.iterdir():
        os.utime(file, (time.time() - days * 86400,) * 2)


@pytest.fixture
def store(app):
    return Path(app.extensions["settings"].files_url.removeprefix("file://"))


def kept_by(store):
    return {file.name for file in store.iterdir()}


def test_what_nobody_names_any_more_is_removed_a_day_later_and_nothing_else(backed_up, app, mizuho, store):
    files = app.extensions["files"]
    storage.collect(files)
    named = kept_by(store)
    browser = mizuho.coordinator.browser()
    browser.post("/studio/with-files/assets/package.zip/remove")
    digest, _size = files.keep(io.BytesIO(b"of an act that was not finished"))
    (store / f"{digest}#1").write_bytes(b"half of it")
    (store / "README.txt").write_text("of somebody else")
    db.session.commit()
    assert storage.collect(files) == 0, "somebody may be about to name it"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Package)) == 0, "of a package no row is left"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PackageFile)) == 0
    aged(store)
    assert storage.collect(files) > 2
    left = kept_by(store)
    assert left - {"README.txt"} < named
    assert left - {"README.txt"} == set(db.session.scalars(sa.select(Asset.digest)))
    assert "README.txt" in left, "what is not ours stays"
    assert storage.collect(files) == 0
    (store / "README.txt").unlink()


def test_a_file_that_is_sent_again_while_the_store_is_tidied_stays(app, store, monkeypatch):
    files = app.extensions["files"]
    storage.collect(files)
    digest, _size = files.keep(io.BytesIO(b"taken out of a draft, and added again"))
    aged(store)
    listed = storage.unnamed

    def sent_again(given):
        found = listed(given)
        files.keep(io.BytesIO(b"taken out of a draft, and added again"))
        return found

    monkeypatch.setattr(storage, "unnamed", sent_again)
    assert storage.collect(files) == 0
    assert digest in kept_by(store)


def test_the_worker_tidies_the_store_once_a_day(app, store):
    storage.collect(app.extensions["files"])
    digest, _size = app.extensions["files"].keep(io.BytesIO(b"nobody's"))
    aged(store)
    settings = app.extensions["settings"]
    worker = Worker(
        settings.mail, settings.public_url, daily={"storage": lambda: storage.collect(app.extensions["files"])}
    )
    worker.look()
    assert digest not in kept_by(store)


def test_a_package_that_is_added_again_comes_whole_after_it_was_forgotten(backed_up, app, mizuho, store):
    browser = mizuho.coordinator.browser()
    browser.post("/studio/with-files/assets/package.zip/remove")
    db.session.commit()
    storage.collect(app.extensions["files"])
    browser.post("/studio/with-files/assets", data={"file": (io.BytesIO(one_page()), "package.zip")})
    aged(store)
    db.session.commit()
    storage.collect(app.extensions["files"])
    for digest in db.session.scalars(sa.select(storage.named().subquery().c.digest)).all():
        assert current_app.extensions["files"].is_whole(digest)


def test_an_office_fills_no_more_than_its_room(app, mizuho, hachioji, monkeypatch):
    draft_course(mizuho.coordinator, "full")
    draft_course(hachioji.coordinator, "empty")
    sent = b"x" * 280_000
    monkeypatch.setattr("courses.storage.A_GIGABYTE", 400_000)
    settings = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", type(settings)(**{**vars(settings), "files_gb": 1}))
    browser = mizuho.coordinator.browser()

    def adds(content, name, browser=browser, slug="full"):
        return browser.post(f"/studio/{slug}/assets", data={"file": (io.BytesIO(content), name)})

    assert adds(sent, "one.webm").status_code == 302
    assert adds(sent, "same.webm").status_code == 422, "also where the bytes are there already: nobody looked yet"
    refused = adds(sent + b"y", "two.webm")
    assert refused.status_code == 422
    assert "団体ごとに合わせて" in refused.text
    assert adds(one_page(os.urandom(160_000).hex()), "package.zip").status_code == 422
    assert adds(sent, "one.webm", hachioji.coordinator.browser(), "empty").status_code == 302, "each office has its own"
    browser.post("/studio/full/assets/one.webm/remove")
    assert adds(sent + b"y", "two.webm").status_code == 302, "what is removed gives its room back at once"


def test_an_archive_of_many_small_and_dense_files_is_refused(mizuho):
    draft_course(mizuho.coordinator, "bomb")
    with zipfile.ZipFile(io.BytesIO(one_page())) as held:
        files = {name: held.read(name) for name in held.namelist()}
    dense = zipped({**files, **{f"{number}.txt": b"0" * 1_000_000 for number in range(100)}})
    assert len(dense) < 200_000
    answer = mizuho.coordinator.browser().post(
        "/studio/bomb/assets", data={"file": (io.BytesIO(dense), "bomb.zip")}
    )  # fmt: skip
    assert answer.status_code == 422
    assert "展開すると大きくなりすぎます" in answer.text
