"""The board of duties: who of the own staff has not done what is required, counted as one counts by hand; and reminding them."""

from __future__ import annotations

import datetime as dt
import random

import pytest
import sqlalchemy as sa
from factories import enrols, joins, offered, session_of
from front_people import adopts

from kernel import clock
from kernel.database import db
from kernel.tables import office_table

from people.models import AuditEntry, Membership, Role, Section
from people.sections import concurrent, posting
from people.sections import section as sections
from people.sections.concurrent import Hold
from people.sections.posting import Move
from people.sections.section import WriteSection

from participation import exemption
from participation.exemption import Exempt
from participation.models import OPEN_STATES, Enrolment, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

from review.duties import duty as duties
from review.duties import totals
from review.duties.question import Standing, ask, keys_in

from front import due
from front.reminding import by_itself as reminding

COURSES = ("dx-first-step", "security-basics", "digital-literacy-check")


def completes(person, slug, *, ago=0):
    enrolment = enrols(person, offered(slug))
    at = clock.now() - dt.timedelta(days=ago)
    db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.id == enrolment.id)
        .values(state=EnrolmentState.COMPLETED, completed_at=at, enrolled_at=at)
    )
    db.session.commit()


def board(person, **asked):
    question = ask(asked)
    return duties.board(person.actor, question, totals.totals(person.actor, question)[0].of(question.standing)).rows


def section_of(office, name):
    return str(
        db.session.scalars(
            sa.select(Section.id).where(Section.organisation_id == office.id, Section.title == name)
        ).one()
    )


def told(person):
    return db.session.scalars(
        sa.select(Notice.text).where(Notice.staff_id == person.staff_id, Notice.kind == NoticeKind.DUE)
    ).all()


@pytest.fixture
def office(mizuho):
    """瑞穂町 with two departments, which has adopted three courses for all, due in ten days."""
    adopts(mizuho, COURSES, due_in=10)
    return mizuho


def by_hand(office):
    """What a careful clerk counts from each person's own record: all, done, under way, late."""
    counts = [0, 0, 0, 0]
    people = db.session.execute(
        sa.select(Membership.staff_id).where(Membership.organisation_id == office.id, Membership.left_on.is_(None))
    ).scalars()
    for staff_id in people:
        for one in due.required(staff_id):
            rows = db.session.scalars(
                sa.select(Enrolment)
                .options(sa.orm.joinedload(Enrolment.edition))
                .where(Enrolment.staff_id == staff_id, Enrolment.course_id == one.course.id)
            ).all()
            ended = [row for row in rows if row.state is EnrolmentState.COMPLETED]
            counting = [row for row in ended if not row.edition.yearly or row.completed_at >= clock.fiscal_year_began()]
            date = clock.fiscal_year_end() if ended else one.due_on
            counts[0] += 1
            counts[1] += bool(counting)
            counts[2] += not counting and any(row.state in OPEN_STATES for row in rows)
            counts[3] += not counting and date is not None and date < clock.today()
    return tuple(counts)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_people_did_the_board_counts_what_one_counts_by_hand(mizuho, seed):
    chance = random.Random(seed)  # noqa: S311 - the same history each time
    adopts(mizuho, COURSES[:2], due_in=chance.choice([-5, 5]))
    adopts(mizuho, COURSES[1:], due_in=chance.choice([-20, 20, None]), department="住民課")
    people = [mizuho.person(department=chance.choice(["住民課", "総務課"])) for _number in range(5)]
    for person in people:
        for slug in COURSES:
            match chance.randrange(4):
                case 0:
                    completes(person, slug)
                case 1:
                    completes(person, slug, ago=500)
                case 2:
                    enrols(person, offered(slug))
                    db.session.commit()
    actor = mizuho.coordinator.actor
    for duty in duties.every(actor, ask({"standing": "open"})):
        if chance.random() < 0.3:
            later = clock.today() + dt.timedelta(days=chance.randrange(9)) if chance.random() < 0.5 else None
            exemption.exempt(actor, [(duty.membership_id, duty.course_id)], Exempt("育児休業中", later))
    db.session.commit()
    whole, *parts = totals.totals(actor, ask({}))
    assert (whole.all - whole.exempt, whole.done, whole.under_way, whole.late) == by_hand(mizuho)
    by_section = totals.totals(actor, ask({"by": "section"}))[1:]
    for of in (parts, by_section):
        assert sum(part.all for part in of) == whole.all
        assert sum(part.late for part in of) == whole.late
    for standing, number in (
        (Standing.DONE, whole.done), (Standing.OPEN, whole.open), (Standing.LATE, whole.late),
        (Standing.UNDER_WAY, whole.under_way), (Standing.NOT_BEGUN, whole.not_begun), (Standing.EXEMPT, whole.exempt),
    ):  # fmt: skip
        listed = duties.every(actor, ask({"standing": standing.value}))
        assert len(listed) == number == whole.of(standing), "behind each number stands its list"


