"""Sessions planned, moved, cancelled, held, entered, closed in any order: nothing stays of what did not take place, and no notice is false."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import pytest
import sqlalchemy as sa
from any_order import run
from factories import Office, organisation_named, session_of
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kernel import clock
from kernel.database import db
from kernel.errors import RefusalError

from courses import catalogue_version
from courses.sessions import meeting as meetings
from courses.sessions import training_session
from courses.sessions.meeting import MoveMeeting
from courses.sessions.models import AdmissionRule, Meeting, TrainingSession

from participation import application, enrolment_count, withdrawal
from participation import enrolment as enrolments
from participation.attending import attendance
from participation.attending.models import Attendance, Presence
from participation.hosting import call_off, cancel, change, close
from participation.joint import decision, nomination, waiting_list
from participation.joint.models import Nomination, NominationState
from participation.mailing import delivery, reminders
from participation.models import OPEN_STATES, UNCOUNTED, Enrolment, EnrolmentCount, EnrolmentState
from participation.notices.kinds import NoticeKind
from participation.notices.models import MailState, Notice

PEOPLE = st.integers(0, 5)
ONE_IN_FOUR = st.integers(0, 3)
URL = "https://manabi.example.lg.jp"
HOURS = dt.timedelta(hours=2)


class Hosting(RuleBasedStateMachine):
    """Two sessions of one course, the second the replacement of the first, with people, an office, a host and a worker."""

    ground: ClassVar = None

    @initialize(is_joint=st.booleans(), minimum=st.sampled_from([0, 5]), many=st.integers(2, 5))
    def plan(self, is_joint, minimum, many):
        self.ground.lay()
        catalogue_version.forget()
        self.context = self.ground.app.app_context()
        self.context.push()
        self.true_now, self.passed = clock.now, dt.timedelta()
        self.started = self.true_now()
        clock.now = lambda: self.started + self.passed
        self.host, self.office = Office.of("東京デジタルアカデミー"), Office.of("133035")
        _ = self.host.coordinator, self.office.coordinator
        self.people = [self.office.person() for _number in range(6)]
        rule = AdmissionRule.NOMINATION if is_joint else AdmissionRule.FIRST_COME
        self.ids = [self.planned(days, giving=rule, minimum=min(minimum, 4)) for days in (20, 40)]
        self.sent = []
        for number in range(many):
            self.nominate(0, number)
            self.take_a_place(0, number)
        if is_joint:
            self.decide(0)

    def planned(self, days, **said):
        first = clock.now() + dt.timedelta(days=days)
        second = first + dt.timedelta(days=3)
        two = [Meeting(starts_at=one, ends_at=one + HOURS) for one in (first, second)]
        return session_of(
            "expert-collaboration", self.host, capacity=4, starts_at=first, ends_at=second + HOURS, meetings=two, **said,
            applications_close_at=first - dt.timedelta(days=8),
        ).id  # fmt: skip

    def teardown(self):
        if hasattr(self, "context"):
            clock.now = self.true_now
            db.session.remove()
            db.engine.dispose()
            self.context.pop()

    def act(self, doing):
        """Do something; what is refused is undone, as by a request."""
        try:
            doing()
            db.session.commit()
        except RefusalError:
            db.session.rollback()

    def session(self, which):
        return training_session.hosted(self.host.coordinator.actor, self.ids[which])

    def meeting(self, which, place):
        rows = sa.select(Meeting.id).where(Meeting.session_id == self.ids[which]).order_by(Meeting.id)
        return meetings.meeting_of(self.host.coordinator.actor, db.session.scalars(rows).all()[place])

    WHICH, PLACE = st.integers(0, 1), st.integers(0, 1)

    @rule(which=WHICH, number=PEOPLE)
    def take_a_place(self, which, number):
        who = self.people[number].actor
        self.act(
            lambda: application.enrol_in_session(
                who, enrolments.entrant(who), training_session.session_for(who, self.ids[which])
            )
        )

    @rule(which=WHICH, number=PEOPLE)
    def nominate(self, which, number):
        actor = self.office.coordinator.actor
        self.act(
            lambda: nomination.nominate(
                actor,
                training_session.lock(self.ids[which]),
                organisation_named(self.office.name),
                self.people[number].membership_id,
            )
        )

    @rule(which=WHICH)
    def decide(self, which):
        def doing():
            session = training_session.lock(self.ids[which])
            if session.decided_at is None and session.applications_close_at > clock.now():
                session.applications_close_at = clock.now() - clock.MOMENT
                db.session.flush()
            decision.decide(self.host.coordinator.actor, self.ids[which])

        self.act(doing)

    @rule(number=PEOPLE)
    def withdraw(self, number):
        who = self.people[number]

        def doing():
            mine = enrolments.open_enrolment(who.staff_id, self.session(0).edition.course_id)
            if mine:
                withdrawal.withdraw(who.actor, enrolments.own_enrolment(who.actor, mine.id))

        self.act(doing)

    @rule(which=WHICH, place=PLACE, days=st.sampled_from([-30, -3, 1, 10]))
    def move(self, which, place, days):
        def doing():
            meeting, by = self.meeting(which, place), dt.timedelta(days=days)
            command = MoveMeeting(meeting.starts_at + by, meeting.ends_at + by, "B会場", "")
            change.move_meeting(self.host.coordinator.actor, meeting, command)

        self.act(doing)

    @rule(which=WHICH, place=PLACE, chance=ONE_IN_FOUR)
    def cancel_one_meeting(self, which, place, chance):
        if not chance:
            self.act(
                lambda: cancel.cancel_meeting(self.host.coordinator.actor, self.meeting(which, place), "講師の都合")
            )

    @rule(which=WHICH, chance=ONE_IN_FOUR)
    def cancel_it(self, which, chance):
        if not chance:
            self.act(lambda: cancel.cancel(self.host.coordinator.actor, self.session(which), "台風"))

    @rule(which=WHICH, chance=ONE_IN_FOUR)
    def call_it_off(self, which, chance):
        if not chance:
            self.act(lambda: call_off.call_off(self.host.coordinator.actor, self.ids[which]))

    @rule(which=WHICH, place=PLACE, number=PEOPLE, presence=st.sampled_from([*Presence, None]))
    def enter_attendance(self, which, place, number, presence):
        def doing():
            mine = enrolments.place_in(self.ids[which], self.people[number].staff_id)
            if mine:
                attendance.enter(self.host.coordinator.actor, self.meeting(which, place), {mine.id: presence})

        self.act(doing)

    @rule(which=WHICH)
    def close_it(self, which):
        self.act(lambda: close.close(self.host.coordinator.actor, self.ids[which]))

    @rule(days=st.sampled_from([1, 4, 9, 15]))
    def let_days_pass(self, days):
        self.passed += dt.timedelta(days=days)
        for session_id in self.ids:
            self.act(lambda session_id=session_id: waiting_list.rebalance(session_id))
        self.let_the_worker_run()

    @rule()
    def let_the_worker_run(self):
        self.act(reminders.remind)
        for letter in delivery.claim(URL):
            for notice_id in letter.notice_ids:
                self.check_is_true(db.session.get_one(Notice, notice_id), letter.text)
            self.sent += letter.notice_ids
            delivery._mark(letter, mail_state=MailState.SENT, sent_at=clock.now(), claimed_until=None)  # noqa: SLF001
        db.session.commit()

    def check_is_true(self, notice, text):
        session = db.session.scalars(
            sa.select(TrainingSession)
            .where(TrainingSession.id == notice.session_id)
            .execution_options(populate_existing=True)
        ).one()
        is_off = session.is_off
        place = db.session.scalar(
            sa.select(Enrolment.id).where(
                Enrolment.staff_id == notice.staff_id,
                Enrolment.session_id == session.id,
                Enrolment.state.not_in(UNCOUNTED),
            )
        )
        if notice.kind is NoticeKind.CANCELLED:
            assert is_off
            return
        assert not is_off, "nothing is told of a session that is not held, but that it is not"
        if notice.kind in {NoticeKind.PLACED, NoticeKind.ENROLLED, NoticeKind.REMINDER}:
            assert place, "nobody is told of a place who has none"
        goes_on = db.session.scalars(
            sa.select(Meeting).where(Meeting.session_id == session.id, Meeting.cancelled_at.is_(None))
        ).all()
        assert any(clock.moment_label(one.starts_at) in text for one in goes_on), "it says when it is held now"

    def rows(self, *columns, **where):
        return db.session.execute(sa.select(*columns).filter_by(**where)).all()

    @invariant()
    def nothing_stays_of_what_did_not_take_place(self):
        if not hasattr(self, "sent"):
            return
        for session_id in self.ids:
            session = db.session.get_one(TrainingSession, session_id, populate_existing=True)
            states = db.session.scalars(sa.select(Enrolment.state).where(Enrolment.session_id == session_id)).all()
            if session.is_off:
                assert not set(states) - {EnrolmentState.NOT_HELD, EnrolmentState.WITHDRAWN}
                assert session.taken == 0
                assert (
                    NominationState.OFFERED
                    not in db.session.scalars(
                        sa.select(Nomination.state).where(Nomination.session_id == session_id)
                    ).all()
                )
        db.session.rollback()

    @invariant()
    def the_count_is_of_what_stands(self):
        if not hasattr(self, "sent"):
            return
        columns = (
            EnrolmentCount.organisation_id,
            EnrolmentCount.level,
            EnrolmentCount.fiscal_year,
            EnrolmentCount.enrolled,
            EnrolmentCount.completed,
        )
        counted = {tuple(row) for row in db.session.execute(sa.select(*columns).where(EnrolmentCount.enrolled > 0))}
        enrolment_count.recount()
        assert {tuple(row) for row in db.session.execute(sa.select(*columns))} == counted
        db.session.rollback()

    @invariant()
    def a_completion_is_dated_by_a_meeting_that_was_attended(self):
        if not hasattr(self, "sent"):
            return
        for mine, at in db.session.execute(
            sa.select(Enrolment.id, Enrolment.completed_at).where(Enrolment.state == EnrolmentState.COMPLETED)
        ).all():
            ends = db.session.scalars(
                sa.select(Meeting.ends_at)
                .join(Attendance, Attendance.meeting_id == Meeting.id)
                .where(Attendance.enrolment_id == mine, Attendance.presence == Presence.ATTENDED)
            ).all()
            assert at in ends or at <= clock.now()
        db.session.rollback()

    @invariant()
    def who_was_in_what_was_not_held_stands_in_nobodys_way(self):
        if not hasattr(self, "sent"):
            return
        stuck = db.session.scalars(
            sa.select(Enrolment.staff_id)
            .join(TrainingSession, TrainingSession.id == Enrolment.session_id)
            .where(
                sa.or_(TrainingSession.cancelled_at.is_not(None), TrainingSession.called_off_at.is_not(None)),
                Enrolment.state.in_(OPEN_STATES),
            )
        ).all()
        assert stuck == []
        db.session.rollback()

    @invariant()
    def whoever_had_a_place_is_told_that_it_is_not_held(self):
        if not hasattr(self, "sent"):
            return
        ended = db.session.execute(
            sa.select(Enrolment.staff_id, Enrolment.session_id).where(Enrolment.state == EnrolmentState.NOT_HELD)
        ).all()
        for staff_id, session_id in ended:
            told = db.session.scalars(
                sa.select(Notice.mail_state).where(
                    Notice.staff_id == staff_id, Notice.session_id == session_id, Notice.kind == NoticeKind.CANCELLED
                )
            ).all()
            assert told, "everybody concerned is told"
            assert MailState.FAILED not in told
        db.session.rollback()


@pytest.mark.parametrize("ground", ["sqlite", "postgresql"])
def test_sessions_in_any_order_leave_nothing_of_what_did_not_take_place(request, ground):
    run(
        Hosting,
        request.getfixturevalue(ground),
        max_examples=2,
        stateful_step_count=25,
        derandomize=True,
        database=None,
    )


@pytest.mark.slow
@pytest.mark.parametrize("ground", ["sqlite", "postgresql"])
def test_sessions_in_any_order_however_long_one_tries(request, ground):
    run(Hosting, request.getfixturevalue(ground), max_examples=25, stateful_step_count=40)
