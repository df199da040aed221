"""Limits and dates follow the meetings: the start ends them all, a slip of the year is asked about, nothing is dated by typing."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import joins, session_of
from joint_sessions import close_applications, decide, found, joint, nominate, withdraw

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError

from people.models import Role

from courses.sessions.models import Audience, Meeting
from courses.sessions.session_state import SessionState, state_of

from participation import enrolment as enrolments
from participation.hosting.concerned import tell_changed
from participation.joint import waiting_list
from participation.joint.models import Nomination, NominationState
from participation.mailing.delivery import claim
from participation.models import Enrolment, EnrolmentCount, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.models import MailState, Notice

URL = "https://manabi.example.lg.jp"


def meeting_of(session_id):
    return db.session.scalars(
        sa.select(Meeting).where(Meeting.session_id == session_id).execution_options(populate_existing=True)
    ).one()


def moves(office, session_id, day, **more):
    """Let the host move the only meeting of a session; return the status of the answer."""
    address = f"/meetings/{meeting_of(session_id).id}/edit"
    form = {"day": day.isoformat(), "starts_time": "14:00", "ends_time": "16:00", "place": "2階会議室", **more}
    return office.coordinator.browser().post(address, data=form).status_code


@pytest.fixture
def passing(monkeypatch):
    """A clock that the test sets."""

    def sets(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    return sets


def test_a_slip_of_the_year_is_refused_and_locks_nothing(mizuho):
    session_id = session_of("guideline-localize", mizuho).id
    assert moves(mizuho, session_id, clock.today() - dt.timedelta(days=340)) == 422
    assert state_of(found(session_id)) is SessionState.OPEN
    assert moves(mizuho, session_id, clock.today() + dt.timedelta(days=20)) == 302


def test_a_meeting_whose_day_has_passed_is_moved_ahead_while_nobody_is_marked(mizuho, passing):
    session_id = session_of("guideline-localize", mizuho).id
    mine = joins(mizuho.staff, found(session_id)).id
    db.session.commit()
    passing(found(session_id).ends_at + dt.timedelta(hours=1))
    meeting_id = meeting_of(session_id).id
    host = mizuho.coordinator.browser()
    host.post(f"/meetings/{meeting_id}/attendance", data={f"presence-{mine}": "attended"})
    assert moves(mizuho, session_id, clock.today() + dt.timedelta(days=20)) == 422
    host.post(f"/meetings/{meeting_id}/attendance", data={f"presence-{mine}": "", f"was-{mine}": "attended"})
    assert moves(mizuho, session_id, clock.today() + dt.timedelta(days=20)) == 302


def test_nothing_is_taken_after_the_beginning_of_a_session_that_was_moved_before_its_deadline(mizuho, passing):
    session_id = session_of("guideline-localize", mizuho, applications_close_at=clock.now() + dt.timedelta(days=9)).id
    assert moves(mizuho, session_id, clock.today() + dt.timedelta(days=3)) == 302
    passing(found(session_id).starts_at + dt.timedelta(minutes=1))
    assert state_of(found(session_id)) is SessionState.CLOSED
    assert mizuho.staff.browser().post(f"/sessions/{session_id}/enrol").status_code == 409
    passing(found(session_id).ends_at + clock.DAY)
    assert mizuho.staff.browser().post(f"/sessions/{session_id}/enrol").status_code == 409


def test_an_offer_ends_with_the_beginning(mizuho, secretariat, passing):
    session_id = joint(secretariat, capacity=1, offer_days=20)
    people = nominate(mizuho, session_id, 2)
    decide(secretariat, session_id)
    withdraw(people[0], session_id)
    assert moves(secretariat, session_id, clock.today() + dt.timedelta(days=9)) == 302
    row = db.session.scalars(sa.select(Nomination).where(Nomination.state == NominationState.OFFERED)).one()
    assert row.answer_by <= found(session_id).starts_at
    passing(found(session_id).starts_at + dt.timedelta(minutes=1))
    with pytest.raises(ConflictError):
        waiting_list.accept(people[1].actor, row.id)
    db.session.rollback()
    assert session_id in waiting_list.due()
    waiting_list.rebalance(session_id)
    assert found(session_id).taken == 0


def test_a_list_that_was_never_decided_is_no_open_application_while_the_session_runs(mizuho, secretariat, passing):
    session_id = joint(secretariat)
    nominate(mizuho, session_id, 1)
    close_applications(session_id)
    passing(found(session_id).starts_at + dt.timedelta(minutes=5))
    assert state_of(found(session_id)) is SessionState.CLOSED


def test_an_audience_is_not_narrowed_past_those_who_have_nominated(mizuho, hachioji, secretariat):
    session_id = joint(secretariat)
    nominate(hachioji, session_id, 1)
    host = secretariat.person(Role.COORDINATOR).browser()
    form = {
        "place": "2階会議室", "capacity": "3", "minimum": "1", "giving": "nomination", "offer_days": "3", "audience": Audience.CHOSEN.value,
        "organisations": mizuho.code, "applications_open_on": clock.today().isoformat(),
        "applications_close_on": (clock.today() + dt.timedelta(days=5)).isoformat(),
    }  # fmt: skip
    answer = host.post(f"/sessions/{session_id}/edit", data=form)
    assert answer.status_code == 422
    assert "八王子市" in answer.text


def test_completion_and_figures_are_of_the_day_of_the_meeting_and_not_of_the_typing(mizuho, passing):
    passing(dt.datetime(2027, 3, 1, tzinfo=dt.UTC))
    begins = dt.datetime(2027, 3, 30, 5, tzinfo=dt.UTC)
    session = session_of("guideline-localize", mizuho, starts_at=begins, ends_at=begins + dt.timedelta(hours=2))
    meeting_id = session.meetings[0].id
    mine = joins(mizuho.staff, session).id
    db.session.commit()
    passing(dt.datetime(2027, 4, 2, tzinfo=dt.UTC))
    mizuho.coordinator.browser().post(f"/meetings/{meeting_id}/attendance", data={f"presence-{mine}": "attended"})
    row = db.session.get_one(Enrolment, mine, populate_existing=True)
    assert (row.state, row.completed_at, row.fiscal_year) == (
        EnrolmentState.COMPLETED,
        begins + dt.timedelta(hours=2),
        2026,
    )


def test_a_session_that_is_moved_into_the_next_fiscal_year_counts_there(mizuho, passing):
    passing(dt.datetime(2027, 3, 1, tzinfo=dt.UTC))
    begins = dt.datetime(2027, 3, 30, 5, tzinfo=dt.UTC)
    session = session_of("guideline-localize", mizuho, starts_at=begins, ends_at=begins + dt.timedelta(hours=2))
    session_id = session.id
    joins(mizuho.staff, session)
    db.session.commit()
    assert moves(mizuho, session_id, dt.date(2027, 4, 7)) == 302
    counts = db.session.execute(
        sa.select(EnrolmentCount.fiscal_year, EnrolmentCount.enrolled).where(EnrolmentCount.level == "all")
    ).all()
    assert {year: enrolled for year, enrolled in counts if enrolled} == {2027: 1}


def test_who_was_never_marked_can_take_the_next_session(mizuho, passing):
    first = session_of("guideline-localize", mizuho)
    ends, first_id = first.ends_at, first.id
    joins(mizuho.staff, first)
    db.session.commit()
    passing(ends + clock.DAY)
    again = session_of("guideline-localize", mizuho).id
    assert mizuho.staff.browser().post(f"/sessions/{again}/enrol").status_code == 302
    states = dict(db.session.execute(sa.select(Enrolment.session_id, Enrolment.state)).all())
    assert states == {first_id: EnrolmentState.ABSENT, again: EnrolmentState.ENROLLED}


def test_everybody_reads_where_the_meeting_is_held_now(mizuho):
    session_id = session_of("guideline-localize", mizuho).id
    joins(mizuho.staff, found(session_id))
    db.session.commit()
    day = clock.today() + dt.timedelta(days=12)
    assert moves(mizuho, session_id, day, place="B会場", meeting_link="https://meeting.example.lg.jp/new") == 302
    browser = mizuho.staff.browser()
    for address in (f"/sessions/{session_id}", "/me", "/notices"):
        page = browser.get(address).text
        assert "B会場" in page, address
        assert "2階会議室" not in page, address
    assert "meeting.example.lg.jp/new" in browser.get(f"/sessions/{session_id}").text


def test_a_mail_says_when_and_where_as_it_is_when_it_goes_out(mizuho, passing):
    session_id = session_of("guideline-localize", mizuho).id
    mizuho.coordinator.browser().post(
        f"/office/staff/{mizuho.staff.membership_id}/enrol/guideline-localize?session={session_id}"
    )
    day = clock.today() + dt.timedelta(days=12)
    moves(mizuho, session_id, day, place="B会場")
    passing(clock.now() + clock.DAY)
    letters = [letter for letter in claim(URL) if letter.to == mizuho.staff.email]
    text = "\n".join(letter.text for letter in letters)
    assert text.count(f"開催：{clock.moment_label(found(session_id).starts_at)}〜16:00 B会場") == 2
    assert "2階会議室" not in text


def test_saving_without_a_change_tells_nobody(mizuho):
    session_id = session_of("guideline-localize", mizuho).id
    joins(mizuho.staff, found(session_id))
    db.session.commit()
    day = clock.today() + dt.timedelta(days=12)
    for _again in range(2):
        assert moves(mizuho, session_id, day) == 302
    kinds = db.session.scalars(sa.select(Notice.kind).where(Notice.staff_id == mizuho.staff.staff_id)).all()
    assert kinds == [NoticeKind.CHANGED]


def test_of_two_changes_the_newest_is_mailed_and_nothing_is_dropped_by_age(mizuho, passing):
    session_id = session_of(
        "guideline-localize",
        mizuho,
        starts_at=clock.now() + dt.timedelta(days=30),
        ends_at=clock.now() + dt.timedelta(days=31),
    ).id
    joins(mizuho.staff, found(session_id))
    tell_changed(session_id, "一つ目の変更です。")
    tell_changed(session_id, "二つ目の変更です。")
    db.session.commit()
    passing(clock.now() + dt.timedelta(days=6))
    texts = [letter.text for letter in claim(URL) if letter.to == mizuho.staff.email]
    assert len(texts) == 1
    assert "二つ目の変更です。" in texts[0]
    states = db.session.scalars(
        sa.select(Notice.mail_state).where(Notice.staff_id == mizuho.staff.staff_id).order_by(Notice.id)
    ).all()
    assert states == [MailState.SKIPPED, MailState.DUE]


def test_who_waits_can_give_it_up_on_the_page(mizuho):
    session_id = joint(mizuho, capacity=1)
    people = nominate(mizuho, session_id, 2)
    close_applications(session_id)
    decide(mizuho, session_id)
    waits = db.session.scalars(
        sa.select(Nomination).where(Nomination.session_id == session_id, Nomination.state == NominationState.WAITING)
    ).one()
    person = next(one for one in people if one.staff_id == waits.staff_id)
    browser = person.browser()
    assert f"/nominations/{waits.id}/withdraw" in browser.get(f"/sessions/{session_id}").text
    assert browser.post(f"/nominations/{waits.id}/withdraw").status_code == 302
    db.session.expire_all()
    assert waits.state is NominationState.WITHDRAWN


def test_who_takes_a_place_is_told_of_another_at_the_same_hour(mizuho):
    session_id = session_of("guideline-localize", mizuho).id
    other = session_of("vision-communication", mizuho).id
    browser = mizuho.staff.browser()
    told = "同じ時間に、別の受講があります。"
    for at, is_told in ((session_id, False), (other, True)):
        browser.post(f"/sessions/{at}/enrol")
        assert (told in browser.get("/me").text) is is_told


def test_choosing_people_one_by_one_tells_who_finished(mizuho):
    course = "/office/enrol/paperless-basics/choose"
    office = mizuho.coordinator.browser()
    assert "修了済み" not in office.get(course).text
    browser = mizuho.staff.browser()
    browser.post("/courses/paperless-basics/enrol")
    mine = db.session.scalars(sa.select(Enrolment.id).where(Enrolment.staff_id == mizuho.staff.staff_id)).one()
    enrolments.finish(db.session.get_one(Enrolment, mine))
    db.session.commit()
    assert "修了済み" in office.get(course).text
