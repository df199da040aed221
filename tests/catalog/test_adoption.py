"""Adopting a curriculum: for whom, until when, seen before it is done, and following people wherever they go."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError, NotFoundError

from people.models import Membership
from people.sections import concurrent, posting, section
from people.sections.concurrent import Hold
from people.sections.posting import Move
from people.sections.section import WriteSection

from catalog.adopting import adoption
from catalog.adopting.adoption import Adopt
from catalog.curricula.curriculum import published_curriculum
from catalog.models import Adoption

from front import due


def newcomers():
    return published_curriculum("newcomers")


def adopts(office, **said):
    made = adoption.adopt(office.coordinator.actor, office.id, newcomers(), Adopt(**said))
    db.session.commit()
    return made.id


def is_concerned(person):
    return bool(due.required(person.staff_id))


def section_id(office, name):
    return section.named(office.id, name)


def moves(office, person, department="", post="", day=None):
    posting.move(office.coordinator.actor, [person.membership_id], Move(department, post, day or clock.today()))
    db.session.commit()


def test_it_is_for_a_section_and_those_below_it(mizuho):
    actor = mizuho.coordinator.actor
    welfare = section.begin(actor, mizuho.id, WriteSection("福祉部", 0, None, None))
    elderly = section.begin(actor, mizuho.id, WriteSection("高齢福祉課", welfare.id, None, None))
    inside, above, outside = (mizuho.person(department=name) for name in ("福祉部 高齢福祉課", "福祉部", "産業課"))
    adopts(mizuho, section_id=welfare.id)
    assert [is_concerned(one) for one in (inside, above, outside)] == [True, True, False]
    assert elderly.title == "福祉部 高齢福祉課"


def test_it_is_for_a_post(mizuho):
    chief, clerk = mizuho.person(), mizuho.person()
    moves(mizuho, chief, post="課長")
    post_id = db.session.get(Membership, chief.membership_id).post_id
    adopts(mizuho, post_id=post_id)
    assert is_concerned(chief)
    assert not is_concerned(clerk)


def test_it_is_for_those_who_came_since_a_day_also_by_a_move(mizuho):
    old, moved = mizuho.person(), mizuho.person(department="住民課")
    moves(mizuho, moved, department="産業課")
    adopts(mizuho, new_since=clock.today() - dt.timedelta(days=1))
    assert not is_concerned(old)
    assert is_concerned(moved)


def test_it_is_for_people_of_a_list_and_a_line_that_names_nobody_is_said(mizuho):
    chosen, other = mizuho.person(), mizuho.person()
    with pytest.raises(InvalidError, match="自団体の職員に見つかりません"):
        adoption.adopt(mizuho.coordinator.actor, mizuho.id, newcomers(), Adopt(people=f"{chosen.number}\nだれでもない"))
    db.session.rollback()
    adopts(mizuho, people=f"職員番号\t氏名\n{chosen.number}\t{chosen.name}")
    assert is_concerned(chosen)
    assert not is_concerned(other)


def test_days_count_from_when_it_came_upon_somebody(mizuho, time):
    early = mizuho.person()
    adopts(mizuho, due_days=30)
    assert {one.due_on for one in due.required(early.staff_id)} == {clock.today() + dt.timedelta(days=30)}
    time.passes(days=10)
    moves(mizuho, early, department="産業課")
    assert {one.due_on for one in due.required(early.staff_id)} == {clock.today() + dt.timedelta(days=30)}


def test_days_count_from_when_somebody_came_to_hold_a_post_in_the_section_too(mizuho, time):
    person, where = mizuho.person(department="住民課"), section_id(mizuho, "産業課")
    adopts(mizuho, section_id=where, due_days=30)
    time.passes(days=60)
    hold = Hold("産業課", "", clock.today(), None)
    concurrent.hold(mizuho.coordinator.actor, person.membership_id, hold)
    db.session.commit()
    assert {one.due_on for one in due.required(person.staff_id)} == {clock.today() + dt.timedelta(days=30)}


def test_who_moves_into_a_section_takes_over_its_duties_and_who_moves_out_leaves_them(mizuho):
    person = mizuho.person(department="住民課")
    adopts(mizuho, section_id=section_id(mizuho, "産業課"))
    assert not is_concerned(person)
    moves(mizuho, person, department="産業課")
    assert is_concerned(person)
    moves(mizuho, person, department="住民課")
    assert not is_concerned(person)


def test_what_it_means_is_seen_before_and_nothing_is_changed_by_looking(mizuho):
    mizuho.person(department="住民課")
    browser, where = mizuho.coordinator.browser(), section_id(mizuho, "住民課")
    db.session.commit()
    page = browser.post("/curricula/newcomers/adopt", data={"section_id": where, "due_on": "R9.3.31", "act": "preview"})
    assert "対象は1人です" in page.text
    assert "一人あたり" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Adoption)) == 0
    browser.post("/curricula/newcomers/adopt", data={"section_id": where, "due_on": "R9.3.31", "act": "adopt"})
    (row,) = adoption.adoptions_of([mizuho.id])
    assert (row.people, row.adoption.due_on) == (1, dt.date(2027, 3, 31))
    assert "住民課" in browser.get("/office/adoptions").text


def test_it_is_changed_after_a_look_and_ended(mizuho, hachioji):
    mizuho.person(department="住民課")
    made = adopts(mizuho)
    everybody = adoption.adoptions_of([mizuho.id])[0].people
    browser = mizuho.coordinator.browser()
    said = {"section_id": section_id(mizuho, "住民課"), "due_days": 30}
    db.session.commit()
    page = browser.post(f"/office/adoptions/{made}", data={**said, "act": "preview"})
    assert "対象は1人です" in page.text
    assert adoption.adoptions_of([mizuho.id])[0].people == everybody
    browser.post(f"/office/adoptions/{made}", data={**said, "act": "adopt"})
    assert adoption.adoptions_of([mizuho.id])[0].people == 1
    assert hachioji.coordinator.browser().get(f"/office/adoptions/{made}").status_code == 404
    browser.post(f"/office/adoptions/{made}/end")
    assert adoption.adoptions_of([mizuho.id]) == []


def test_a_due_date_lies_ahead_and_there_is_one(mizuho):
    browser = mizuho.coordinator.browser()
    past = browser.post("/curricula/newcomers/adopt", data={"due_on": "2020-01-01"})
    assert past.status_code == 422
    assert "今日から後の日" in past.text
    both = browser.post("/curricula/newcomers/adopt", data={"due_on": "2030-01-01", "due_days": "5"})
    assert "どちらか一方" in both.text


def test_nobody_adopts_for_another_organisation_nor_for_its_sections(mizuho, hachioji):
    theirs = section_id(hachioji, "職員課")
    db.session.commit()
    with pytest.raises(NotFoundError):
        adoption.adopt(mizuho.coordinator.actor, hachioji.id, newcomers(), Adopt())
    answer = mizuho.coordinator.browser().post("/curricula/newcomers/adopt", data={"section_id": theirs})
    assert answer.status_code == 422


def test_who_came_after_the_adoption_has_it_by_themselves(mizuho):
    adopts(mizuho, section_id=section_id(mizuho, "産業課"))
    assert is_concerned(mizuho.person(department="産業課"))


def test_the_same_people_twice_is_a_new_date_not_a_second_adoption(mizuho):
    adopts(mizuho, due_on=clock.today() + dt.timedelta(days=10))
    adopts(mizuho, due_on=clock.today() + dt.timedelta(days=20))
    (row,) = adoption.adoptions_of([mizuho.id])
    assert row.adoption.due_on == clock.today() + dt.timedelta(days=20)
