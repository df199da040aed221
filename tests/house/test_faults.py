"""Faults of the machine: what answers is true, says what to do next, and nothing half done stays behind."""

from __future__ import annotations

import gc
import io

import pytest
import sqlalchemy as sa
from factories import draft_course, edition_of, with_a_lesson
from postgresql import free_port

from kernel import error_pages
from kernel.database import db

from people.models import Role, Staff
from people.role import set_roles

from courses import edition as editions
from courses.files.files import Files
from courses.models import Asset, CourseEdition

NEW = {"name": "新任 花子", "reading": "シンニン ハナコ", "email": "new@example.lg.jp", "joined_on": "2026-04-01"}


def enters(browser, office):
    return browser.post("/office/staff/new", data={**NEW, "organisation_id": office.id})


def entered():
    return db.session.scalar(sa.select(sa.func.count()).where(Staff.email == NEW["email"]))


@pytest.fixture
def dies_at_the_end(app):
    """The database ends the connection when an act is to be confirmed: PostgreSQL is told to, SQLite finds a row that nobody has."""

    def end(connection):
        if connection.dialect.name == "postgresql":
            backend = connection.connection.dbapi_connection.info.backend_pid
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({backend}, 5000)")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            connection.exec_driver_sql("UPDATE membership SET organisation_id = -1")

    def begin():
        sa.event.listen(db.engine, "commit", end, once=True)

    return begin


def test_an_act_whose_end_is_not_confirmed_is_called_neither_done_nor_lost(mizuho, dies_at_the_end):
    browser = mizuho.coordinator.browser()
    dies_at_the_end()
    answer = enters(browser, mizuho)
    assert answer.status_code == 503
    assert "保存できたかどうかが分かりません" in answer.text
    assert "登録しました" not in answer.text
    assert "保存されていません" not in answer.text
    assert "Location" not in answer.headers
    assert answer.headers["Content-Security-Policy"]
    db.session.rollback()
    assert entered() == 0
    assert "登録しました" not in browser.get("/office/staff").text, "and it is not said later either"
    assert enters(browser, mizuho).status_code == 302


def test_a_table_that_is_not_there_is_no_queue(mizuho):
    browser = mizuho.staff.browser()
    db.session.execute(sa.text("ALTER TABLE notice RENAME TO notice_of_tomorrow"))
    db.session.commit()
    try:
        answer = browser.get("/notices")
        assert answer.status_code == 503
        assert "データベースが応答していません" in answer.text
        assert "システムの担当に知らせて" in answer.text
        assert "混み合って" not in answer.text
    finally:
        db.session.rollback()
        db.session.execute(sa.text("ALTER TABLE notice_of_tomorrow RENAME TO notice"))
        db.session.commit()


def test_who_waits_for_a_lock_is_told_to_wait(app, mizuho):
    """On SQLite the write lock is held by another for longer than anybody waits; on PostgreSQL a statement takes too long."""
    browser = mizuho.coordinator.browser()
    with db.engine.connect() as other:
        if other.dialect.name == "sqlite":
            with db.engine.connect() as impatient:
                impatient.exec_driver_sql("PRAGMA busy_timeout = 50")
            other.exec_driver_sql("UPDATE staff SET name = name")
            answer = enters(browser, mizuho)
            assert answer.status_code == 503
            assert error_pages.BUSY in answer.text
        else:
            other.exec_driver_sql("SET statement_timeout = 50")
            with pytest.raises(sa.exc.OperationalError) as waited:
                other.exec_driver_sql("SELECT pg_sleep(1)")
            assert error_pages.is_busy(waited.value)
        other.rollback()
    assert entered() == 0


@pytest.fixture
def store_is_away(app, monkeypatch):
    """The store of files is an address at which nobody answers."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_REGION", "elsewhere")
    monkeypatch.setitem(app.extensions, "files", Files("s3://courses/files"))


def test_a_store_of_files_that_is_away_is_told_and_leaves_no_row_without_a_file(mizuho, store_is_away):
    draft_course(mizuho.coordinator, "with-file")
    browser = mizuho.coordinator.browser()
    answer = browser.post("/studio/with-file/assets", data={"file": (io.BytesIO(b"RIFF" * 100), "talk.webm")})
    assert 400 <= answer.status_code <= 503
    assert "ファイルの保存先が応答しないか" in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).where(Asset.name == "talk.webm")) == 0
    assert browser.get("/studio/with-file").status_code == 200


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # what Werkzeug leaves open then
def test_a_folder_for_work_that_is_gone_is_told(mizuho, monkeypatch, tmp_path):
    draft_course(mizuho.coordinator, "with-file")
    browser = mizuho.coordinator.browser()
    sent = b'--x\r\nContent-Disposition: form-data; name="file"; filename="talk.webm"\r\n\r\n%b\r\n--x--\r\n' % (
        b"RIFF" * 1_000_000
    )
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    answer = browser.post("/studio/with-file/assets", data=sent, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 503
    assert error_pages.FULL in answer.text
    gc.collect()


LONG = "窓口でお待ちいただく時間を短くするために、次のことを試しました。"


@pytest.mark.parametrize(
    "happens", ["the lesson is gone", "it was handed in", "the role was taken", "the database fails"]
)
def test_what_was_typed_is_shown_again_where_its_page_is_gone(mizuho, happens):
    author = mizuho.person(Role.COORDINATOR)
    course = with_a_lesson(draft_course(mizuho.coordinator, "with-lesson"))
    edition = editions.whole(edition_of(course).id)
    lesson_id = edition.modules[0].lessons[0].id
    browser = author.browser()
    db.session.commit()
    if happens == "the lesson is gone":
        mizuho.coordinator.browser().post(f"/studio/with-lesson/lessons/{lesson_id}/remove")
    elif happens == "it was handed in":
        db.session.execute(sa.update(CourseEdition).where(CourseEdition.id == edition.id).values(state="in review"))
    elif happens == "the role was taken":
        set_roles(mizuho.administrator.actor, author.membership_id, set())
    else:
        db.session.execute(sa.text("ALTER TABLE lesson RENAME TO lesson_of_tomorrow"))
    db.session.commit()
    sent = {"title": "題", "body": LONG, "password": "a password that is long enough"}
    try:
        answer = browser.post(f"/studio/with-lesson/lessons/{lesson_id}", data=sent)
        assert answer.status_code in {404, 409, 503}
        assert LONG in answer.text
        assert "入力した文章を表示する" in answer.text
        assert sent["password"] not in answer.text
    finally:
        db.session.rollback()
        if happens == "the database fails":
            db.session.execute(sa.text("ALTER TABLE lesson_of_tomorrow RENAME TO lesson"))
            db.session.commit()


def test_a_password_is_shown_on_no_page_of_an_error(client):
    phrase = "a pass phrase that is long enough"
    answer = client.post("/password/a-link-that-has-ended", data={"password": phrase, "again": phrase, "note": phrase})
    assert answer.status_code == 404
    assert phrase not in answer.text
