"""Concurrent posts (兼務): one of the staff holds another section's post beside the own one, from a day to a day."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import membership

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people.act import Act
from people.membership import is_in_section
from people.models import AuditEntry, ConcurrentPost, Membership, Role
from people.sections import concurrent, section
from people.sections.concurrent import Hold


def in_days(days):
    return clock.today() + dt.timedelta(days=days)


def holds(office, person, department="税務課", post="主査", begins=0, last=None):
    until = in_days(last) if last is not None else None
    made = concurrent.hold(
        office.coordinator.actor, person.membership_id, Hold(department, post, in_days(begins), until)
    )
    db.session.commit()
    return made


def is_in(office, person, department="税務課"):
    section_id = section.named(office.id, department)
    return bool(
        db.session.scalar(
            sa.select(sa.exists().where(Membership.id == person.membership_id, is_in_section(section_id)))
        )
    )


def test_whoever_holds_a_post_too_is_in_both_sections_while_they_hold_it(mizuho, time):
    person = mizuho.person()
    holds(mizuho, person, begins=10, last=40)
    assert [is_in(mizuho, person, one) for one in ("総務課", "税務課")] == [True, False]
    time.passes(days=10)
    assert [is_in(mizuho, person, one) for one in ("総務課", "税務課")] == [True, True]
    time.passes(days=31)
    assert [is_in(mizuho, person, one) for one in ("総務課", "税務課")] == [True, False]


def test_it_may_be_a_section_within_the_one_that_is_asked_for(mizuho):
    person = mizuho.person()
    welfare = section.named(mizuho.id, "福祉部")
    section.nested(mizuho.id, ["福祉部", "高齢福祉課"], {"福祉部": welfare})
    holds(mizuho, person, department="福祉部 高齢福祉課")
    assert is_in(mizuho, person, "福祉部")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"department": "総務課"}, "別の部署"),
        ({"begins": 10, "last": 9}, "始まりの日か、より後の日"),
        ({"begins": -4000}, "所属していません"),
        ({"begins": 100}, "所属していません"),
    ],
)
def test_what_cannot_be_held_is_told(mizuho, said, told):
    person = mizuho.person()
    membership(person).left_on = in_days(100)
    db.session.commit()
    with pytest.raises(InvalidError, match=told):
        holds(mizuho, person, **said)


def test_one_section_is_held_once_at_a_time(mizuho):
    person = mizuho.person()
    holds(mizuho, person, last=10)
    with pytest.raises(ConflictError, match="すでに登録"):
        holds(mizuho, person, begins=10)
    holds(mizuho, person, begins=11)


def test_a_time_before_one_that_is_planned_is_free(mizuho):
    person = mizuho.person()
    holds(mizuho, person, begins=30)
    holds(mizuho, person, begins=0, last=29)


def test_whoever_has_left_by_then_is_not_among_the_moves_of_the_day(mizuho):
    person = mizuho.person()
    holds(mizuho, person, begins=30)
    membership(person).left_on = in_days(20)
    db.session.commit()
    assert db.session.scalars(concurrent.changing_on(mizuho.id, in_days(30))).all() == []


def test_it_is_ended_and_what_has_not_begun_is_taken_back(mizuho, time):
    person, actor = mizuho.person(), mizuho.coordinator.actor
    row = holds(mizuho, person)
    ahead = holds(mizuho, person, department="防災課", begins=30)
    time.passes(days=5)
    assert concurrent.end(actor, person.membership_id, row.id).ends_on == clock.today()
    assert concurrent.end(actor, person.membership_id, ahead.id) is None
    db.session.commit()
    assert concurrent.held_by(person.membership_id) == []
    assert db.session.scalars(sa.select(ConcurrentPost.id)).all() == [row.id], "what was held stays known"
    with pytest.raises(NotFoundError):
        concurrent.end(actor, person.membership_id, row.id)
    acts = (Act.POST_HELD_TOO.value, Act.POST_HELD_NO_MORE.value)
    logged = db.session.scalars(sa.select(AuditEntry.act).where(AuditEntry.act.in_(acts)).order_by(AuditEntry.id)).all()
    assert logged == [acts[0], acts[0], acts[1], acts[1]]


def test_nobody_else_says_what_somebody_holds(mizuho, hachioji):
    person = mizuho.person()
    with pytest.raises(NotFoundError):
        holds(hachioji, person)
    row = holds(mizuho, person)
    with pytest.raises(NotFoundError):
        concurrent.end(hachioji.coordinator.actor, person.membership_id, row.id)
    with pytest.raises(NotFoundError):
        concurrent.end(mizuho.coordinator.actor, mizuho.person().membership_id, row.id)


def test_the_office_says_it_on_the_persons_page_and_sees_it_among_the_moves_of_the_day(mizuho):
    person, browser = mizuho.person(), mizuho.coordinator.browser()
    address, day = f"/office/staff/{person.membership_id}", in_days(30)
    told = browser.post(f"{address}/concurrent", data={"department": "総務課", "begins_on": "いつか"})
    assert told.status_code == 422
    assert 'value="総務課"' in told.text, "nothing typed is lost"
    said = {"department": "税務課", "post": "主査", "begins_on": day.isoformat()}
    assert browser.post(f"{address}/concurrent", data=said).status_code == 302
    page = browser.get(address).text
    assert "兼務を登録しました" in page
    assert "税務課 主査" in page
    moves = browser.get(f"/office/moves?day={day}&part=concurrent").text
    assert person.name in moves
    assert "始まります" in moves
    row = db.session.scalars(sa.select(ConcurrentPost)).one()
    assert browser.post(f"{address}/concurrent/{row.id}/end").status_code == 302
    page = browser.get(address).text
    assert "取り消しました" in page
    assert "税務課 主査" not in page


def test_the_head_of_the_other_section_sees_them_and_they_head_nothing_by_it(mizuho):
    head, person = mizuho.person(Role.HEAD, department="税務課"), mizuho.person(Role.HEAD, department="総務課")
    clerk = mizuho.person(department="税務課")
    assert person.name not in head.browser().get("/office/duties").text
    holds(mizuho, person, department="税務課")
    assert "受講状況" in person.browser().get("/office/duties").text
    assert clerk.name not in person.browser().get("/office/duties").text