def test_the_list_is_narrowed_and_the_most_urgent_come_first(office):
    one, other = office.person(department="住民課"), office.person(department="税務課")
    completes(one, "security-basics")
    coordinator = office.coordinator
    assert {duty.staff_id for duty in board(coordinator, section=section_of(office, "税務課"))} == {other.staff_id}
    assert {duty.slug for duty in board(coordinator, course="security-basics")} == {"security-basics"}
    assert [duty.title for duty in board(coordinator, standing="done")] == ["全職員のための情報セキュリティ"]
    every = board(coordinator)
    assert [duty.done_at is not None for duty in every] == sorted(duty.done_at is not None for duty in every)
    page = office.coordinator.browser().get("/office/duties?standing=open").text
    assert "全職員のための情報セキュリティ" in page
    assert "あと10日" in page


def test_nobody_elses_staff_is_on_the_board(office, hachioji):
    adopts(hachioji, COURSES, due_in=3)
    theirs = hachioji.person()
    ours = {duty.staff_id for duty in board(office.coordinator)}
    assert theirs.staff_id not in ours
    assert ours
    assert office.staff.browser().get("/office/duties").status_code == 404
    keys = [(duty.membership_id, duty.course_id) for duty in board(hachioji.coordinator)]
    assert duties.chosen(office.coordinator.actor, keys) == []


def test_who_has_left_has_no_duty(office):
    person = office.person()
    assert person.staff_id in {duty.staff_id for duty in board(office.coordinator)}
    db.session.execute(sa.update(Membership).where(Membership.id == person.membership_id).values(left_on=clock.today()))
    db.session.commit()
    assert person.staff_id not in {duty.staff_id for duty in board(office.coordinator)}


def test_the_late_are_reminded_in_three_presses_with_a_word_and_never_twice_a_day(office, time):
    one, other = office.person(), office.person()
    completes(other, "dx-first-step")
    browser = office.coordinator.browser()
    chosen = [duty.key for duty in board(office.coordinator, course="dx-first-step")]
    address = "/office/duties/reminder?which=chosen&course=dx-first-step&" + "&".join(f"row={key}" for key in chosen)
    assert browser.get(address).status_code == 200
    assert told(one) == [], "a look sends nothing"
    assert browser.post(address, data={"words": "窓口が空く午後にどうぞ。"}).status_code == 302
    (text,) = told(one)
    assert "あと10日です" in text
    assert "窓口が空く午後にどうぞ。" in text
    assert told(other) == [], "who has finished is not told"
    again = browser.post(address, data={"words": ""})
    assert again.status_code == 422
    assert "今日すでに知らせています" in again.text
    assert "知らせる人がいません" in browser.get(address).text, "the page says so before anything is pressed"
    time.passes(days=1)
    assert office.coordinator.browser().post(address, data={}).status_code == 302
    assert len(told(one)) == 2
    (entry,) = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "reminded").limit(1))
    assert "職員" not in entry.subject, "the log counts, it names nobody"


def test_all_who_are_asked_for_can_be_reminded_at_once(office):
    people = [office.person() for _number in range(3)]
    browser = office.coordinator.browser()
    page = browser.get("/office/duties/reminder?which=all&course=security-basics").text
    assert "件の必修について" in page
    assert browser.post("/office/duties/reminder?which=all&course=security-basics", data={}).status_code == 302
    assert all(len(told(person)) == 1 for person in people)


def test_whoever_chose_nobody_is_asked_to_choose(office):
    browser = office.coordinator.browser()
    assert browser.get("/office/duties/reminder?which=chosen").status_code == 302
    assert "知らせる人を選んでください。" in browser.get("/office/duties").text


def test_no_key_of_a_form_breaks_the_page(office):
    assert keys_in(["", "-", "a-b", "1-2-3", "1", "9" * 40 + "-1", "3-4"]) == [(3, 4)]
    browser = office.coordinator.browser()
    assert browser.get("/office/duties?page=abc&standing=x&by=y&section=無い課&post=x&q=%25").status_code == 200


