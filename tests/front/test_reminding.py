"""Who has not finished what is required is reminded before its date and after it, and nobody else."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import Office, learns_everything, offered, published
from front_people import adopts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lessons import begins

from kernel import clock
from kernel.database import db

from people.joining.entry import leave
from people.models import Role
from people.sections import posting
from people.sections.posting import Move

from catalog.models import Adoption, Curriculum

from participation.enrolment import enrol_in_course, entrant, finish, start
from participation.exemption import Exempt, exempt
from participation.mailing.still_true import still_true
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

from front.reminding import by_itself as reminding
from front.reminding import summary


@pytest.fixture
def adopted(mizuho):
    """A curriculum of three required courses that 瑞穂町 has adopted; its date is two weeks away."""
    curriculum_id = db.session.scalars(sa.select(Curriculum.id).where(Curriculum.slug == "newcomers")).one()
    mizuho.person(), mizuho.person()
    due_on = clock.today() + dt.timedelta(days=14)
    db.session.add(Adoption(organisation_id=mizuho.id, curriculum_id=curriculum_id, due_on=due_on))
    db.session.commit()
    return due_on


def told(person):
    return db.session.scalars(
        sa.select(Notice.text)
        .where(Notice.staff_id == person.staff_id, Notice.kind == NoticeKind.DUE)
        .order_by(Notice.id)
    ).all()


def test_who_has_not_finished_is_told_at_14_7_and_1_days_and_weekly_afterwards(adopted, mizuho, time):
    person, said = mizuho.staff, []
    for _day in range(14 + 7 * 9 + 1):
        before = len(told(person))
        reminding.remind()
        assert reminding.remind() == 0, "the worker asks again until nothing is left"
        if len(told(person)) > before:
            said.append((adopted - clock.today()).days)
        time.passes(days=1)
    assert said == [14, 7, 1, -7, -14, -21, -28, -35, -42, -49, -56]
    assert "あと14日です。" in told(person)[0]
    assert "を過ぎています。" in told(person)[-1]


def test_who_has_finished_is_not_told_and_what_was_told_is_not_sent_any_more(adopted, mizuho, hachioji):
    course, _edition = published("security-basics")
    assert mizuho.staff.staff_id != hachioji.staff.staff_id
    db.session.commit()
    reminding.remind()
    mine, _lessons = begins(mizuho.staff, course)
    learns_everything(mizuho.staff.browser(), mine)
    rows = db.session.scalars(
        sa.select(Notice).where(
            Notice.staff_id == mizuho.staff.staff_id, Notice.kind == NoticeKind.DUE, Notice.course_id == course.id
        )
    ).all()
    assert len(rows) == 1
    assert still_true(rows) == set()
    assert told(hachioji.staff) == []


def test_where_each_has_their_own_date_each_is_told_by_it(mizuho, time):
    early = mizuho.person()
    adopts(mizuho, ["dx-first-step"], due_days=30)
    time.passes(days=10)
    late = mizuho.person(department="産業課")
    posting.move(mizuho.coordinator.actor, [late.membership_id], Move("税務課", "", clock.today()))
    db.session.commit()
    time.passes(days=6)  # 14 days before the date of who was there, 24 before that of who came
    reminding.remind()
    assert len(told(early)) == 1
    assert told(late) == []
    time.passes(days=10)
    reminding.remind()
    assert "あと14日です。" in told(late)[0]


def finishes(person, slug):
    row = enrol_in_course(person.actor, entrant(person.actor), offered(slug))
    start(row)
    finish(row)


def summaries(person):
    return db.session.scalars(
        sa.select(Notice.text).where(Notice.staff_id == person.staff_id, Notice.kind == NoticeKind.SUMMARY)
    ).all()


def test_an_office_sets_on_which_days_it_reminds(adopted, mizuho, time):
    browser = mizuho.coordinator.browser()
    assert 'value="14、7、1"' in browser.get("/office/duties/reminders").text
    for days in ("400", "abc", "1、2、3、4、5、6、7、8、9、10、11", "0", "-3"):
        refused = browser.post("/office/duties/reminders", data={"days": days, "weeks_after": "1"})
        assert refused.status_code == 422, days
    said = {"days": "10日前、3 日前", "weeks_after": "1"}
    assert browser.post("/office/duties/reminders", data=said).status_code == 302
    person, days = mizuho.staff, []
    for _day in range(14 + 7 * 3):
        before = len(told(person))
        reminding.remind()
        if len(told(person)) > before:
            days.append((adopted - clock.today()).days)
        time.passes(days=1)
    assert days == [10, 3, -7]


def test_who_looks_after_others_is_told_once_a_week_how_many_are_late_and_no_name(app, mizuho, hachioji, time):
    late, done = mizuho.person(name="玉川 一郎", department="住民課"), mizuho.person(department="税務課")
    adopts(mizuho, ["dx-first-step", "ai-first"], due_in=3)
    head, other = mizuho.person(Role.HEAD, department="住民課"), mizuho.person(Role.HEAD, department="税務課")
    finishes(done, "dx-first-step")
    for person in (done, head, other, mizuho.coordinator):
        for slug in ("dx-first-step", "ai-first"):
            if person is not done or slug == "ai-first":
                finishes(person, slug)
    db.session.commit()
    assert summary.tell_summaries() == 0, "nothing is late so far"
    time.passes(days=4)
    assert summary.tell_summaries() == 2
    assert summary.tell_summaries() == 0
    assert "1人・延べ2件" in summaries(mizuho.coordinator)[0]
    assert "1人・延べ2件" in summaries(head)[0]
    assert summaries(other) == [], "their section has done it"
    assert summaries(late) == summaries(hachioji.coordinator) == []
    assert "玉川" not in summaries(head)[0]
    time.passes(days=7)
    assert summary.tell_summaries() == 2
    said = {"days": "", "weeks_after": "0", "to_coordinators": "y"}
    mizuho.coordinator.browser().post("/office/duties/reminders", data=said)
    time.passes(days=7)
    assert summary.tell_summaries() == 1, "the heads are told no more"


EVENTS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["finish", "exempt", "leave", "move"])), max_size=6)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=EVENTS, after=EVENTS)
def test_whatever_happened_a_reminder_reaches_nobody_who_has_finished_left_or_was_let_off(
    app, mizuho, time, before, after
):
    office = Office.of("133086")
    people = [office.person() for _number in range(4)]
    coordinator = office.person(Role.COORDINATOR)
    finishes(coordinator, "ai-first")
    adopts(office, ["ai-first"], due_in=7)
    course = offered("ai-first").id
    out: set[int] = set()

    def happen(events):
        for place, event in events:
            person = people[place]
            if person.staff_id in out:
                continue
            if event == "finish":
                finishes(person, "ai-first")
            elif event == "exempt":
                exempt(coordinator.actor, [(person.membership_id, course)], Exempt("休職", None))
            elif event == "leave":
                leave(coordinator.actor, person.membership_id, clock.today() - clock.DAY)
            else:
                posting.move(coordinator.actor, [person.membership_id], Move("税務課", "", clock.today()))
                continue
            out.add(person.staff_id)
        db.session.commit()

    happen(before)
    reminding.remind()
    mine = {person.staff_id for person in people}
    rows = db.session.scalars(sa.select(Notice).where(Notice.kind == NoticeKind.DUE, Notice.staff_id.in_(mine))).all()
    assert {row.staff_id for row in rows} == mine - out
    happen(after)
    sent = still_true(rows)
    assert {row.staff_id for row in rows if row.id in sent} == mine - out, "what is no longer so is not mailed either"
