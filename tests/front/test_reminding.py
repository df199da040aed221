"""Who has not finished what is required is reminded before its date and after it, and nobody else."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import learns_everything, published
from front_people import adopts
from lessons import begins

from kernel import clock
from kernel.database import db

from people.sections import posting
from people.sections.posting import Move

from catalog.models import Adoption, Curriculum

from participation.mailing.still_true import still_true
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

from front import reminding


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
