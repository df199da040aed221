"""Who sees what of somebody who has moved, as the page 異動のあとの記録 says it: the person all, the old office its time, the new one what was completed."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import sqlalchemy as sa
from factories import enrols, learns_everything, membership, offered

from kernel import clock
from kernel.database import db

from people.joining import handing_over
from people.joining.handing_over import Offer, Take
from people.models import Membership, Organisation

from participation.models import Enrolment, EnrolmentCount

BEFORE, RUNNING, AFTER = "paperless-basics", "dx-first-step", "ai-first"


def title_of(slug):
    course = offered(slug)
    return course.published.title


@pytest.fixture
def moved(mizuho, hachioji, time):
    """Somebody who completed a course, is in the middle of another one, moves, and takes a third one afterwards."""
    person = mizuho.person()
    done = enrols(person, offered(BEFORE)).id
    enrols(person, offered(RUNNING))
    db.session.commit()
    learns_everything(person.browser(), done)
    there = db.session.get_one(Organisation, hachioji.id)
    day = clock.today() + dt.timedelta(days=30)
    [offer] = handing_over.offer(mizuho.administrator.actor, [person.membership_id], Offer(there, day))
    new = handing_over.take(hachioji.administrator.actor, offer.id, Take(department="情報政策課")).id
    db.session.commit()
    counted = [tuple(row) for row in db.session.execute(sa.select(*EnrolmentCount.__table__.columns))]
    time.passes(days=31)
    later = enrols(person, offered(AFTER)).id
    db.session.commit()
    return person, new, done, later, counted


def test_the_new_office_sees_what_was_completed_and_no_score(moved, hachioji):
    person, new, done, _later, _counted = moved
    office = hachioji.coordinator.browser()
    page = office.get(f"/office/staff/{new}/record").text
    assert "ほかの団体で修了した講座" in page
    assert title_of(BEFORE) in page
    assert title_of(RUNNING) in page
    assert title_of(AFTER) in page
    assert office.get(f"/office/scores/{done}").status_code == 404
    assert person.name not in office.get("/office/scores").text


def test_the_old_office_keeps_its_figures_and_its_time_and_sees_nothing_of_later(moved, mizuho):
    person, _new, done, later, counted = moved
    office = mizuho.coordinator.browser()
    assert office.get(f"/office/scores/{done}").status_code == 200
    assert office.get(f"/office/scores/{later}").status_code == 404
    assert office.get(f"/office/staff/{person.membership_id}/record").status_code == 404
    assert person.name not in office.get(f"/office/courses/{AFTER}/learners").text
    assert person.name not in office.get(f"/office/courses/{RUNNING}/learners").text
    assert person.name in office.get(f"/office/courses/{BEFORE}/learners?which=done").text
    here = [row for row in counted if row[2] == mizuho.id]
    now = sa.select(*EnrolmentCount.__table__.columns).where(EnrolmentCount.organisation_id == mizuho.id)
    assert [tuple(row) for row in db.session.execute(now)] == here


def test_the_person_sees_everything_and_takes_it_along(moved):
    person, _new, _done, _later, _counted = moved
    browser = person.browser()
    page = browser.get("/me").text
    for slug in (BEFORE, RUNNING, AFTER):
        assert title_of(slug) in page
    held = json.loads(browser.get("/me/personal-data.json").data)
    assert len(held["受講"]) == len(db.session.scalars(sa.select(Enrolment.id).where(Enrolment.staff_id == person.staff_id)).all())  # fmt: skip
    assert len(held["所属"]) == 2
    assert held["団体間の異動（前の団体から）"]


def test_former_staff_reach_their_record_without_any_organisation(moved):
    person, new, done, _later, _counted = moved

    db.session.get_one(Membership, new).left_on = clock.today()
    db.session.commit()
    browser = person.browser()
    assert title_of(BEFORE) in browser.get("/me").text
    assert browser.post(f"/enrolments/{done}/certificate").status_code == 302
    assert membership(person).left_on


def test_the_rule_is_on_one_page_that_everybody_reads(client):
    page = client.get("/after-a-move").text
    for said in ("テストの点数と答え", "修了した講座", "受講中の講座", "見られません"):
        assert said in page
