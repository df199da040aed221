"""Whom a colleague entrusts something to hears of it: to stand in, to take courses over, to be the second person; and nobody whose ground is gone."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from people import deputy, role
from people.deputy import Appoint
from people.models import Membership, Role, RoleGrant
from people.sections import coming
from people.sections.posting import Move

from courses import keeping

from participation.notices.kinds import NoticeKind
from participation.notices.models import MailState, Notice

from front.news.colleagues import tell_entrusted
from front.personal_data import disclosing

WEEK = dt.timedelta(days=7)


def told(person):
    db.session.expire_all()
    where = (Notice.staff_id == person.staff_id, Notice.kind == NoticeKind.ENTRUSTED)
    return db.session.scalars(sa.select(Notice).where(*where)).all()


def deputy_of(office):
    person = office.person(name="代理 花子")
    command = Appoint(person.membership_id, Role.COORDINATOR, clock.today(), clock.today() + WEEK)
    deputy.appoint(office.administrator.actor, office.coordinator.membership_id, command)
    db.session.commit()
    return person


@pytest.fixture
def stands_in(mizuho):
    """Somebody who stands in for the coordinator for a week from today."""
    return deputy_of(mizuho)


def test_who_stands_in_is_told_once_for_whom_in_what_and_until_when(mizuho, stands_in):
    assert tell_entrusted() == 2, "and whoever is away"
    assert tell_entrusted() == 0
    for reader, other in ((stands_in, mizuho.coordinator), (mizuho.coordinator, stands_in)):
        (notice,) = told(reader)
        for said in (other.name, "研修担当", clock.date_label(clock.today() + WEEK)):
            assert said in notice.text


def test_no_mail_goes_out_to_who_does_not_stand_in_any_more(mizuho, stands_in):
    tell_entrusted()
    deputy.end(mizuho.administrator.actor, stands_in.membership_id)
    db.session.commit()
    tell_entrusted()
    assert [one.mail_state for one in told(stands_in)] == [MailState.SKIPPED]


def test_nobody_stands_in_for_a_role_that_the_absent_one_has_lost(mizuho, stands_in):
    role.set_roles(mizuho.administrator.actor, mizuho.coordinator.membership_id, set())
    db.session.commit()
    held = sa.select(RoleGrant).where(RoleGrant.membership_id == stands_in.membership_id)
    assert db.session.scalars(held).all() == []
    assert stands_in.browser().get("/office/staff").status_code == 404


def test_nobody_stands_in_for_a_role_that_ended_with_a_planned_move(mizuho, time):
    absent, person = mizuho.person(Role.HEAD, name="所属 長子"), mizuho.person(name="代理 次郎")
    command = Appoint(person.membership_id, Role.HEAD, clock.today(), clock.today() + 4 * WEEK)
    deputy.appoint(mizuho.administrator.actor, absent.membership_id, command)
    coming.plan(mizuho.administrator.actor, [absent.membership_id], Move("税務課", "", clock.today() + WEEK))
    coming.say_roles(mizuho.administrator.actor, absent.membership_id, [Role.HEAD])
    db.session.commit()
    time.passes(days=7)
    assert coming.carry_out() == 1
    held = sa.select(RoleGrant).where(RoleGrant.membership_id == person.membership_id)
    assert db.session.scalars(held).all() == []


def test_a_look_that_finds_nothing_new_asks_no_more_however_much_was_told(mizuho, hachioji, queries):
    asked = []
    for office in (mizuho, hachioji):
        deputy_of(office)
        tell_entrusted()
        queries.clear()
        assert tell_entrusted() == 0
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_who_takes_courses_over_is_told_from_which_day(mizuho):
    heir = mizuho.person(Role.COORDINATOR, name="後任 太郎")
    leaves = db.session.get_one(Membership, mizuho.coordinator.membership_id)
    leaves.left_on = clock.today() + WEEK
    keeping.name_successor(mizuho.administrator.actor, leaves.id, heir.staff_id)
    db.session.commit()
    assert tell_entrusted() == 1
    (notice,) = told(heir)
    assert mizuho.coordinator.name in notice.text
    assert notice.path == "/studio"


def test_who_can_be_the_second_person_is_told_without_the_name_and_not_after_it_was_done(mizuho, hachioji):
    person, second = mizuho.person(name="請求 花子"), mizuho.person(Role.COORDINATOR, name="確認 太郎")
    row = disclosing.take_in(mizuho.coordinator.actor, person.membership_id, clock.today())
    db.session.commit()
    assert tell_entrusted() >= 1
    (notice,) = told(second)
    assert person.name not in notice.text
    assert notice.path == f"/office/staff/{person.membership_id}/disclosure"
    for other in (mizuho.coordinator, person, hachioji.coordinator):
        assert not told(other)
    disclosing.agree(second.actor, person.membership_id, row.id)
    db.session.commit()
    tell_entrusted()
    assert {one.mail_state for one in told(second)} == {MailState.SKIPPED}
