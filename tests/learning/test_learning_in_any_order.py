"""Learning at once and in any order: no completion is lost, and none is counted twice."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from at_once import at_once
from factories import Office, right_answer
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from lessons import begins, state_of, taught

from kernel.database import db
from kernel.errors import RefusalError

from courses import edition as editions
from courses.edition import LessonText, ModuleText
from courses.models import Course, EditionState, LessonKind

from participation import enrolment as enrolments
from participation import withdrawal
from participation.models import Enrolment, EnrolmentCount, EnrolmentState

from learning import attempt as attempts
from learning import progress
from learning.models import Attempt, Progress
from learning.path import path_of


def test_two_lessons_finished_at_once_make_one_completion(postgresql):
    """On PostgreSQL two transactions see each other's part of what is finished."""
    postgresql.lay()
    with postgresql.app.app_context():
        office = Office.of("133035")
        two = (ModuleText("一", (LessonText("あ", "文。"), LessonText("い", "文。"))),)
        mine, lessons = begins(office.staff, taught(office.coordinator, modules=two))

    def finishes(lesson_id):
        return lambda: progress.mark_finished(db.session.get_one(Enrolment, mine), lesson_id)

    at_once(postgresql.app, *map(finishes, lessons))
    with postgresql.app.app_context():
        assert state_of(mine) is EnrolmentState.COMPLETED
        assert db.session.scalars(sa.select(EnrolmentCount.completed).where(EnrolmentCount.level == "all")).one() == 1
        db.session.remove()


class AnyOrder(RuleBasedStateMachine):
    """Open, save, two windows, submit, a new edition, withdraw, enrol again: in any order, as people do."""

    ground = None

    @initialize()
    def lay(self):
        self.ground.lay()
        self.context = self.ground.app.app_context()
        self.context.push()
        self.office = Office.of("133035")
        self.course = taught(self.office.coordinator)
        self.person = self.office.staff
        self.completed = set()
        self.windows = []
        self.enrol()

    def teardown(self):
        if hasattr(self, "context"):
            db.session.remove()
            self.context.pop()

    def does(self, act):
        try:
            act()
            db.session.commit()
        except RefusalError:
            db.session.rollback()

    def mine(self):
        return enrolments.open_enrolment(self.person.staff_id, self.course.id)

    def path(self):
        return path_of(self.person.actor, self.mine().id)

    @rule()
    def enrol(self):
        self.does(lambda: begins(self.person, self.course))

    @precondition(lambda self: self.mine())
    @rule(place=st.integers(0, 3), position=st.integers(0, 5))
    def see(self, place, position):
        path = self.path()
        if place < len(path.lessons):
            self.does(lambda: progress.see(path, path.lessons[place], position))

    @precondition(lambda self: self.mine())
    @rule(place=st.integers(0, 3))
    def finish_lesson(self, place):
        path = self.path()
        if place < len(path.lessons):
            self.does(lambda: progress.finish(path, path.lessons[place]))

    @precondition(lambda self: self.mine())
    @rule()
    def open_quiz_in_a_window(self):
        path = self.path()
        quiz = next((lesson for lesson in path.lessons if lesson.kind is LessonKind.QUIZ), None)
        if quiz:
            self.does(lambda: self.windows.append(attempts.begin(path, quiz).id))

    @precondition(lambda self: self.windows)
    @rule(window=st.integers(0, 9), knows=st.booleans(), submits=st.booleans())
    def answer(self, window, knows, submits):
        def act():
            attempt = attempts.own_attempt(self.person.actor, self.windows[window % len(self.windows)])
            asked = attempts.asked(attempt, attempts.quiz_to_ask(attempt.lesson))
            answers = {str(one.number): right_answer(one) if knows else ["x"] for one, _given in asked}
            (attempts.submit if submits else attempts.keep)(attempt, answers)

        self.does(act)

    @rule()
    def new_edition(self):
        def act():
            course = db.session.get_one(Course, self.course.id)
            edition = editions.next_draft(course, None)
            edition.state = EditionState.IN_REVIEW
            editions.publish(edition, course)

        self.does(act)

    @precondition(lambda self: self.mine())
    @rule()
    def withdraw(self):
        self.does(
            lambda: withdrawal.withdraw(self.person.actor, enrolments.own_enrolment(self.person.actor, self.mine().id))
        )

    @invariant()
    def no_completion_is_lost_or_counted_twice(self):
        if not hasattr(self, "context"):
            return
        done = set(db.session.scalars(sa.select(Enrolment.id).where(Enrolment.state == EnrolmentState.COMPLETED)))
        assert self.completed <= done
        self.completed = done
        counted = db.session.scalars(
            sa.select(sa.func.coalesce(sa.func.sum(EnrolmentCount.completed), 0)).where(EnrolmentCount.level == "all")
        ).one()
        assert counted == len(done)
        for enrolment_id in done:
            edition_id = db.session.get_one(Enrolment, enrolment_id).edition_id
            required = {
                lesson.id
                for module in editions.whole(edition_id).modules
                for lesson in module.lessons
                if lesson.required
            }
            finished = set(
                db.session.scalars(
                    sa.select(Progress.lesson_id).where(
                        Progress.enrolment_id == enrolment_id, Progress.finished_at.is_not(None)
                    )
                )
            )
            assert required <= finished
        open_ones = db.session.scalar(
            sa.select(sa.func.count()).select_from(Attempt).where(Attempt.submitted_at.is_(None))
        )
        assert open_ones <= db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment))


NO_SHRINKING = tuple(phase for phase in Phase if phase not in {Phase.shrink, Phase.explain})


def any_order(laid, **extent):
    machine = type("AnyOrderHere", (AnyOrder,), {"ground": laid})
    run_state_machine_as_test(
        machine,
        settings=settings(deadline=None, phases=NO_SHRINKING, suppress_health_check=list(HealthCheck), **extent),
    )


@pytest.mark.parametrize("ground", ["sqlite", "postgresql"])
def test_any_order_of_acts_keeps_every_completion(request, ground):
    any_order(request.getfixturevalue(ground), max_examples=3, stateful_step_count=20)


@pytest.mark.slow
@pytest.mark.parametrize("ground", ["sqlite", "postgresql"])
def test_any_order_of_acts_keeps_every_completion_however_long_one_tries(request, ground):
    any_order(request.getfixturevalue(ground), max_examples=60, stateful_step_count=40)
