"""The staff list: narrowed, with the columns one wants, in an order; acts on those who were chosen."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from factories import enrols, offered
from front_people import adopts

from kernel.database import db
from kernel.tables import office_table

from people.models import Membership, Role, Staff
from people.sections import section

from catalog.adopting import adoption

from participation.models import Enrolment, EnrolmentState
from participation.notices.models import Notice

COURSES = ("dx-first-step", "security-basics")


@pytest.fixture
def office(mizuho):
    adopts(mizuho, COURSES, due_in=-3)
    return mizuho


def page(office, address=""):
    return office.coordinator.browser().get(f"/office/staff{address}").text


def test_each_row_says_what_is_missing_and_leads_to_the_record(office):
    person = office.person(department="住民課")
    shown = page(office, f"?q={person.number}")
    assert "0 / 2" in shown
    assert "2件" in shown
    assert f"/office/staff/{person.membership_id}/record" in shown


def test_it_is_narrowed_by_section_post_and_who_cannot_sign_in(office):
    one, other = (
        office.person(name="一課 太郎", department="住民課"),
        office.person(name="二課 太郎", department="税務課"),
    )
    db.session.get(Staff, other.staff_id).password_hash = None
    where = section.named(office.id, "住民課")
    db.session.commit()
    assert one.name in page(office, f"?section={where}")
    assert other.name not in page(office, f"?section={where}")
    assert other.name in page(office, "?whose=no+sign+in")
    assert one.name not in page(office, "?whose=no+sign+in")
    boss = office.person(Role.ADMINISTRATOR, name="役割 花子")
    assert boss.name in page(office, "?whose=with+role")


def test_the_columns_are_those_that_were_chosen(office):
    shown = page(office, "?show=email&show=roles")
    assert '<th scope="col">メール</th>' in shown
    assert '<th scope="col">職員番号</th>' not in shown
    assert "研修担当" in shown


def test_the_workbook_holds_the_whole_list_with_its_columns(office):
    office.person(name="=1+1", department="住民課")
    answer = office.coordinator.browser().get("/office/staff.xlsx?show=section&show=duties")
    text = office_table.text_of_file(answer.data).text
    assert text.startswith("職員の一覧")
    assert "=1+1" in text
    assert "0 / 2" in text


def test_csv_holds_the_table_alone_and_no_formula(office):
    office.person(name="=1+1", department="住民課")
    for address in ("/office/staff.csv?show=section", "/office/duties.csv"):
        text = office.coordinator.browser().get(address).data.decode("utf-8-sig")
        assert text.splitlines()[0].split(",")[0] in {"氏名", "部署"}
        assert "'=1+1" in text


def test_the_chosen_are_reminded_enrolled_and_end_together(office):
    people = [office.person(), office.person()]
    rows = "&".join(f"row={one.membership_id}" for one in people)
    browser = office.coordinator.browser()
    assert "/office/duties/reminder" in browser.get(f"/office/staff/act?act=remind&{rows}").location
    assert browser.get("/office/staff/act?act=move").location == "/office/staff"
    asked = browser.get(browser.get(f"/office/staff/act?act=enrol&{rows}").location).text
    assert "2人を講座に申し込む" in asked
    listed = browser.get(f"/office/enrol?{rows}&course=dx-first-step").location
    assert people[0].number in browser.get(listed).text
    text = "\n".join(one.number for one in people)
    browser.post("/office/enrol/dx-first-step", data={"text": text, "enrol": "1"})
    assert {row.staff_id for row in db.session.query(Enrolment)} == {one.staff_id for one in people}
    leaving = browser.get(f"/office/staff/act?act=leave&{rows}").location
    assert "2人の所属を終える" in browser.get(leaving).text
    browser.post(leaving, data={"last_day": "2030-03-31"})
    assert all(db.session.get(Membership, one.membership_id).left_on for one in people)


def test_where_one_of_them_cannot_end_nobody_does(office):
    boss, clerk = office.administrator, office.person()
    rows = f"row={clerk.membership_id}&row={boss.membership_id}"
    answer = boss.browser().post(f"/office/staff/leave?{rows}", data={"last_day": "2020-12-31"})
    assert answer.status_code in {409, 422}
    assert db.session.get(Membership, clerk.membership_id).left_on is None


def test_who_cannot_sign_in_gets_a_slip(office):
    new = office.person()
    db.session.get(Staff, new.staff_id).password_hash = None
    db.session.commit()
    browser = office.coordinator.browser()
    address = f"/office/staff/links?row={new.membership_id}"
    assert "1人に招待のリンクを発行しますか" in browser.get(address).text
    slips = browser.post(address).text
    assert "/password/" in slips
    assert "/password/" not in page(office)


def test_another_offices_people_are_nobodys_choice(office, hachioji):
    theirs = hachioji.person()
    browser = office.coordinator.browser()
    assert theirs.name not in page(office)
    assert browser.get(f"/office/staff/move?row={theirs.membership_id}").status_code == 302
    assert browser.get(f"/office/staff/links?row={theirs.membership_id}").status_code == 302
    assert browser.get("/office/staff?organisation=1").status_code == 404


def test_a_list_that_was_the_wrong_one_is_taken_back_as_one_act(office):
    people = [office.person() for _one in range(3)]
    browser = office.coordinator.browser()
    text = "\n".join(one.number for one in people)
    page = browser.post("/office/enrol/dx-first-step", data={"text": text, "enrol": "1"}).text
    assert "申し込みを元に戻す（3人）" in page
    begun = db.session.scalars(sa.select(Enrolment).where(Enrolment.staff_id == people[0].staff_id)).one()
    begun.state = EnrolmentState.IN_PROGRESS
    db.session.commit()
    browser.post("/office/enrol/dx-first-step/undo", data={"person": [one.staff_id for one in people]})
    states = db.session.scalars(sa.select(Enrolment.state).order_by(Enrolment.id)).all()
    assert sorted(state.value for state in states) == ["in progress", "withdrawn", "withdrawn"]
    assert "2人の申し込みを取り消しました" in browser.get("/office").text


def test_the_own_learners_of_a_course_have_a_page_and_are_withdrawn_together(office, hachioji):
    one, other, theirs = office.person(), office.person(), hachioji.person()
    for person in (one, other, theirs):
        enrols(person, offered("dx-first-step"))
    db.session.commit()
    browser, address = office.coordinator.browser(), "/office/courses/dx-first-step/learners"
    page = browser.get(address).text
    assert one.name in page
    assert "総務課" in page
    assert theirs.name not in page
    ids = {row.staff_id: row.id for row in db.session.query(Enrolment)}
    assert browser.post(address, data={"row": [ids[theirs.staff_id]]}).status_code == 404
    browser.post(address, data={"row": [ids[one.staff_id]]})
    assert one.name in browser.get(address + "?which=others").text
    assert other.name in browser.get(address).text
    answer = browser.post(f"/enrolments/{ids[other.staff_id]}/withdraw")
    assert answer.location.endswith("/learners"), (
        "whoever withdraws somebody else lands at that course, not at their own page"
    )


def test_the_number_of_an_adoption_leads_to_the_people_it_concerns(mizuho):
    inside, outside = mizuho.person(department="住民課"), mizuho.person(department="税務課")
    adopts(mizuho, COURSES, department="住民課")
    (row,) = adoption.adoptions_of([mizuho.id])
    browser = mizuho.coordinator.browser()
    address = f"/office/staff?adoption={row.adoption.id}"
    assert address in browser.get("/office/adoptions").text
    shown = browser.get(address).text
    assert inside.name in shown
    assert outside.name not in shown
    assert f"{row.people}人" in shown


def test_nobody_who_was_chosen_is_left_out_of_a_reminder_however_many_their_courses(office):
    people = [office.person() for _one in range(60)]  # of two courses each: more rows than the board lets one choose
    rows = "&".join(f"row={one.membership_id}" for one in people)
    browser = office.coordinator.browser()
    asked = browser.get(f"/office/staff/act?act=remind&{rows}").location
    assert "60人" in browser.get(asked).text
    browser.post(asked, data={"words": ""})
    assert db.session.scalar(sa.select(sa.func.count(sa.distinct(Notice.staff_id))).select_from(Notice)) == len(people)
