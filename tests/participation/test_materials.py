"""The files of a session: who takes part has them, what is for the host stays with the host, and they count in the host's room."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from factories import joins, session_of
from flask import current_app

from kernel.database import db

from courses import storage
from courses.files.models import SessionMaterial
from courses.sessions.models import TrainingSession


@pytest.fixture
def session_id(secretariat) -> int:
    return session_of("expert-collaboration", secretariat).id


def hands_in(browser, session_id, name, content=b"%PDF-1.7 sample", **more):
    data = {"file": (io.BytesIO(content), name), **more}
    return browser.post(f"/sessions/{session_id}/materials", data=data, content_type="multipart/form-data")


def ids():
    return {row.name: row.id for row in db.session.scalars(sa.select(SessionMaterial))}


def test_who_has_a_place_saves_what_is_for_participants_and_nobody_else_does(mizuho, secretariat, session_id):
    host = secretariat.coordinator.browser()
    assert hands_in(host, session_id, "当日の資料.pdf").status_code == 302
    assert hands_in(host, session_id, "進行表.xlsx", b"PK minutes", is_for_host="y").status_code == 302
    joins(mizuho.staff, db.session.get_one(TrainingSession, session_id))
    db.session.commit()
    placed, other, found = mizuho.staff.browser(), mizuho.person().browser(), ids()
    page = placed.get(f"/sessions/{session_id}").text
    assert "当日の資料.pdf" in page
    assert "進行表.xlsx" not in page
    saved = placed.get(f"/sessions/{session_id}/materials/{found['当日の資料.pdf']}")
    assert saved.data == b"%PDF-1.7 sample"
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert placed.get(f"/sessions/{session_id}/materials/{found['進行表.xlsx']}").status_code == 404
    assert "当日の資料.pdf" not in other.get(f"/sessions/{session_id}").text
    for name in found:
        assert other.get(f"/sessions/{session_id}/materials/{found[name]}").status_code == 404
        assert host.get(f"/sessions/{session_id}/materials/{found[name]}").status_code == 200


def test_a_file_of_the_same_name_takes_its_place_and_one_can_be_taken_away(secretariat, session_id):
    host = secretariat.coordinator.browser()
    hands_in(host, session_id, "資料.pdf")
    hands_in(host, session_id, "資料.pdf", b"%PDF-1.7 newer")
    [number] = ids().values()
    assert host.get(f"/sessions/{session_id}/materials/{number}").data == b"%PDF-1.7 newer"
    host.post(f"/sessions/{session_id}/materials/{number}/remove")
    assert not ids()
    assert "資料はまだありません" in host.get(f"/sessions/{session_id}/materials").text
    hands_in(host, session_id, "進行表.pdf", is_for_host="y")
    hands_in(host, session_id, "進行表.pdf", b"%PDF-1.7 newer")
    assert db.session.scalars(sa.select(SessionMaterial.is_for_host)).one(), "what is for the host alone stays so"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [("run.exe", b"MZ", "資料に使えるのは"), ("page.html", b"<p>", "資料に使えるのは"), ("a" * 120 + ".pdf", b"%PDF", "100文字まで"), ("empty.pdf", b"", "中身が空です")],
)  # fmt: skip
def test_what_is_not_handed_out_is_refused_with_a_sentence(secretariat, session_id, name, content, told):
    answer = hands_in(secretariat.coordinator.browser(), session_id, name, content)
    assert answer.status_code == 422
    assert told in answer.text
    assert not ids()


def test_another_office_neither_sees_nor_changes_them(mizuho, secretariat, session_id):
    hands_in(secretariat.coordinator.browser(), session_id, "資料.pdf")
    browser = mizuho.coordinator.browser()
    assert browser.get(f"/sessions/{session_id}/materials").status_code == 404
    assert hands_in(browser, session_id, "other.pdf").status_code == 404
    assert browser.post(f"/sessions/{session_id}/materials/{ids()['資料.pdf']}/remove").status_code == 404


def test_they_count_in_the_room_of_the_host_and_are_kept_while_a_row_names_them(secretariat, session_id):
    before = storage.used_by(secretariat.id)
    hands_in(secretariat.coordinator.browser(), session_id, "資料.pdf", b"x" * 5000)
    assert storage.used_by(secretariat.id) == before + 5000
    digest = db.session.scalars(sa.select(SessionMaterial.digest)).one()
    assert digest not in storage.unnamed(current_app.extensions["files"])
    assert digest in set(db.session.scalars(sa.select(storage.named().subquery().c.digest)))


def test_a_session_that_is_planned_like_another_has_its_files_and_a_draft_goes_with_its_own(secretariat, session_id):
    host = secretariat.coordinator.browser()
    hands_in(host, session_id, "進行表.pdf", is_for_host="y")
    address = f"/studio/expert-collaboration/sessions/new?like={session_id}"
    days = {
        "day": "令和9年5月10日", "starts_time": "10:00", "ends_time": "12:00", "applications_open_on": "2027-04-01",
        "applications_close_on": "2027-05-01", "capacity": "20", "minimum": "1", "offer_days": "3", "meetings": "1", "weeks_between": "1",
        "giving": "first come", "audience": "all", "place": "会議室", "draft": "1",
    }  # fmt: skip
    planned = host.post(address, data=days)
    assert planned.status_code == 302, planned.text
    copied = int(planned.location.rsplit("/", 1)[-1])
    rows = db.session.scalars(sa.select(SessionMaterial).where(SessionMaterial.session_id == copied)).all()
    assert [(row.name, row.is_for_host) for row in rows] == [("進行表.pdf", True)]
    assert host.post(f"/sessions/{copied}/discard").status_code == 302
    assert list(ids()) == ["進行表.pdf"]
