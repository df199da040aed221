"""The words that sort the catalogue are changed on the screen: tracks of courses, topics of remarks."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import current_app

from kernel.database import db
from kernel.settings import CONTENT

from courses.models import Track

from catalog import catalogue_search, starter_content
from catalog.models import Topic


def titles():
    return db.session.scalars(sa.select(Track.title).order_by(Track.position)).all()


def test_a_track_is_added_moved_renamed_and_taken_out(secretariat, client):
    browser = secretariat.secretary.browser()
    assert browser.post("/admin/tracks", data={"title": "防災", "summary": "災害のときの仕事"}).status_code == 302
    assert titles()[-1] == "防災"
    row = db.session.scalars(sa.select(Track).where(Track.title == "防災")).one()
    moved = {"title": "防災と復旧", "summary": "", "position": "1"}
    assert browser.post(f"/admin/tracks/{row.id}", data=moved).status_code == 302
    assert titles()[0] == "防災と復旧"
    assert len(set(db.session.scalars(sa.select(Track.position)))) == len(titles()), "each stands somewhere else"
    assert browser.post("/admin/tracks", data={"title": "防災と復旧"}).status_code == 422
    assert browser.post(f"/admin/tracks/{row.id}/remove").status_code == 302
    assert "防災と復旧" not in titles()


def test_a_track_in_which_courses_stand_is_renamed_everywhere_and_not_taken_out(secretariat, client):
    browser = secretariat.secretary.browser()
    row = db.session.scalars(sa.select(Track).where(Track.slug == "data-ai")).one()
    place = str(row.position)
    browser.post(f"/admin/tracks/{row.id}", data={"title": "データとAI", "summary": "", "position": place})
    assert "データとAI" in client.get("/courses/ai-first").text
    assert browser.post(f"/admin/tracks/{row.id}/remove").status_code == 409
    assert "データとAI" in titles()


def test_a_topic_is_named_given_to_a_remark_and_taken_out_again(secretariat, client):
    browser = secretariat.secretary.browser()
    assert browser.post("/admin/topics", data={"name": "夜間の窓口"}).status_code == 302
    assert browser.post("/admin/topics", data={"name": "夜間の窓口"}).status_code == 422
    row = db.session.scalars(sa.select(Topic).where(Topic.name == "夜間の窓口")).one()
    had = [topic.id for topic in db.session.scalars(sa.select(Topic)) if topic.id != row.id][:1]
    assert browser.post("/remarks/8-1/11/topics", data={"topics": [row.id, *had]}).status_code == 302
    assert "夜間の窓口" in client.get("/remarks/8-1/11").text
    assert (
        "伊藤" in client.get(f"/remarks?topic={row.slug}").text
        or "8-1/11" in client.get(f"/remarks?topic={row.slug}").text
    )
    browser.post(f"/admin/topics/{row.id}", data={"name": "時間外の窓口"})
    assert "時間外の窓口" in client.get("/remarks/8-1/11").text
    assert browser.post(f"/admin/topics/{row.id}/remove").status_code == 302
    assert "時間外の窓口" not in client.get("/remarks/8-1/11").text


@pytest.mark.parametrize("address", ["/admin/tracks", "/admin/topics", "/remarks/8-1/11/topics"])
def test_nobody_but_the_secretariat_changes_them(mizuho, address):
    for person in (mizuho.coordinator, mizuho.administrator, mizuho.staff):
        assert person.browser().get(address).status_code == 404
        assert person.browser().post(address, data={"title": "x", "name": "x"}).status_code == 404


def test_search_follows_the_new_name_of_a_track_and_what_was_taken_out_stays_out(secretariat):
    browser = secretariat.secretary.browser()
    row = db.session.scalars(sa.select(Track).where(Track.slug == "data-ai")).one()
    browser.post(f"/admin/tracks/{row.id}", data={"title": "統計の活用", "summary": "", "position": str(row.position)})
    found = catalogue_search.find(catalogue_search.ask({"q": ["統計の活用"]}))
    assert "ai-first" in {card.slug for card in found.courses.rows}
    topic = db.session.scalars(sa.select(Topic)).first()
    slug = topic.slug
    browser.post(f"/admin/topics/{topic.id}/remove")
    starter_content.load(CONTENT, current_app.extensions["files"])
    assert db.session.scalar(sa.select(Topic.id).where(Topic.slug == slug)) is None
