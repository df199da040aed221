"""Taking part: places are given once, people withdraw and finish, and the count follows."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from factories import (
    Office,
    enrols,
    joins,
    learns_everything,
    offered,
    published,
    session_of,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError

from people.models import Membership, Organisation

from courses.sessions import place
from courses.sessions.models import Meeting, TrainingSession
from courses.sessions.session_state import SessionState, state_of

from catalog.models import Adoption, Curriculum

from participation import enrolment as enrolments
from participation import enrolment_count, withdrawal
from participation.models import Enrolment, EnrolmentCount, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice


def enrol(person, slug, session=None):
    made = joins(person, session) if session else enrols(person, offered(slug))
    db.session.commit()
    return made


def counts():
    return {
        (row.fiscal_year, row.organisation_id, row.level): (row.enrolled, row.in_progress, row.completed, row.people)
        for row in db.session.scalars(sa.select(EnrolmentCount).execution_options(populate_existing=True))
        if row.enrolled
    }


def test_staff_take_an_e_learning_course_from_start_to_finish(mizuho):
    browser = mizuho.staff.browser()
    assert browser.post("/courses/paperless-basics/enrol").status_code == 302
    mine = db.session.scalars(sa.select(Enrolment)).one()
    identity = mine.id
    assert browser.post(f"/enrolments/{identity}/start").status_code == 302
    assert "紙にかかる時間を数える" in browser.get(f"/learn/{identity}").text
    learns_everything(browser, identity)
    db.session.expire_all()
    assert db.session.get_one(Enrolment, identity).state is EnrolmentState.COMPLETED
    page = browser.get("/me").text
    assert page.index("修了した講座") < page.rindex("ペーパーレスの始め方")


def test_nobody_takes_a_course_twice_at_the_same_time(mizuho):
    browser = mizuho.staff.browser()
    first = browser.post("/courses/paperless-basics/enrol")
    again = browser.post("/courses/paperless-basics/enrol")
    assert again.location == first.location, "the second press goes on where the first one led"
    with pytest.raises(ConflictError, match="すでにこの講座を受講しています"):
        enrol(mizuho.staff, "paperless-basics")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 1


def test_a_course_held_in_sessions_needs_a_session(mizuho):
    with pytest.raises(ConflictError, match="開催回を選んで"):
        enrol(mizuho.staff, "guideline-localize")


def test_the_enrolment_keeps_the_organisation_of_that_time(mizuho, hachioji):
    made = enrol(mizuho.staff, "paperless-basics").id
    db.session.execute(
        sa.update(Membership).where(Membership.id == mizuho.staff.membership_id).values(organisation_id=hachioji.id)
    )
    db.session.commit()
    assert db.session.get_one(Enrolment, made).organisation_id == mizuho.id
    assert db.session.get_one(Enrolment, made).size_class is db.session.get_one(Organisation, mizuho.id).size_class


def test_full_means_full_and_is_said_politely(mizuho, hachioji):
    session_id = session_of("guideline-localize", mizuho, capacity=1).id
    assert mizuho.staff.browser().post(f"/sessions/{session_id}/enrol").status_code == 302
    refused = hachioji.staff.browser().post(f"/sessions/{session_id}/enrol")
    assert refused.status_code == 409
    assert "満席になりました" in refused.text


def test_a_withdrawal_frees_the_place_for_somebody_else(mizuho, hachioji):
    session_id = session_of("guideline-localize", mizuho, capacity=1).id
    browser = mizuho.staff.browser()
    browser.post(f"/sessions/{session_id}/enrol")
    mine = db.session.scalars(sa.select(Enrolment.id)).one()
    assert "取りやめますか" in browser.get(f"/enrolments/{mine}/withdraw").text
    assert browser.post(f"/enrolments/{mine}/withdraw").status_code == 302
    assert hachioji.staff.browser().post(f"/sessions/{session_id}/enrol").status_code == 302
    assert browser.post(f"/enrolments/{mine}/withdraw").status_code == 409
    assert db.session.get_one(TrainingSession, session_id, populate_existing=True).taken == 1


def test_who_withdrew_and_enrols_again_goes_on_and_is_counted_once(mizuho):
    browser = mizuho.staff.browser()
    first_lesson = browser.post("/courses/security-basics/enrol").location
    mine = db.session.scalars(sa.select(Enrolment.id)).one()
    after = browser.post(f"{first_lesson}/finish").location
    page = browser.get(f"/enrolments/{mine}/withdraw").text
    assert "レッスンのうち1まで終えた記録は残ります" in page
    browser.post(f"/enrolments/{mine}/withdraw")
    assert "続きから受ける" in browser.get("/me").text
    assert browser.post("/courses/security-basics/enrol").location == after
    assert db.session.scalars(sa.select(Enrolment.id)).all() == [mine]
    kept = counts()
    enrolment_count.recount()
    assert counts() == kept


def test_what_was_learned_of_a_course_of_every_year_is_not_taken_up_in_the_next_one(mizuho, time):
    browser = mizuho.staff.browser()
    browser.post("/courses/security-basics/enrol")
    first = db.session.scalars(sa.select(Enrolment.id)).one()
    browser.post(f"/enrolments/{first}/withdraw")
    time.passes(days=366)
    mizuho.staff.browser().post("/courses/security-basics/enrol")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 2


def test_who_is_given_a_place_again_is_told_again(mizuho, time):
    session = session_of("guideline-localize", mizuho, capacity=3)
    session_id, member = session.id, mizuho.staff.membership_id
    office = mizuho.coordinator.browser()
    for times in (1, 2):
        office.post(f"/office/staff/{member}/enrol/guideline-localize?session={session_id}")
        told = sa.select(sa.func.count()).select_from(Notice).where(Notice.kind == NoticeKind.ENROLLED)
        assert db.session.scalar(told) == times
        mine = db.session.scalars(sa.select(Enrolment.id)).one()
        office.post(f"/enrolments/{mine}/withdraw")
        time.passes(minutes=1)


def test_a_required_course_is_said_to_be_required_before_it_is_given_up(mizuho):
    adopted = db.session.scalars(sa.select(Curriculum.id).where(Curriculum.slug == "newcomers")).one()
    db.session.add(Adoption(organisation_id=mizuho.id, curriculum_id=adopted, due_on=clock.today() + dt.timedelta(9)))
    db.session.commit()
    browser = mizuho.staff.browser()
    browser.post("/courses/security-basics/enrol")
    mine = db.session.scalars(sa.select(Enrolment.id)).one()
    page = browser.get(f"/enrolments/{mine}/withdraw").text
    assert "この講座は必修です。" in page
    assert clock.date_label(clock.today() + dt.timedelta(9)) in page


@pytest.mark.parametrize(
    ("planned", "told"),
    [
        ({"applications_open_at": dt.timedelta(days=1)}, "まだ受付が始まって"),
        ({"applications_close_at": dt.timedelta(hours=-1)}, "受付は終わりました"),
        ({"cancelled_at": dt.timedelta()}, "中止"),
    ],
)
def test_outside_the_window_no_place_is_given_and_the_reason_is_told(mizuho, planned, told):
    at = {name: clock.now() + delta for name, delta in planned.items()}
    session = session_of("guideline-localize", mizuho, **at)
    with pytest.raises(ConflictError, match=told):
        place.claim(session.id)


def test_the_state_of_a_session_follows_from_dates_and_places(mizuho):
    session = session_of("guideline-localize", mizuho, capacity=1)
    now = clock.now()
    assert state_of(session) is SessionState.OPEN
    assert state_of(session, now - dt.timedelta(days=6)) is SessionState.PLANNED
    assert state_of(session, now + dt.timedelta(days=6)) is SessionState.CLOSED
    assert state_of(session, now + dt.timedelta(days=11)) is SessionState.HELD
    session.taken = 1
    assert state_of(session) is SessionState.FULL
    session.cancelled_at = now
    assert state_of(session) is SessionState.CANCELLED


@pytest.mark.parametrize("ground", ["sqlite", "postgresql"])
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(capacity=st.integers(min_value=1, max_value=45))
def test_fifty_people_at_once_get_just_the_places_there_are(request, ground, capacity):
    """A property: whatever the capacity, fifty threads that ask at once get exactly that many places."""
    laid = request.getfixturevalue(ground)
    laid.lay()
    app = laid.app
    with app.app_context():
        session_id = session_of("guideline-localize", Office.of("133035"), capacity=capacity).id
        db.session.remove()

    def ask(_number: int) -> bool:
        with app.app_context():
            try:
                place.claim(session_id)
                db.session.commit()
            except ConflictError:
                db.session.rollback()
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(50) as pool:
        given_places = sum(pool.map(ask, range(50)))
    with app.app_context():
        assert given_places == capacity == db.session.get_one(TrainingSession, session_id).taken
        db.session.remove()
        db.engine.dispose()


def test_lowering_the_capacity_below_the_places_given_is_refused_with_the_number(mizuho):
    session_id = session_of("guideline-localize", mizuho, capacity=3).id
    for _person in range(2):
        mizuho.person().browser().post(f"/sessions/{session_id}/enrol")
    day = clock.local(clock.now()) + dt.timedelta(days=10)
    form = {
        "place": "会議室", "audience": "all", "giving": "first come",
        "applications_open_on": (day - dt.timedelta(days=15)).date().isoformat(),
        "applications_close_on": (day - dt.timedelta(days=1)).date().isoformat(),
    }  # fmt: skip
    browser = mizuho.coordinator.browser()
    refused = browser.post(f"/sessions/{session_id}/edit", data={**form, "capacity": "1"})
    assert refused.status_code == 422
    assert "すでに2人に席がある" in refused.text
    assert browser.post(f"/sessions/{session_id}/edit", data={**form, "capacity": "9"}).status_code == 302
    assert db.session.get_one(TrainingSession, session_id, populate_existing=True).capacity == 9


def test_a_cancelled_session_tells_its_reason_to_those_who_had_a_place(mizuho):
    session_id = session_of("guideline-localize", mizuho).id
    browser = mizuho.staff.browser()
    browser.post(f"/sessions/{session_id}/enrol")
    mizuho.coordinator.browser().post(f"/sessions/{session_id}/cancel", data={"reason": "台風のため"})
    assert "台風のため" in browser.get("/me").text


def test_attendance_makes_a_completion_and_can_be_corrected(mizuho, hachioji, monkeypatch):
    session_id = session_of("guideline-localize", mizuho).id
    hachioji.staff.browser().post(f"/sessions/{session_id}/enrol")
    identity = db.session.scalars(sa.select(Enrolment.id)).one()
    browser = mizuho.coordinator.browser()
    meeting_id = db.session.scalars(sa.select(Meeting.id).where(Meeting.session_id == session_id)).one()
    early = browser.post(f"/meetings/{meeting_id}/attendance", data={f"presence-{identity}": "attended"})
    assert early.status_code == 409
    later = clock.now() + dt.timedelta(days=10, hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    browser = mizuho.coordinator.browser()
    assert "出欠の入力" in browser.get("/office").text
    browser.post(f"/meetings/{meeting_id}/attendance", data={f"presence-{identity}": "attended"})
    assert db.session.get_one(Enrolment, identity, populate_existing=True).state is EnrolmentState.COMPLETED
    browser.post(f"/meetings/{meeting_id}/attendance", data={f"presence-{identity}": "absent"})
    row = db.session.get_one(Enrolment, identity, populate_existing=True)
    assert (row.state, row.completed_at) == (EnrolmentState.ABSENT, None)


def test_the_meeting_link_is_shown_to_those_who_have_a_place(mizuho):
    session_id = session_of("guideline-localize", mizuho, meeting_link="https://meeting.example.lg.jp/x").id
    browser = mizuho.staff.browser()
    assert "meeting.example.lg.jp" not in browser.get(f"/sessions/{session_id}").text
    browser.post(f"/sessions/{session_id}/enrol")
    assert "meeting.example.lg.jp" in browser.get(f"/sessions/{session_id}").text


ACTS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["ai-first", "security-basics"]),
        st.sampled_from(["enrol", "start", "finish", "withdraw"]),
    ),
    max_size=14,
)


@pytest.mark.parametrize("ground", ["sqlite", "postgresql"])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_count_equals_the_enrolments_after_any_acts(request, ground, acts):
    laid = request.getfixturevalue(ground)
    laid.lay()
    with laid.app.app_context():
        office = Office.of("133035")
        people = [office.person() for _number in range(4)]
        for number, slug, act in acts:
            mine = enrolments.open_enrolment(people[number].staff_id, published(slug)[0].id)
            try:
                if act == "enrol":
                    enrol(people[number], slug)
                elif mine:
                    {"start": enrolments.start, "finish": enrolments.finish}.get(
                        act, lambda row, who=people[number]: withdrawal.withdraw(who.actor, row)
                    )(mine)
                db.session.commit()
            except ConflictError:
                db.session.rollback()
        kept = counts()
        enrolment_count.recount()
        assert counts() == kept
        db.session.remove()
        db.engine.dispose()


def test_two_withdrawals_at_once_give_one_place_back(mizuho, app):
    session = session_of("guideline-localize", mizuho, capacity=5)
    people = [mizuho.person() for _number in range(2)]
    made = [joins(person, session).id for person in people]
    session_id, actor = session.id, people[0].actor
    db.session.commit()

    def withdraw(_time: int) -> bool:
        with app.app_context():
            try:
                withdrawal.withdraw(actor, enrolments.own_enrolment(actor, made[0]))
                db.session.commit()
            except ConflictError:
                db.session.rollback()
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(withdraw, range(2))) == 1
    assert db.session.get_one(TrainingSession, session_id, populate_existing=True).taken == 1
