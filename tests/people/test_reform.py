"""Sections are renamed, merged and split by one act: history keeps the old ones, what rests on them goes along, and the act is taken back as one."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import enrols, membership, offered

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people.joining import invitation
from people.joining.models import Invitation
from people.models import Membership, Posting, Role, Section
from people.sections import posting, reform, section
from people.sections.models import Reform, ReformState
from people.sections.posting import Move

from catalog.adopting import adoption
from catalog.adopting.adoption import Adopt
from catalog.curricula.curriculum import published_curriculum
from catalog.models import Adoption

from participation.models import Enrolment


def in_days(days):
    return clock.today() + dt.timedelta(days=days)


def does(office, text, days=0):
    made = reform.plan(office.administrator.actor, office.id, text, in_days(days))
    db.session.commit()
    db.session.expire_all()
    return made.id


def undoes(office, number):
    back = reform.undo(office.administrator.actor, db.session.get_one(Reform, number))
    db.session.commit()
    db.session.expire_all()
    return back


def where(person):
    db.session.expire_all()
    return membership(person).department


def shape(office):
    """Everything of an office that a reorganisation touches, as it is stored."""
    db.session.expire_all()
    found = []
    for table, own in ((Membership, Membership.organisation_id), (Section, Section.organisation_id), (Adoption, Adoption.organisation_id), (Invitation, Invitation.organisation_id)):  # fmt: skip
        rows = db.session.execute(sa.select(*table.__table__.columns).where(own == office.id).order_by(table.id))
        found.append([tuple(row) for row in rows])
    found.append([tuple(row) for row in db.session.execute(sa.select(*Posting.__table__.columns).order_by(Posting.id))])
    return found


def test_a_section_is_renamed_from_a_day_on_and_what_was_learned_keeps_its_name(mizuho):
    person = mizuho.person(department="福祉課")
    enrolment = enrols(person, offered("paperless-basics")).id
    db.session.commit()
    does(mizuho, "福祉課\t高齢福祉課")
    assert where(person) == "高齢福祉課"
    assert [(row.section.title, row.until) for row in posting.history(person.membership_id)] == [
        ("福祉課", clock.today())
    ]
    kept = db.session.get_one(Enrolment, enrolment).section_id
    assert section.titled(kept) == "福祉課"
    assert "福祉課" not in [row.title for row in section.sections_of(mizuho.id)]


def test_two_are_merged_and_one_is_split(mizuho):
    one, other, stays, goes = (mizuho.person(department=name) for name in ("税務課", "収納課", "総務課", "総務課"))
    does(
        mizuho,
        f"いまの部署\t新しい部署\t職員番号\n税務課\t税務収納課\n収納課\t税務収納課\n総務課\t人事課\t{goes.number}",
    )
    assert [where(person) for person in (one, other, stays, goes)] == ["税務収納課", "税務収納課", "総務課", "人事課"]


def test_what_rests_on_the_section_and_what_is_below_it_goes_along(mizuho):
    person = mizuho.person(department="福祉部")
    top = membership(person).section_id
    below = section.begin(mizuho.administrator.actor, mizuho.id, section.WriteSection("介護係", top, None, None)).id
    adopted = adoption.adopt(mizuho.administrator.actor, mizuho.id, published_curriculum("newcomers"), Adopt(section_id=top)).id  # fmt: skip
    invitation.invite(mizuho.administrator.actor, mizuho.id, invitation.Invite(5, department="福祉部"))
    db.session.commit()
    does(mizuho, "福祉部\t健康福祉部")
    new = membership(person).section_id
    assert db.session.get_one(Adoption, adopted).section_id == new
    assert db.session.scalars(sa.select(Invitation.section_id)).all() == [new]
    assert db.session.get_one(Section, below).title == "健康福祉部 介護係"


def test_the_new_one_may_stand_within_another(mizuho):
    person = mizuho.person(department="高齢福祉課")
    does(mizuho, "高齢福祉課\t健康福祉部／高齢福祉課")
    assert where(person) == "健康福祉部 高齢福祉課"


def test_taken_back_everything_is_as_before(mizuho):
    people = [mizuho.person(department=name) for name in ("税務課", "収納課", "総務課", "総務課")]
    section.begin(mizuho.administrator.actor, mizuho.id, section.WriteSection("徴収係", membership(people[0]).section_id, None, None))  # fmt: skip
    adoption.adopt(mizuho.administrator.actor, mizuho.id, published_curriculum("newcomers"), Adopt(section_id=membership(people[0]).section_id))  # fmt: skip
    db.session.commit()
    before = shape(mizuho)
    number = does(mizuho, f"税務課\t税務収納課\n収納課\t税務収納課\n総務課\t人事課\t{people[3].number}")
    assert shape(mizuho) != before
    assert undoes(mizuho, number) == 3
    assert shape(mizuho) == before
    with pytest.raises(ConflictError):
        undoes(mizuho, number)


def test_who_was_moved_since_stays_where_they_are(mizuho):
    one, other = mizuho.person(department="税務課"), mizuho.person(department="税務課")
    number = does(mizuho, "税務課\t収納課")
    posting.move(mizuho.administrator.actor, [other.membership_id], Move("防災課", "", clock.today()))
    db.session.commit()
    assert undoes(mizuho, number) == 1
    assert (where(one), where(other)) == ("税務課", "防災課")


def test_what_was_led_elsewhere_since_stays_there_too(mizuho):
    person = mizuho.person(department="税務課")
    other = membership(mizuho.person(department="防災課")).section_id
    adopted = adoption.adopt(mizuho.administrator.actor, mizuho.id, published_curriculum("newcomers"), Adopt(section_id=membership(person).section_id)).id  # fmt: skip
    db.session.commit()
    number = does(mizuho, "税務課\t収納課")
    db.session.get_one(Adoption, adopted).section_id = other
    db.session.commit()
    undoes(mizuho, number)
    assert db.session.get_one(Adoption, adopted, populate_existing=True).section_id == other


def test_with_an_old_section_merged_away_it_says_that_there_is_no_way_back(mizuho):
    person = mizuho.person(department="税務課")
    old, other = membership(person).section_id, membership(mizuho.person(department="防災課")).section_id
    number = does(mizuho, "税務課\t収納課")
    section.merge(mizuho.administrator.actor, db.session.get_one(Section, old), db.session.get_one(Section, other))
    db.session.commit()
    with pytest.raises(ConflictError, match="まとめられた"):
        undoes(mizuho, number)


def test_planned_for_a_day_it_is_done_on_it_or_called_off(mizuho, time):
    person = mizuho.person(department="税務課")
    kept, dropped = does(mizuho, "税務課\t収納課", 30), does(mizuho, "税務課\t防災課", 20)
    reform.call_off(mizuho.administrator.actor, db.session.get_one(Reform, dropped))
    db.session.commit()
    day = mizuho.coordinator.browser().get(f"/office/moves?day={in_days(30).isoformat()}").text
    assert "税務課 → 収納課" in day, "what is planned for a day stands on its page"
    time.passes(days=25)
    assert (reform.carry_out_due(), where(person)) == (0, "税務課")
    time.passes(days=5)
    assert (reform.carry_out_due(), where(person)) == (1, "収納課")
    assert db.session.get_one(Reform, kept).state is ReformState.DONE


def test_one_that_cannot_be_done_any_more_stops_nobody_and_says_why(mizuho, hachioji, time):
    person, other = mizuho.person(department="税務課"), hachioji.person(department="税務課")
    gone = does(mizuho, f"税務課\t収納課\t{person.number}", 30)
    does(hachioji, "税務課\t収納課", 30)
    membership(person).left_on = in_days(10)
    db.session.commit()
    time.passes(days=30)
    assert reform.carry_out_due() == 1
    assert where(other) == "収納課"
    row = db.session.get_one(Reform, gone, populate_existing=True)
    assert (row.state, "職員番号" in row.trouble) == (ReformState.STOPPED, True)


@pytest.mark.parametrize(("text", "why"), [("ない課\t新しい課", "見つからない"), ("総務課", "新しい部署がありません"), ("総務課\t総務課", "同じ"), ("総務課\t" + "課" * 101, "100文字"), ("総務課\t人事課\n\t経理課", "いまの部署が空です"), ("総務課\t人事課\nX", "見つからない"), ("総務課\tA課\n総務課\tB課", "ほかにもあります"), ("総務課\t人事課\t99999", "職員番号")])  # fmt: skip
def test_each_fault_is_named_and_nothing_is_done(mizuho, text, why):
    person = mizuho.person()
    page = mizuho.coordinator.browser().post("/office/sections/reform", data={"day": clock.today().isoformat(), "text": text})  # fmt: skip
    assert page.status_code == 200
    assert why in page.text
    assert "この内容で改正する" not in page.text
    with pytest.raises(InvalidError):
        does(mizuho, text)
    db.session.rollback()
    assert where(person) == "総務課"


def test_it_is_looked_at_done_and_taken_back_on_the_page(mizuho, hachioji):
    person, browser = mizuho.person(), mizuho.coordinator.browser()
    said = {"day": clock.today().isoformat(), "text": "総務課\t企画総務課"}
    assert "この内容で改正する" in browser.post("/office/sections/reform", data=said).text
    assert where(person) == "総務課"
    assert browser.post("/office/sections/reform", data={**said, "do": "1"}).status_code == 302
    assert where(person) == "企画総務課"
    number = db.session.scalars(sa.select(Reform.id)).one()
    assert hachioji.coordinator.browser().post(f"/office/sections/reform/{number}").status_code == 404
    asks = browser.get(f"/office/sections/reform/{number}")
    assert " → " in asks.text, "which sections it was is said before anything is taken back"
    assert browser.post(f"/office/sections/reform/{number}").status_code == 302
    assert where(person) == "総務課"
    with pytest.raises(NotFoundError):
        reform.plan(hachioji.person(Role.COORDINATOR).actor, mizuho.id, "総務課\tX課", clock.today())


def test_taking_back_leaves_what_was_there_of_the_same_day(mizuho):
    person = mizuho.person(department="甲課")
    posting.move(mizuho.administrator.actor, [person.membership_id], Move("乙課", "", clock.today()))
    db.session.commit()
    undoes(mizuho, does(mizuho, "乙課\t丙課"))
    assert where(person) == "乙課"
    assert [row.section.title for row in posting.history(person.membership_id)] == ["甲課"]


def test_a_section_whose_name_has_a_space_keeps_where_it_stands(mizuho):
    top = section.begin(mizuho.administrator.actor, mizuho.id, section.WriteSection("第1 福祉部", 0, None, None))
    section.begin(mizuho.administrator.actor, mizuho.id, section.WriteSection("高齢課", top.id, None, None))
    db.session.commit()
    does(mizuho, "第1 福祉部 高齢課\t長寿課")
    assert {row.title for row in section.sections_of(mizuho.id)} >= {"第1 福祉部", "第1 福祉部 長寿課"}
    assert "第1" not in {row.title for row in section.sections_of(mizuho.id)}
