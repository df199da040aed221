"""What hangs on those who leave an organisation: a proposal for each, changed by hand or by rule, done on the day."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import joins, membership, session_of

from kernel import clock
from kernel.database import db
from kernel.errors import NotFoundError

from people.act import Act
from people.joining import handing_over, rejoining
from people.joining.handing_over import Offer, Take
from people.models import AuditEntry, Organisation

from courses.sessions.models import AdmissionRule, TrainingSession

from participation import parting, settling
from participation.joint import nomination
from participation.joint.models import Nomination, Wish
from participation.models import Enrolment, EnrolmentState, Parting
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.parting import Rule


def in_days(days):
    return clock.today() + dt.timedelta(days=days)


def leaves(person, days):
    membership(person).left_on = in_days(days)
    db.session.commit()


def moves(person, old, new, days):
    there = db.session.get_one(Organisation, new.id)
    [offer] = handing_over.offer(old.administrator.actor, [person.membership_id], Offer(there, in_days(days)))
    handing_over.take(new.administrator.actor, offer.id, Take())
    db.session.commit()


def later(host, days=40, **said):
    begins = clock.now() + dt.timedelta(days=days)
    return session_of("guideline-localize", host, starts_at=begins, ends_at=begins + dt.timedelta(hours=2), applications_close_at=clock.now() + dt.timedelta(days=35), **said)  # fmt: skip


def place_of(person):
    row = db.session.scalars(sa.select(Enrolment).where(Enrolment.staff_id == person.staff_id))
    return row.one().state


def taken(session):
    return db.session.scalar(sa.select(TrainingSession.taken).where(TrainingSession.id == session.id))


def settles(time, days):
    time.passes(days=days)
    done = settling.settle()
    db.session.expire_all()
    return done


def test_who_retires_gives_the_place_to_the_next_and_is_told(mizuho, hachioji, time):
    session = later(hachioji, capacity=1)
    person, other = mizuho.person(), mizuho.person()
    joins(person, session)
    leaves(person, 30)
    [one] = parting.hanging(mizuho.administrator.actor, mizuho.id, in_days(30))
    assert (one.parting, one.by_hand, one.label, one.moves) == (Parting.GIVE_UP, False, "席あり", False)
    assert settling.settle() == 0, "not before the day"
    assert settles(time, 30) == 1
    assert (place_of(person), taken(session)) == (EnrolmentState.WITHDRAWN, 0)
    assert joins(other, session)
    assert db.session.scalars(sa.select(Notice.staff_id).where(Notice.kind == NoticeKind.PARTED)).all() == [person.staff_id]  # fmt: skip
    assert settling.settle() == 0, "once"


def test_who_moves_to_another_organisation_keeps_the_place(mizuho, hachioji, time):
    session = later(hachioji)
    person = mizuho.person()
    joins(person, session)
    moves(person, mizuho, hachioji, 30)
    [one] = parting.hanging(mizuho.administrator.actor, mizuho.id, in_days(30))
    assert (one.parting, one.moves) == (Parting.KEEP, True)
    assert settles(time, 30) == 0
    assert (place_of(person), taken(session)) == (EnrolmentState.ENROLLED, 1)


def test_a_proposal_stands_before_the_other_organisation_has_answered(mizuho, hachioji):
    person = mizuho.person()
    joins(person, later(hachioji))
    there = db.session.get_one(Organisation, hachioji.id)
    handing_over.offer(mizuho.administrator.actor, [person.membership_id], Offer(there, in_days(30)))
    assert len(parting.hanging(mizuho.administrator.actor, mizuho.id, in_days(30))) == 1


@pytest.mark.parametrize(("chosen", "state"), [(Parting.KEEP, EnrolmentState.ENROLLED), (Parting.GIVE_UP, EnrolmentState.WITHDRAWN)])  # fmt: skip
def test_what_was_decided_by_hand_goes_before_the_rule(mizuho, hachioji, time, chosen, state):
    session = later(hachioji)
    person = mizuho.person()
    joins(person, session)
    leaves(person, 30)
    parting.choose(mizuho.administrator.actor, {(person.membership_id, session.id): chosen})
    parting.set_rule(mizuho.administrator.actor, mizuho.id, Rule(Parting.GIVE_UP if chosen is Parting.KEEP else Parting.KEEP, Parting.KEEP))  # fmt: skip
    db.session.commit()
    settles(time, 30)
    assert place_of(person) is state


def test_an_organisation_says_its_rule_once_for_all(mizuho, hachioji, time):
    person = mizuho.person()
    joins(person, later(hachioji))
    moves(person, mizuho, hachioji, 30)
    parting.set_rule(mizuho.administrator.actor, mizuho.id, Rule(Parting.GIVE_UP, Parting.GIVE_UP))
    db.session.commit()
    settles(time, 30)
    assert place_of(person) is EnrolmentState.WITHDRAWN


def nominated(person, office, session):
    row = nomination.nominate(office.coordinator.actor, session, db.session.get_one(Organisation, office.id), person.membership_id)  # fmt: skip
    db.session.commit()
    return row.id


def test_a_nomination_goes_along_to_the_list_of_the_new_organisation(mizuho, hachioji, secretariat, time):
    session = later(secretariat, giving=AdmissionRule.NOMINATION)
    person, colleague = mizuho.person(), hachioji.person()
    nominated(colleague, hachioji, session)
    number = nominated(person, mizuho, session)
    moves(person, mizuho, hachioji, 30)
    assert settles(time, 30) == 1
    row = db.session.get_one(Nomination, number)
    assert (row.organisation_id, row.position) == (hachioji.id, 2)


def test_a_nomination_of_somebody_who_retires_leaves_the_list_and_the_wish_with_it(mizuho, secretariat, time):
    session = later(secretariat, giving=AdmissionRule.NOMINATION)
    person = mizuho.person()
    db.session.add(Wish(session_id=session.id, staff_id=person.staff_id, organisation_id=mizuho.id))
    nominated(person, mizuho, session)
    leaves(person, 30)
    settles(time, 30)
    assert not db.session.scalars(sa.select(Nomination)).all()
    assert not db.session.scalars(sa.select(Wish)).all()


def test_an_end_that_was_taken_back_before_the_day_changes_nothing(mizuho, hachioji, time):
    person = mizuho.person()
    joins(person, later(hachioji))
    leaves(person, 30)
    membership(person).left_on = None
    db.session.commit()
    assert settles(time, 31) == 0
    assert place_of(person) is EnrolmentState.ENROLLED


def test_others_decide_nothing(mizuho, hachioji):
    person = mizuho.person()
    session = later(hachioji)
    joins(person, session)
    leaves(person, 30)
    for act in (
        lambda: parting.choose(hachioji.administrator.actor, {(person.membership_id, session.id): Parting.KEEP}),
        lambda: parting.hanging(hachioji.administrator.actor, mizuho.id, in_days(30)),
        lambda: parting.set_rule(hachioji.administrator.actor, mizuho.id, Rule()),
    ):
        with pytest.raises(NotFoundError):
            act()


def test_who_comes_back_at_once_is_no_leaver_and_the_work_comes_to_an_end(mizuho, secretariat, time):
    session = later(secretariat, giving=AdmissionRule.NOMINATION)
    person, other = mizuho.person(), mizuho.person()
    leaves(person, 5)
    number = nominated(person, mizuho, session)
    nominated(other, mizuho, session)
    time.passes(days=5)
    rejoining.rejoin(mizuho.administrator.actor, person.membership_id, clock.today())
    db.session.commit()
    assert [settling.settle() for _look in range(3)] == [0, 0, 0]
    assert db.session.get_one(Nomination, number, populate_existing=True).position == 1


def test_many_kept_places_keep_nobody_else_waiting(mizuho, hachioji, time, monkeypatch):
    monkeypatch.setattr(settling, "PART", 1)
    monkeypatch.setattr(parting, "MOST", 1)
    session, stays, goes = later(hachioji), mizuho.person(), mizuho.person()
    joins(stays, session)
    joins(goes, session)
    moves(stays, mizuho, hachioji, 30)
    leaves(goes, 30)
    assert settles(time, 30) == 1
    assert (place_of(stays), place_of(goes)) == (EnrolmentState.ENROLLED, EnrolmentState.WITHDRAWN)


def test_a_press_decides_only_what_was_changed_and_the_rule_can_be_gone_back_to(mizuho, hachioji):
    session = later(hachioji)
    one, other = mizuho.person(), mizuho.person()
    for person in (one, other):
        joins(person, session)
        leaves(person, 30)
    browser, address = mizuho.administrator.browser(), f"/office/moves/places?day={in_days(30).isoformat()}"

    def press(**said):
        fields = {f"place-{person.membership_id}-{session.id}": said.get(name, "") for name, person in (("one", one), ("other", other))}  # fmt: skip
        browser.post(address, data=fields)
        db.session.expire_all()
        found = parting.hanging(mizuho.administrator.actor, mizuho.id, in_days(30))
        return {row.membership.id: row.by_hand for row in found}

    assert press(one="keep") == {one.membership_id: True, other.membership_id: False}
    assert not any(press().values())
    acts = db.session.scalars(sa.select(AuditEntry.subject).where(AuditEntry.act == Act.PARTING_CHOSEN.value)).all()
    assert acts == [one.name] * 2


def test_nothing_is_decided_of_a_session_in_which_nobody_has_a_place(mizuho, hachioji):
    person, stranger = mizuho.person(), later(hachioji)
    joins(person, later(hachioji, days=41))
    leaves(person, 30)
    for session_id in (stranger.id, 999_999):
        with pytest.raises(NotFoundError):
            parting.choose(mizuho.administrator.actor, {(person.membership_id, session_id): Parting.KEEP})
