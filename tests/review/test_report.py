"""The report of an office: of its staff how many took part and finished, by section and month; every number leads to its people."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from factories import Office, joins, offered, session_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import clock
from kernel.database import db

from people.models import Role

from participation.enrolment import enrol_in_course, entrant, finish, start

from review import behind, months, reach


def takes(person, slug="ai-first", *, finishes=False):
    row = enrol_in_course(person.actor, entrant(person.actor), offered(slug))
    if finishes:
        start(row)
        finish(row)
    db.session.commit()
    return row


def by_label(rows):
    return {row.label or "全体": (row.staff, row.took, row.finished) for row in rows}


def test_the_reach_by_section_holds_what_is_below_and_counts_people_once(app, mizuho, hachioji):
    doing, done = mizuho.person(department="住民課"), mizuho.person(department="住民課")
    takes(doing)
    takes(done, finishes=True)
    takes(done, "security-basics", finishes=True)
    mizuho.person(department="税務課")
    takes(hachioji.person())
    administrator = mizuho.administrator
    rows = reach.reached(administrator.actor, clock.current_fiscal_year())
    assert by_label(rows) == {"全体": (4, 2, 1), "住民課": (2, 2, 1), "税務課": (1, 0, 0), "総務課": (1, 0, 0)}
    assert rows[0].share_took == 50


@pytest.mark.parametrize("whose", ["", "took", "finished", "took none"])
def test_the_numbers_of_the_sections_lead_to_their_people(app, mizuho, whose):
    takes(mizuho.person(department="住民課"), finishes=True)
    takes(mizuho.person(department="住民課"))
    mizuho.person(department="住民課")
    browser = mizuho.administrator.browser()
    page = browser.get("/review/sections").text
    (row,) = re.findall(r'<th scope="row">住民課</th>(.*?)</tr>', page, re.DOTALL)
    links = re.findall(r'href="(/office/staff\?[^"]*)">(\d+)人', row)
    for address, count in links:
        if f"whose={whose.replace(' ', '+')}&" in address or (
            not whose and "whose" not in address.replace("whose=&", "")
        ):
            assert f'<p class="count">{count}人' in browser.get(address.replace("&amp;", "&")).text


def test_a_month_counts_the_day_of_the_finish_and_people_once(app, mizuho, time):
    person, other = mizuho.person(), mizuho.person()
    takes(person, finishes=True)
    time.passes(days=40)
    takes(person, "security-basics", finishes=True)
    takes(other)
    administrator = mizuho.administrator
    found = months.months_of([mizuho.id], clock.current_fiscal_year())
    assert [month.finished for month in found.months][-1] == 1
    assert sum(month.taken for month in found.months) == 3
    assert found.months[-1].people == 1, "the same person twice is one"
    browser = administrator.browser()
    for month in found.months:
        for what, count in (("taken", month.taken), ("finished", month.finished)):
            page = browser.get(f"/review/enrolments?month={month.value}&what={what}").text
            assert f'<p class="count">{count}件' in page


def test_the_year_before_is_compared_up_to_the_same_day(app, mizuho, time):
    takes(mizuho.person(), finishes=True)
    time.passes(days=366)
    now = months.months_of([mizuho.id], clock.current_fiscal_year()).months[-1]
    assert now.people_before == 1
    time.passes(days=-3)
    now = months.months_of([mizuho.id], clock.current_fiscal_year()).months[-1]
    assert now.people_before == 0


def test_a_target_stands_beside_the_months_and_can_be_taken_back(app, mizuho):
    takes(mizuho.person(), finishes=True)
    browser = mizuho.administrator.browser()
    assert browser.post("/review/months", data={"people": "0"}).status_code == 422
    assert browser.post("/review/months", data={"people": "120"}).status_code == 302
    page = browser.get("/review/months").text
    assert "目標の120人まで、あと119人です" in page
    assert browser.post("/review/months", data={"people": ""}).status_code == 302
    assert "目標の120人" not in browser.get("/review/months").text
    assert mizuho.coordinator.browser().post("/review/months", data={"people": "5"}).status_code == 404


@pytest.mark.parametrize("name", ["sections", "months"])
def test_the_report_is_saved_as_an_annex_in_two_presses(app, mizuho, name):
    takes(mizuho.person(), finishes=True)
    browser = mizuho.administrator.browser()
    page = browser.get(f"/review/{name}").text
    for ending, kind in (("xlsx", "spreadsheet"), ("csv", "csv")):
        (address,) = re.findall(rf'href="(/review/{name}\.{ending}[^"]*)"', page)
        answer = browser.get(address)
        assert answer.status_code == 200
        assert kind in answer.headers["Content-Type"]
    assert browser.get(f"/review/{name}.exe").status_code == 404


def test_nobody_else_reads_the_report_of_an_office(app, mizuho, hachioji, secretariat):
    takes(mizuho.person(name="名前 一郎"), finishes=True)
    for address in ("/review/sections", "/review/months", "/review/enrolments", "/review/enrolments.csv"):
        for other in (hachioji.administrator, secretariat.secretary, mizuho.coordinator):
            assert "名前 一郎" not in other.browser().get(address).text
        assert mizuho.coordinator.browser().get(address).status_code == 404
    assert "名前 一郎" in mizuho.administrator.browser().get("/review/enrolments").text


@pytest.mark.parametrize(
    "asked",
    ["?year=9999999", "?month=2026-13&what=x", "?section=abc&level=9", "?page=999999999", "?month=%00", "?course=%00"],
)
def test_no_question_breaks_the_report(app, mizuho, asked):
    browser = mizuho.administrator.browser()
    for page in ("sections", "months", "enrolments", "enrolments.csv", "sections.csv", "months.csv"):
        assert browser.get(f"/review/{page}{asked}").status_code == 200


def test_the_numbers_of_the_participation_lead_to_what_they_count(app, mizuho):
    takes(mizuho.person(), finishes=True)
    takes(mizuho.person())
    browser = mizuho.administrator.browser()
    page = browser.get("/review").text
    links = re.findall(r'href="(/review/enrolments\?[^"]+)"><?[^>]*>?(\d+)', page)
    assert len(links) >= 4
    for address, count in links:
        assert f'<p class="count">{count}件' in browser.get(address.replace("&amp;", "&")).text


HISTORY = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["ai-first", "security-basics"]), st.booleans()), max_size=10
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY)
def test_whatever_happened_the_parts_add_up_to_the_whole_and_to_a_recount(app, hachioji, history):
    office = Office.of("133035")
    people = [office.person(department=name) for name in ("甲課", "甲課", "乙課", "乙課", "丙課")]
    took, finished = set(), set()
    for place, slug, finishes in history:
        if (place, slug) in took:
            continue
        takes(people[place], slug, finishes=finishes)
        took.add((place, slug))
        if finishes:
            finished.add((place, slug))
    actor = office.person(Role.ADMINISTRATOR).actor
    year = clock.current_fiscal_year()
    whole, *sections = reach.reached(actor, year)
    mine = {row.label: row for row in sections}
    assert sum(row.staff for row in sections) == whole.staff
    assert sum(row.took for row in sections) == whole.took
    assert sum(row.finished for row in sections) == whole.finished
    assert whole.took >= len({place for place, _slug in took})
    assert mine["甲課"].staff >= 2
    found = months.months_of([office.id], year)
    assert sum(month.taken for month in found.months) == behind.enrolments(actor, behind.ask({})).total
    assert found.months[-1].people == whole.finished
    assert found.months[-1].first_day <= clock.today() < found.months[-1].first_day + dt.timedelta(days=31)


def test_the_secretariat_sees_by_no_list_who_took_part_elsewhere(app, mizuho, secretariat):
    takes(mizuho.person(name="受講 太郎"))
    mizuho.person(name="未受講 花子")
    browser = secretariat.secretary.browser()
    for whose in ("took", "took none", "finished"):
        for ending in ("", ".csv"):
            page = browser.get(f"/office/staff{ending}?organisation={mizuho.id}&whose={whose}").text
            assert "受講 太郎" not in page
            assert "未受講 花子" not in page
    assert "受講 太郎" in browser.get(f"/office/staff?organisation={mizuho.id}").text, "who is staff it does see"


def test_a_session_of_the_next_fiscal_year_is_in_the_month_of_its_application(app, mizuho, time):
    time.now = clock.at(dt.date(2027, 3, 20), dt.time(10))
    begins = clock.at(dt.date(2027, 4, 20), dt.time(10))
    session = session_of(
        "guideline-localize",
        mizuho,
        starts_at=begins,
        ends_at=begins + dt.timedelta(hours=2),
        applications_close_at=begins,
    )
    joins(mizuho.person(), session)
    db.session.commit()
    found = months.months_of([mizuho.id], 2026)
    assert found.months[-1].taken == 1
    page = mizuho.administrator.browser().get(f"/review/enrolments?month={found.months[-1].value}").text
    assert '<p class="count">1件' in page