def test_the_workbook_holds_what_is_shown_with_what_its_words_mean(office):
    office.person(name="=1+1", department="住民課")
    answer = office.coordinator.browser().get(f"/office/duties.xlsx?section={section_of(office, '住民課')}")
    text = office_table.text_of_file(answer.data).text
    assert text.startswith("受講状況")
    assert "部署「住民課」" in text
    assert "今年度の修了" in text
    assert text.count("=1+1") == len(COURSES)


def test_an_office_without_a_curriculum_is_shown_the_way_to_one(mizuho):
    page = mizuho.coordinator.browser().get("/office/duties").text
    assert "採用したカリキュラムがまだありません" in page


def test_the_week_leads_to_those_who_are_late(office):
    office.person(Role.STAFF)
    db.session.commit()
    assert "/office/duties?curriculum=" in office.coordinator.browser().get("/office").text


def test_the_record_of_one_of_the_own_staff_is_whole_and_nobody_elses(office, hachioji):
    person = office.person(department="住民課")
    completes(person, "security-basics")
    enrols(person, offered("dx-first-step"))
    db.session.commit()
    browser = office.coordinator.browser()
    (key,) = [
        duty.key for duty in board(office.coordinator, course="dx-first-step", section=section_of(office, "住民課"))
    ]
    browser.post(f"/office/duties/reminder?which=chosen&row={key}", data={})
    page = browser.get(f"/office/staff/{person.membership_id}/record").text
    assert "3講座のうち1講座を修了" in page
    assert "受講中" in page
    assert "期限のお知らせ" in page
    assert "まだ読んでいません" in page
    assert hachioji.coordinator.browser().get(f"/office/staff/{person.membership_id}/record").status_code == 404
    assert person.browser().get(f"/office/staff/{person.membership_id}/record").status_code == 404


def test_the_secretariat_reads_no_record_of_a_towns_staff(office, secretariat):
    person = office.person()
    secretary = secretariat.secretary.browser()
    assert secretary.get(f"/office/staff/{person.membership_id}/record").status_code == 404
    assert "/record" not in secretary.get(f"/office/staff/{person.membership_id}").text
    assert "/record" in office.coordinator.browser().get(f"/office/staff/{person.membership_id}").text


def test_who_has_a_place_is_not_told_to_apply(mizuho):
    adopts(mizuho, ["guideline-localize"], due_in=3)
    person, other = mizuho.person(), mizuho.person()
    joins(person, session_of("guideline-localize", mizuho))
    db.session.commit()
    assert mizuho.coordinator.browser().post("/office/duties/reminder?which=all", data={}).status_code == 302
    assert told(person) == []
    assert len(told(other)) == 1


def test_the_workbook_says_of_which_course_and_curriculum_it_is(office):
    office.person()
    answer = office.coordinator.browser().get("/office/duties.xlsx?course=security-basics")
    assert "講座「全職員のための情報セキュリティ」" in office_table.text_of_file(answer.data).text


def test_who_is_let_off_is_asked_no_more_and_it_can_be_taken_back(office, hachioji):
    person = office.person()
    browser = office.coordinator.browser()
    keys = [duty.key for duty in duties.of_people(office.coordinator.actor, [person.membership_id])]
    rows = "&".join(f"row={key}" for key in keys)
    page = browser.post(f"/office/duties/exemption?{rows}", data={"how": "later", "reason": "育児休業中"})
    assert "新しい期限を入力してください" in page.text
    assert "育児休業中" in page.text, "nothing typed is lost"
    browser.post(f"/office/duties/exemption?{rows}", data={"how": "off", "reason": "育児休業中"})
    assert due.required(person.staff_id) == []
    assert browser.get(f"/office/duties/reminder?which=chosen&{rows}").status_code == 302
    assert "免除" in browser.get("/office/duties?standing=exempt").text
    record = f"/office/staff/{person.membership_id}"
    assert "育児休業中" in browser.get(f"{record}/record").text
    assert hachioji.coordinator.browser().post(f"{record}/exemption/dx-first-step/end").status_code == 404
    browser.post(f"{record}/exemption/dx-first-step/end")
    assert [one.course.slug for one in due.required(person.staff_id)] == ["dx-first-step"]


