"""Of each step of a move between organisations the other one is told: who is offered, taken, declined, given back or withdrawn."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import membership

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError

from people.joining import rejoining
from people.joining.models import TransferOffer

from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

from front.news import movers


@pytest.fixture
def day(mizuho, hachioji):
    assert mizuho.coordinator.organisation != hachioji.coordinator.organisation, "both have somebody who is told"
    return clock.today() + dt.timedelta(days=60)


def told(person):
    db.session.expire_all()
    rows = db.session.scalars(
        sa.select(Notice.text)
        .where(Notice.staff_id == person.staff_id, Notice.kind == NoticeKind.MOVES)
        .order_by(Notice.id)
    )
    return rows.all()


def offered_by_press(old, new, day, *people):
    names = "\n".join(f"{one.name}" for one in people)
    said = {"organisation": new.name, "day": day.isoformat(), "ends_present": "yes", "text": names, "offer": "1"}
    answer = old.administrator.browser().post("/office/moves/offer", data=said)
    assert answer.status_code == 302, answer.text
    return list(db.session.scalars(sa.select(TransferOffer.id).order_by(TransferOffer.id)))[-len(people) :]


def answers(office, day, act, *rows, **said):
    address = f"/office/moves/coming?day={day.isoformat()}&part=coming"
    browser = office.administrator.browser()
    answer = browser.post(address, data={"act": act, "row": list(rows), **said})
    return browser.get(answer.location).text if answer.status_code == 302 else answer.text


def test_a_second_offer_for_the_same_day_is_told_too(mizuho, hachioji, day):
    one, two = mizuho.person(name="一番 花子"), mizuho.person(name="二番 太郎")
    offered_by_press(mizuho, hachioji, day, one)
    offered_by_press(mizuho, hachioji, day, two)
    assert len(told(hachioji.coordinator)) == 2


def test_the_old_office_reads_who_was_not_taken_and_the_new_one_who_does_not_come(mizuho, hachioji, day):
    one, two = mizuho.person(name="一番 花子"), mizuho.person(name="二番 太郎")
    first, second = offered_by_press(mizuho, hachioji, day, one, two)
    answers(hachioji, day, "decline", first, because="定員がありません")
    assert any("一番 花子さんの異動を引き受けませんでした" in text for text in told(mizuho.coordinator))
    answers(hachioji, day, "take", second)
    answers(hachioji, day, "back", second)
    assert any("二番 太郎さんの引き受けを取り消しました" in text for text in told(mizuho.coordinator))
    address = f"/office/moves/withdraw?day={day.isoformat()}"
    mizuho.administrator.browser().post(address, data={"row": [second]})
    assert any("二番 太郎さんの異動の申し出を取り下げました" in text for text in told(hachioji.coordinator))


def test_who_was_taken_is_told_in_the_morning_after_in_one_notice(mizuho, hachioji, day, monkeypatch):
    people = [mizuho.person(name=f"{number}番 花子") for number in "一二三四"]
    rows = offered_by_press(mizuho, hachioji, day, *people)
    answers(hachioji, day, "take", *rows)
    before = told(mizuho.coordinator)
    assert movers.tell_taken() == 0, "the day is not over"
    later = clock.now() + dt.timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    movers.tell_taken()
    movers.tell_taken()
    new = [text for text in told(mizuho.coordinator) if text not in before]
    assert len(new) == 1
    assert "ほか1人の異動を引き受けました" in new[0]


def test_giving_back_somebody_who_was_not_taken_leads_back_with_a_sentence(mizuho, hachioji, day):
    [row] = offered_by_press(mizuho, hachioji, day, mizuho.person(name="一番 花子"))
    answer = answers(hachioji, day, "back", row)
    assert "この操作ができない人がいます" in answer


def test_a_reason_is_not_lost_where_nobody_was_chosen(mizuho, hachioji, day):
    offered_by_press(mizuho, hachioji, day, mizuho.person(name="一番 花子"))
    answer = answers(hachioji, day, "decline", because="書いた理由です")
    assert "書いた理由です" in answer
    assert "移ってくる人を選んでください" in answer


def test_an_end_that_belongs_to_a_move_is_taken_back_with_the_offer(mizuho, hachioji, day):
    person = mizuho.person(name="一番 花子")
    [row] = offered_by_press(mizuho, hachioji, day, person)
    answers(hachioji, day, "take", row)
    with pytest.raises(ConflictError, match="八王子市が引き受けています"):
        rejoining.resume(mizuho.administrator.actor, person.membership_id)


def test_an_offer_that_was_taken_is_withdrawn_after_a_question(mizuho, hachioji, day):
    person = mizuho.person(name="一番 花子")
    [row] = offered_by_press(mizuho, hachioji, day, person)
    answers(hachioji, day, "take", row)
    browser, address = mizuho.administrator.browser(), f"/office/moves/withdraw?day={day.isoformat()}"
    asked = browser.post(address, data={"row": [row]})
    assert "一番 花子さん" in asked.text
    assert membership(person).left_on == day, "nothing is done before the answer"
    assert browser.post(address, data={"row": [row], "sure": "1"}).status_code == 302
    db.session.expire_all()
    assert membership(person).left_on is None
