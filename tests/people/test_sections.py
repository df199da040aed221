"""Sections and posts: found by what people call them, a tree that is renamed and merged, and a history of who was where."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import enrols, offered

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people.models import Membership, Section
from people.sections import alikeness, post, posting, section
from people.sections.posting import Move
from people.sections.section import WriteSection

from participation.models import Enrolment


def begins(office, name, parent=None):
    command = WriteSection(name, parent.id if parent else 0, None, None)
    return section.begin(office.coordinator.actor, office.id, command)


def of(person):
    return db.session.get(Membership, person.membership_id, populate_existing=True)


def moves(office, person, department="", post_name="", ago=0):
    day = clock.today() - dt.timedelta(days=ago)
    posting.move(office.coordinator.actor, [person.membership_id], Move(department, post_name, day))
    db.session.commit()


def test_what_people_call_a_section_finds_it_however_it_is_spelt(mizuho):
    welfare = begins(mizuho, "福祉部")
    elderly = begins(mizuho, "高齢福祉課", welfare)
    for spelt in ("高齢福祉課", "高齢 福祉課", "福祉部高齢福祉課", "福祉部　高齢福祉課"):
        assert section.named(mizuho.id, spelt) == elderly.id, spelt
    assert section.named(mizuho.id, "") is None
    assert section.named(mizuho.id, "会計課") != elderly.id


def test_a_section_takes_those_below_it_along_when_it_is_renamed_or_moved(mizuho):
    welfare, health = begins(mizuho, "福祉部"), begins(mizuho, "健康部")
    elderly = begins(mizuho, "高齢福祉課", welfare)
    team = begins(mizuho, "支援係", elderly)
    section.write(mizuho.coordinator.actor, elderly, WriteSection("長寿課", health.id, None, None))
    assert (elderly.title, team.title) == ("健康部 長寿課", "健康部 長寿課 支援係")
    assert team.path.startswith(elderly.path)
    assert elderly.path.startswith(health.path)
    with pytest.raises(InvalidError, match="上の部署にはできません"):
        section.write(mizuho.coordinator.actor, elderly, WriteSection("長寿課", team.id, None, None))


def test_two_of_one_name_beside_each_other_are_refused_elsewhere_not(mizuho):
    welfare, health = begins(mizuho, "福祉部"), begins(mizuho, "健康部")
    begins(mizuho, "庶務係", welfare)
    begins(mizuho, "庶務係", health)
    with pytest.raises(InvalidError, match="すでにあります"):
        begins(mizuho, "庶務 係", welfare)


def test_alike_spellings_are_offered_and_merged_with_all_that_hangs_on_them(mizuho):
    person = mizuho.person(department="住民課")
    enrolled = enrols(person, offered("ai-first"))
    db.session.commit()
    where, wrong = begins(mizuho, "住民課"[:2] + "係"), section.section(mizuho.coordinator.actor, of(person).section_id)
    moves(mizuho, person, department=where.title)
    rows = section.sections_of(mizuho.id)
    assert (where, wrong) not in alikeness.alike(rows)
    right = begins(mizuho, "町民生活部住民課")
    assert {right, wrong} in [set(pair) for pair in alikeness.alike(section.sections_of(mizuho.id))]
    section.merge(mizuho.coordinator.actor, wrong, right)
    db.session.commit()
    assert db.session.get(Enrolment, enrolled.id).section_id == right.id
    assert [row.section_id for row in posting.history(person.membership_id)] == [right.id]
    assert "住民課" not in [row.title for row in section.sections_of(mizuho.id)]


def test_a_move_keeps_where_somebody_was_and_a_correction_does_not(mizuho):
    person = mizuho.person(department="住民課")
    moves(mizuho, person, department="産業課", post_name="係長", ago=3)
    assert (of(person).department, of(person).post) == ("産業課", "係長")
    (before,) = posting.history(person.membership_id)
    assert (before.section.title, before.until) == ("住民課", clock.today() - dt.timedelta(days=3))
    browser = mizuho.coordinator.browser()
    assert "住民課" in browser.get(f"/office/staff/{person.membership_id}").text
    posting.place(of(person), "税務課", "")
    db.session.commit()
    assert len(posting.history(person.membership_id)) == 1


def test_a_move_lies_neither_ahead_nor_before_the_last_one(mizuho, hachioji):
    person, other = mizuho.person(), hachioji.person()
    moves(mizuho, person, department="産業課", ago=3)
    for ago, said in ((-1, "今日までの日"), (10, "からいまの部署です")):
        with pytest.raises(InvalidError, match=said):
            moves(mizuho, person, department="住民課", ago=ago)
        db.session.rollback()
    with pytest.raises(NotFoundError):
        moves(mizuho, other, department="住民課")


def test_several_are_moved_at_once_from_the_staff_list(mizuho):
    people = [mizuho.person(department="住民課") for _one in range(3)]
    browser = mizuho.coordinator.browser()
    rows = "&".join(f"row={one.membership_id}" for one in people)
    answer = browser.get(f"/office/staff/act?act=move&{rows}")
    assert answer.status_code == 302
    page = browser.get(answer.location).text
    assert "3人の部署・職を変更する" in page
    browser.post(answer.location, data={"department": "産業課", "day": clock.today().isoformat()})
    assert {of(one).department for one in people} == {"産業課"}
    assert "前の部署は" in browser.get("/office/staff").text


def test_an_enrolment_keeps_the_section_of_that_time(mizuho):
    person = mizuho.person(department="住民課")
    enrolled = enrols(person, offered("ai-first"))
    was = of(person).section_id
    moves(mizuho, person, department="産業課")
    assert db.session.get(Enrolment, enrolled.id, populate_existing=True).section_id == was


def test_a_post_is_renamed_into_another_one_and_goes_where_nobody_holds_it(mizuho):
    actor, person = mizuho.coordinator.actor, mizuho.person()
    moves(mizuho, person, post_name="主事補", ago=3)
    chief = post.named(mizuho.id, "主事")
    row = post.post(actor, of(person).post_id)
    with pytest.raises(ConflictError, match="使われています"):
        post.remove(actor, row)
    post.write(actor, row, "主事")
    db.session.commit()
    assert of(person).post_id == chief
    moves(mizuho, person, post_name="主任")
    with pytest.raises(ConflictError):
        post.remove(actor, post.post(actor, chief))  # the history says it


def test_the_page_shows_how_many_and_leads_to_them(mizuho, hachioji):
    person = mizuho.person(department="住民課")
    browser = mizuho.coordinator.browser()
    page = browser.get("/office/sections").text
    assert f"section={of(person).section_id}&amp;only=1" in page
    assert person.name in browser.get(f"/office/staff?section={of(person).section_id}&only=1").text
    theirs = begins(hachioji, "職員課")
    db.session.commit()
    assert browser.get(f"/office/sections/{theirs.id}").status_code == 404
    assert browser.get(f"/office/sections/{theirs.id}/merge?into_id=1").status_code == 404


def test_nothing_is_merged_into_what_is_below_it(mizuho):
    welfare = begins(mizuho, "福祉部")
    elderly = begins(mizuho, "高齢福祉課", welfare)
    with pytest.raises(InvalidError, match="まとめられません"):
        section.merge(mizuho.coordinator.actor, welfare, elderly)
    count = sa.select(sa.func.count()).select_from(Section).where(Section.organisation_id == mizuho.id)
    assert db.session.scalar(count) >= 2


def test_a_post_that_cannot_be_taken_is_told_at_its_field_and_stays_typed(mizuho):
    browser, person = mizuho.coordinator.browser(), mizuho.person()
    moves(mizuho, person, post_name="主任")
    told = browser.post("/office/posts/new", data={"name": "外字\ue000"})
    assert told.status_code == 422
    assert "外字" in told.text
    kept = browser.post(f"/office/posts/{of(person).post_id}", data={"name": "主任", "act": "remove"})
    assert kept.status_code == 422
    assert "使われています" in kept.text
