"""What is shown of other organisations changes once a month; and who wants it is told each month how far training reaches the own office."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from factories import enrols, offered
from test_review import took_part

from kernel import clock
from kernel.database import db

from participation import enrolment_count
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

from review import month_end
from review.models import MonthCount
from review.question import By, Question
from review.summary import summarise

from front.news import reports


def shown(secretariat, **asked):
    year = clock.current_fiscal_year()
    summary = summarise(secretariat.secretary.actor, Question(fiscal_year=year, by=By.ORGANISATION, **asked))
    return {line.label: line.figures for line in summary.all_lines}, summary


def lets_take_part(office, done):
    took_part(office, "ai-first", done=done)
    enrolment_count.recount()
    db.session.commit()


def test_the_rows_of_other_organisations_stay_until_the_next_month(mizuho, hachioji, secretariat, time):
    lets_take_part(mizuho, 8)
    lets_take_part(hachioji, 9)
    assert month_end.take() > 0
    assert month_end.take() == 0, "once in a month"
    db.session.commit()
    before, summary = shown(secretariat)
    assert summary.asked.as_of == clock.today()
    lets_take_part(mizuho, 3)
    assert shown(secretariat)[0] == before
    assert summary.total.enrolled == sum(figures.enrolled for figures in before.values())
    time.passes(days=31)
    assert month_end.take() > 0
    db.session.commit()
    assert shown(secretariat)[0] != before


def test_without_a_count_of_the_year_it_is_shown_as_it_is(mizuho, secretariat):
    lets_take_part(mizuho, 8)
    figures, summary = shown(secretariat)
    assert summary.asked.as_of is None
    assert [one.enrolled for one in figures.values()] == [8]


def test_a_small_office_hidden_in_the_count_of_the_month_is_hidden_on_its_own_page_too(mizuho, hachioji, secretariat):
    lets_take_part(mizuho, 2)
    lets_take_part(hachioji, 9)
    month_end.take()
    lets_take_part(mizuho, 7)
    year = clock.current_fiscal_year()
    asked = Question(fiscal_year=year, by=By.COURSE, organisation=mizuho.code)
    assert summarise(secretariat.secretary.actor, asked).total.is_hidden


def test_the_page_says_when_it_was_counted_and_the_own_office_sees_today(mizuho, secretariat):
    lets_take_part(mizuho, 8)
    month_end.take()
    lets_take_part(mizuho, 1)
    assert "に集計" in secretariat.secretary.browser().get("/review").text
    own = mizuho.administrator.browser().get("/review").text
    assert "に集計" not in own
    assert ">9<" in own or "9件" in own


def test_courses_that_are_asked_for_are_counted_as_they_are(mizuho, secretariat):
    lets_take_part(mizuho, 8)
    month_end.take()
    assert shown(secretariat, course="ai-first")[1].asked.as_of is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MonthCount)) > 0


@pytest.fixture
def reader(mizuho):
    assert mizuho.administrator.browser().post("/review/monthly").status_code == 302
    return mizuho.administrator


def notices_of(person):
    return db.session.scalars(
        sa.select(Notice).where(Notice.staff_id == person.staff_id, Notice.kind == NoticeKind.REPORT)
    ).all()


def test_who_wants_it_is_told_once_a_month_in_numbers_without_names(mizuho, reader, time):
    learner = mizuho.person(name="名前の 出ない人")
    enrols(learner, offered("ai-first"))
    db.session.commit()
    assert reports.tell_reports() == 0, "from the next month on"
    time.passes(days=31)
    assert reports.tell_reports() == 1
    assert reports.tell_reports() == 0
    [notice] = notices_of(reader)
    assert "受講した人1人" in notice.text
    assert learner.name not in notice.text
    assert notice.path == "/review/sections"


def test_who_may_read_it_no_more_or_does_not_want_it_is_told_nothing(mizuho, reader, time):
    assert "月の報告をやめる" in reader.browser().get("/review/sections").text
    reader.browser().post("/review/monthly?no=1")
    reader.browser().post("/review/monthly?no=1")
    time.passes(days=31)
    assert reports.tell_reports() == 0
    reader.browser().post("/review/monthly")
    db.session.execute(sa.text("DELETE FROM role_grant WHERE role = 'administrator'"))
    db.session.commit()
    time.passes(days=31)
    assert reports.tell_reports() == 0


def test_a_year_that_has_just_begun_is_shown_as_it_was_counted_though_there_was_nothing(mizuho, secretariat, time):
    lets_take_part(mizuho, 1)
    time.passes(days=(clock.fiscal_year_end() - clock.today()).days + 1)
    assert month_end.take() > 0
    assert month_end.last_taken(clock.current_fiscal_year()) == clock.today()
