"""Moves on a day to come, deputies for a time, and who takes over: prepared, changed at will until the day, carried out on it."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import draft_course, membership
from personnel_files import applied, sent

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

from people import deputy
from people.act import Act
from people.deputy import Appoint
from people.joining import entry
from people.models import AuditEntry, Posting, Role
from people.permission import Permission
from people.personnel import work
from people.sections import coming, posting
from people.sections.models import PlannedMove
from people.sections.posting import Move

from courses import keeping


def in_days(days):
    return clock.today() + dt.timedelta(days=days)


def plans(office, *people, section="税務課", days=30):
    made = coming.plan(office.administrator.actor, [one.membership_id for one in people], Move(section, "", in_days(days)))  # fmt: skip
    db.session.commit()
    return made


def test_a_move_is_carried_out_on_its_day_and_history_is_kept(mizuho, time):
    person = mizuho.person()
    plans(mizuho, person)
    assert (coming.carry_out(), membership(person).department) == (0, "総務課")
    time.passes(days=30)
    assert coming.carry_out() == 1
    db.session.expire_all()
    assert (membership(person).department, membership(person).posted_on) == ("税務課", clock.today())
    assert [row.until for row in posting.history(person.membership_id)] == [clock.today()]
    assert coming.carry_out() == 0


def test_a_worker_that_was_away_carries_out_what_was_due_as_of_its_day(mizuho, time):
    person = mizuho.person()
    plans(mizuho, person)
    day = in_days(30)
    time.passes(days=45)
    coming.carry_out()
    db.session.expire_all()
    assert membership(person).posted_on == day


def test_the_plan_holds_also_when_whoever_made_it_has_left(mizuho, time):
    person, maker = mizuho.person(), mizuho.person(Role.COORDINATOR)
    coming.plan(maker.actor, [person.membership_id], Move("税務課", "", in_days(30)))
    membership(maker).left_on = in_days(10)
    db.session.commit()
    time.passes(days=30)
    assert coming.carry_out() == 1


def test_a_plan_is_changed_and_called_off_until_the_day(mizuho, time):
    person = mizuho.person()
    plans(mizuho, person)
    plans(mizuho, person, section="防災課", days=20)
    assert db.session.get_one(PlannedMove, person.membership_id).day == in_days(20)
    assert coming.call_off(mizuho.administrator.actor, [person.membership_id]) == 1
    db.session.commit()
    time.passes(days=40)
    assert (coming.carry_out(), membership(person).department) == (0, "総務課")


def test_who_leaves_before_the_day_is_not_moved(mizuho, time):
    person = mizuho.person()
    plans(mizuho, person)
    membership(person).left_on = in_days(10)
    db.session.commit()
    time.passes(days=30)
    assert coming.carry_out() == 0
    assert not db.session.scalars(sa.select(Posting)).all()
    assert not db.session.scalars(sa.select(PlannedMove)).all()
    with pytest.raises(NotFoundError):
        plans(mizuho, person)


def test_who_heads_a_section_heads_it_no_more_unless_that_is_said(mizuho, time):
    chief, stays = mizuho.person(Role.HEAD), mizuho.person(Role.HEAD)
    plans(mizuho, chief, stays)
    coming.say_roles(mizuho.administrator.actor, stays.membership_id, set())
    db.session.commit()
    time.passes(days=30)
    coming.carry_out()
    db.session.expire_all()
    assert [len(membership(one).grants) for one in (chief, stays)] == [0, 1]


def test_whoever_plans_again_sees_what_is_planned_already(mizuho):
    planned, other = mizuho.person(), mizuho.person()
    plans(mizuho, planned, section="税務課")
    page = (
        mizuho.coordinator.browser()
        .get(f"/office/staff/move?row={planned.membership_id}&row={other.membership_id}")
        .text
    )
    assert page.count("へ異動する予定です") == 1
    assert f"{clock.date_label(in_days(30))}に税務課" in page
    assert "置き換わります" in page
    assert (
        "置き換わります" not in mizuho.coordinator.browser().get(f"/office/staff/move?row={other.membership_id}").text
    )


def test_others_plan_nothing_here(mizuho, hachioji):
    person = mizuho.person()
    with pytest.raises(NotFoundError):
        coming.plan(hachioji.administrator.actor, [person.membership_id], Move("税務課", "", in_days(30)))
    plans(mizuho, person)
    assert coming.call_off(hachioji.administrator.actor, [person.membership_id]) == 0


def appoint(office, absent, stands_in, role=Role.COORDINATOR, begins=0, last=10, by=None):
    command = Appoint(stands_in.membership_id, role, in_days(begins), in_days(last))
    deputy.appoint((by or office.administrator).actor, absent.membership_id, command)
    db.session.commit()


def may(person):
    return person.actor.may(Permission.MANAGE_STAFF)


def test_a_deputy_acts_from_the_first_day_to_the_last_and_the_log_says_for_whom(mizuho, time):
    absent, stands_in = mizuho.coordinator, mizuho.person()
    appoint(mizuho, absent, stands_in, begins=5, last=10)
    allowed = []
    for _day in range(12):
        allowed.append(may(stands_in))
        time.passes(days=1)
    assert allowed == [False] * 5 + [True] * 6 + [False]


def test_what_a_deputy_does_is_in_the_log_as_done_for_somebody(mizuho):
    absent, stands_in = mizuho.coordinator, mizuho.person()
    appoint(mizuho, absent, stands_in)
    person = mizuho.person()
    browser = stands_in.browser()
    assert browser.post(f"/office/staff/{person.membership_id}/leave", data={"last_day": clock.today().isoformat()}).status_code == 302  # fmt: skip
    [entry] = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == Act.MEMBERSHIP_ENDED.value))
    assert (entry.actor_id, entry.detail["acts_for"]) == (stands_in.staff_id, absent.staff_id)
    assert f"（{absent.name}さんの代理）" in mizuho.administrator.browser().get("/admin/audit").text


def test_the_role_of_a_deputy_is_gone_when_the_time_is_over(mizuho, time):
    stands_in = mizuho.person()
    appoint(mizuho, mizuho.coordinator, stands_in)
    assert deputy.end_over() == 0
    time.passes(days=11)
    assert deputy.end_over() == 1
    db.session.expire_all()
    assert membership(stands_in).grants == []


def test_a_coordinator_makes_no_deputy_of_a_coordinator(mizuho):
    """Who could, would be every second person at once."""
    with pytest.raises(ForbiddenError):
        appoint(mizuho, mizuho.coordinator, mizuho.person(), by=mizuho.coordinator)


def test_a_deputy_is_for_a_role_that_somebody_has_and_for_days_in_order(mizuho):
    person = mizuho.person()
    with pytest.raises(ConflictError, match="ではありません"):
        appoint(mizuho, person, mizuho.person())
    with pytest.raises(ConflictError, match="すでに"):
        appoint(mizuho, mizuho.coordinator, mizuho.person(Role.COORDINATOR))
    with pytest.raises(InvalidError, match="終わりの日"):
        appoint(mizuho, mizuho.coordinator, person, begins=5, last=4)
    with pytest.raises(InvalidError, match="1年"):
        appoint(mizuho, mizuho.coordinator, person, last=900)


def test_a_deputy_of_an_administrator_leaves_no_organisation_without_one(mizuho, time):
    stands_in = mizuho.person()
    appoint(mizuho, mizuho.administrator, stands_in, Role.ADMINISTRATOR)
    answer = stands_in.browser().post(f"/office/staff/{mizuho.administrator.membership_id}/leave", data={"last_day": clock.today().isoformat()})  # fmt: skip
    assert "ただ一人の管理者" in answer.text


def test_courses_go_to_the_successor_on_the_day(mizuho, time):
    old, new = mizuho.coordinator, mizuho.person(Role.COORDINATOR)
    course = draft_course(old)
    keeping.keep(old.actor, course, old.staff_id, None)
    keeping.name_successor(mizuho.administrator.actor, old.membership_id, new.staff_id)
    membership(old).left_on = in_days(30)
    db.session.commit()
    assert keeping.hand_over() == 0
    time.passes(days=30)
    assert keeping.hand_over() == 1
    db.session.expire_all()
    assert keeping.keeping_of(course.id).kept_by_id == new.staff_id


def test_courses_go_on_to_who_follows_a_successor_that_left_before(mizuho, time):
    first, second, third = mizuho.coordinator, mizuho.person(Role.COORDINATOR), mizuho.person(Role.COORDINATOR)
    course = draft_course(first)
    keeping.keep(first.actor, course, first.staff_id, None)
    keeping.name_successor(mizuho.administrator.actor, first.membership_id, second.staff_id)
    keeping.name_successor(mizuho.administrator.actor, second.membership_id, third.staff_id)
    membership(second).left_on, membership(first).left_on = in_days(10), in_days(30)
    db.session.commit()
    time.passes(days=10)
    assert keeping.hand_over() == 0
    time.passes(days=20)
    assert keeping.hand_over() == 1
    db.session.expire_all()
    assert keeping.keeping_of(course.id).kept_by_id == third.staff_id


def test_a_successor_who_writes_no_more_on_the_day_gets_no_course(mizuho, time):
    old, new = mizuho.coordinator, mizuho.person(Role.COORDINATOR)
    course = draft_course(old)
    keeping.keep(old.actor, course, old.staff_id, None)
    keeping.name_successor(mizuho.administrator.actor, old.membership_id, new.staff_id)
    membership(old).left_on, membership(new).grants = in_days(30), []
    db.session.commit()
    time.passes(days=30)
    keeping.hand_over()
    db.session.expire_all()
    assert keeping.keeping_of(course.id).kept_by_id is None


def test_a_press_that_names_the_same_successor_is_no_act(mizuho):
    new = mizuho.person(Role.COORDINATOR)
    says = (mizuho.administrator.actor, mizuho.coordinator.membership_id, new.staff_id)
    assert [keeping.name_successor(*says) for _press in range(2)] == [True, False]


def test_the_log_of_an_appointment_does_not_say_that_the_one_who_appoints_is_a_deputy(mizuho):
    appoint(mizuho, mizuho.coordinator, mizuho.person())
    assert "さんの代理）" not in mizuho.administrator.browser().get("/admin/audit").text


def test_who_looks_after_a_course_without_a_role_any_more_is_handed_over_too(mizuho):
    old = mizuho.coordinator
    course = draft_course(old)
    keeping.keep(old.actor, course, old.staff_id, None)
    membership(old).grants, membership(old).left_on = [], in_days(30)
    db.session.commit()
    page = mizuho.administrator.browser().get(f"/office/moves?day={in_days(30).isoformat()}&part=work").text
    assert old.name in page
    assert course.slug in page


def test_a_successor_writes_courses_there(mizuho, hachioji):
    for somebody in (mizuho.person(), hachioji.coordinator, mizuho.coordinator):
        with pytest.raises(InvalidError, match="引き継ぐ人"):
            keeping.name_successor(mizuho.administrator.actor, mizuho.coordinator.membership_id, somebody.staff_id)


def test_a_file_that_is_taken_back_leaves_a_plan_as_it_was(mizuho):
    chief = mizuho.person(Role.HEAD)
    plans(mizuho, chief)
    coming.say_roles(mizuho.administrator.actor, chief.membership_id, set())
    db.session.commit()
    day = in_days(20).isoformat()
    file = applied(mizuho, sent(mizuho, f"職員番号,氏名,所属,異動日\n{chief.number},{chief.name},防災課,{day}\n"))
    work.take_back(mizuho.administrator.actor, file)
    db.session.commit()
    work.work()
    plan = db.session.get_one(PlannedMove, chief.membership_id, populate_existing=True)
    assert (plan.day, plan.ends) == (in_days(30), [])


def test_a_deputy_who_is_given_the_role_for_good_holds_it_for_good(mizuho, time):
    stands_in = mizuho.person()
    appoint(mizuho, mizuho.coordinator, stands_in, begins=5, last=9)
    browser = mizuho.administrator.browser()
    page = browser.get(f"/office/staff/{stands_in.membership_id}").text
    assert 'value="coordinator" checked' not in page
    assert browser.post(f"/office/staff/{stands_in.membership_id}/roles", data={"roles": "coordinator"}).status_code == 302  # fmt: skip
    db.session.expire_all()
    assert may(stands_in)
    time.passes(days=30)
    deputy.end_over()
    db.session.expire_all()
    assert may(stands_in)


def test_to_change_other_roles_ends_no_deputy_and_a_press_does(mizuho, hachioji):
    stands_in = mizuho.person()
    appoint(mizuho, mizuho.coordinator, stands_in)
    browser = mizuho.administrator.browser()
    browser.post(f"/office/staff/{stands_in.membership_id}/roles", data={"roles": "head"})
    db.session.expire_all()
    assert may(stands_in)
    assert hachioji.administrator.browser().post(f"/office/staff/{stands_in.membership_id}/deputy/end").status_code == 404  # fmt: skip
    assert mizuho.coordinator.browser().post(f"/office/staff/{stands_in.membership_id}/deputy/end").status_code == 403
    assert browser.post(f"/office/staff/{stands_in.membership_id}/deputy/end").status_code == 302
    db.session.expire_all()
    assert not may(stands_in)


def test_where_a_successor_leaves_too_it_is_theirs_who_follows(mizuho, time):
    first, second, third = (mizuho.person(Role.COORDINATOR) for _number in range(3))
    course = draft_course(first)
    keeping.keep(first.actor, course, first.staff_id, None)
    keeping.name_successor(mizuho.administrator.actor, second.membership_id, third.staff_id)
    keeping.name_successor(mizuho.administrator.actor, first.membership_id, second.staff_id)
    for person in (first, second):
        membership(person).left_on = in_days(30)
    db.session.commit()
    time.passes(days=30)
    keeping.hand_over()
    db.session.expire_all()
    assert keeping.keeping_of(course.id).kept_by_id == third.staff_id


def test_of_two_administrators_who_will_leave_one_may_not(mizuho):
    """Whichever leaves first: on the day after the last nobody would be left."""
    one, other = mizuho.administrator, mizuho.person(Role.ADMINISTRATOR)
    entry.leave(other.actor, one.membership_id, in_days(30))
    db.session.commit()
    with pytest.raises(ConflictError, match="ただ一人の管理者"):
        entry.leave(one.actor, other.membership_id, in_days(10))


def test_the_only_administrator_cannot_be_planned_to_be_one_no_more(mizuho):
    chief = mizuho.administrator
    coming.plan(chief.actor, [chief.membership_id], Move("税務課", "", in_days(30)))
    db.session.commit()
    with pytest.raises(ConflictError, match="ただ一人の管理者"):
        coming.say_roles(chief.actor, chief.membership_id, {Role.ADMINISTRATOR})
    db.session.rollback()
    said = {"roles": str(chief.membership_id), f"ends-{chief.membership_id}": "administrator"}
    browser = chief.browser()
    answer = browser.post(f"/office/moves/planned?day={in_days(30).isoformat()}", data=said)
    assert "ただ一人の管理者" in browser.get(answer.location).text


def test_who_begins_on_that_day_is_placed_at_once_and_the_log_says_so(mizuho):
    new = mizuho.person()
    membership(new).joined_on = in_days(30)
    db.session.commit()
    assert plans(mizuho, new) == [None]
    assert membership(new).department == "税務課"
    assert db.session.scalars(sa.select(AuditEntry.subject).where(AuditEntry.act == Act.MOVED.value)).all() == [
        new.name
    ]