def test_who_has_more_time_has_it_on_every_page_and_is_reminded_by_it(office, time):
    person = office.person()
    (duty, *_others) = duties.of_people(office.coordinator.actor, [person.membership_id])
    later = clock.today() + dt.timedelta(days=40)
    key = [(duty.membership_id, duty.course_id)]
    exemption.exempt(office.coordinator.actor, key, Exempt("派遣中", later))
    db.session.commit()
    assert later in [one.due_on for one in due.required(person.staff_id)]
    assert later in [one.due_on for one in duties.of_people(office.coordinator.actor, [person.membership_id])]
    time.passes(days=9)  # a day before the date of the others
    reminding.remind()
    assert len(told(person)) == len(COURSES) - 1
    time.passes(days=30)  # a day before their own
    reminding.remind()
    assert any(duty.title in text and "あと1日" in text for text in told(person))


def test_a_head_sees_and_reminds_the_own_section_and_nobody_else(office, hachioji):
    actor = office.coordinator.actor
    welfare = sections.begin(actor, office.id, WriteSection("福祉部", 0, None, None))
    sections.begin(actor, office.id, WriteSection("高齢福祉課", welfare.id, None, None))
    head = office.person(Role.HEAD, department="福祉部")
    below, beside = office.person(department="高齢福祉課"), office.person(department="税務課")
    hachioji.person(department="福祉部")
    assert {duty.staff_id for duty in board(head)} == {head.staff_id, below.staff_id}
    browser = head.browser()
    page = browser.get("/office/duties").text
    assert below.name in page
    assert beside.name not in page
    assert "/record" not in page, "the whole record stays with the office"
    keys = [f"{person.membership_id}-{offered(COURSES[0]).id}" for person in (below, beside)]
    for key in keys:
        browser.post(f"/office/duties/reminder?which=chosen&row={key}", data={"words": "よろしくお願いします"})
    assert len(told(below)) == 1
    assert told(beside) == []
    for address in (
        f"/office/staff/{below.membership_id}/record",
        "/office/staff",
        "/office",
        f"/office/duties/exemption?row={keys[0]}",
    ):
        assert browser.get(address).status_code in {403, 404}, address
    assert office.person(Role.HEAD, department="").actor.holds(Role.HEAD)


def test_whoever_holds_a_post_too_has_the_duties_of_that_section_and_its_head_sees_them(office, time):
    head, clerk = office.person(Role.HEAD, department="税務課"), office.person(department="住民課")
    until = clock.today() + dt.timedelta(days=20)
    hold = Hold("税務課", "", clock.today() + clock.DAY, until)
    concurrent.hold(office.coordinator.actor, clerk.membership_id, hold)
    db.session.commit()
    assert clerk.staff_id not in {duty.staff_id for duty in board(head)}
    time.passes(days=1)
    assert clerk.staff_id in {duty.staff_id for duty in board(head)}
    assert {duty.department for duty in board(head) if duty.staff_id == clerk.staff_id} == {"住民課"}
    whole, *sections_ = totals.totals(office.coordinator.actor, ask({"by": "section"}))
    assert whole.all == sum(part.all for part in sections_), "everybody is counted once"
    time.passes(days=20)
    assert clerk.staff_id not in {duty.staff_id for duty in board(head)}


def test_a_head_who_moves_sees_the_new_section_from_then_on(office):
    head, clerk, other = (
        office.person(Role.HEAD, department="住民課"),
        office.person(department="住民課"),
        office.person(department="税務課"),
    )
    assert {duty.staff_id for duty in board(head)} == {head.staff_id, clerk.staff_id}
    posting.move(office.coordinator.actor, [head.membership_id], Move("税務課", "", clock.today()))
    db.session.commit()
    assert {duty.staff_id for duty in board(head)} == {head.staff_id, other.staff_id}


def test_a_coordinator_names_heads_and_no_coordinators(office):
    person = office.person()
    browser = office.coordinator.browser()
    browser.post(f"/office/staff/{person.membership_id}/roles", data={"roles": ["head"]})
    assert person.actor.holds(Role.HEAD)
    assert browser.post(f"/office/staff/{person.membership_id}/roles", data={"roles": ["coordinator"]}).status_code in {
        302,
        403,
    }
    assert not person.actor.holds(Role.COORDINATOR)


def test_who_was_let_off_what_is_read_in_the_log_by_the_own_office_only(office, secretariat):
    person = office.person(name="免除 花子")
    key = (person.membership_id, offered(COURSES[0]).id)
    exemption.exempt(office.coordinator.actor, [key], Exempt("育児休業中", None))
    db.session.commit()
    assert person.name in office.administrator.browser().get("/admin/audit").text
    log = secretariat.secretary.browser().get("/admin/audit").text
    assert "必修を免除" in log
    assert person.name not in log
