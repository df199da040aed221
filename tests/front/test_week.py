"""The week of a coordinator: every list has its own limit, and none hides another."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from factories import enrols, joins, offered, session_of
from joint_sessions import close_applications, joint, nominate, withdraw

from kernel import clock
from kernel.database import add, db

from people.models import Role

from courses.sessions.models import AdmissionRule

from catalog.models import Adoption, Curriculum, CurriculumState, CurriculumStep

from participation.joint.models import Nomination
from participation.models import Enrolment, EnrolmentState

from front.week import MOST, week_of

LATE = dt.timedelta(days=-3)


def adopted(office, slug, course, due_on):
    """A curriculum of one course, adopted by an office."""
    curriculum = add(
        Curriculum(
            slug=slug, title=f"育成方針 {slug}", summary="", owner_id=office.id, state=CurriculumState.PUBLISHED,
            steps=[CurriculumStep(course_id=course.id, position=1)],
        )
    )  # fmt: skip
    add(Adoption(organisation_id=office.id, curriculum_id=curriculum.id, due_on=due_on))
    return curriculum


def test_what_everybody_finished_hides_no_curriculum_that_is_overdue(app, mizuho):
    coordinator = mizuho.coordinator
    finished, lacking = offered("dx-first-step"), offered("security-basics")
    enrolment = enrols(coordinator, finished)
    db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.id == enrolment.id)
        .values(state=EnrolmentState.COMPLETED, completed_at=clock.now())
    )
    for number in range(MOST + 2):
        adopted(mizuho, f"finished-{number}", finished, clock.today() + LATE - dt.timedelta(days=number))
    overdue = adopted(mizuho, "overdue", lacking, clock.today() + LATE)
    db.session.commit()
    assert [(one.curriculum.id, one.missing) for one in week_of(coordinator.actor).overdue] == [(overdue.id, 1)]


def test_sessions_without_attendance_hide_no_allocation_and_the_page_asks_no_more(app, mizuho, queries):
    coordinator, staff = mizuho.coordinator, mizuho.staff
    ago = clock.now() - dt.timedelta(days=7)
    for _ in range(MOST * 3):
        held = session_of("dx-first-step", mizuho)
        joins(staff, held)
        for row in (held, *held.meetings):
            row.starts_at, row.ends_at = ago, ago + dt.timedelta(hours=2)
        db.session.execute(
            sa.update(Enrolment).values(staff_id=mizuho.person().staff_id).where(Enrolment.staff_id == staff.staff_id)
        )
        db.session.commit()
    to_decide = session_of(
        "dx-first-step",
        mizuho,
        giving=AdmissionRule.NOMINATION,
        applications_close_at=clock.now() - dt.timedelta(hours=1),
    )
    asked = len(queries)
    week = week_of(coordinator.actor)
    asked = len(queries) - asked
    assert [one.id for one in week.allocations] == [to_decide.id] == [one.id for one in week.coming]
    assert len(week.attendance) == MOST
    assert asked <= 14, queries[-asked:]


def test_an_empty_week_says_so(app, mizuho):
    assert week_of(mizuho.coordinator.actor).is_clear
    page = mizuho.coordinator.browser().get("/office")
    assert page.status_code == 200


def test_what_waits_for_a_coordinator_stands_on_one_page_and_goes_when_it_is_done(mizuho, hachioji, secretariat):
    session_id = joint(secretariat, capacity=1)
    coordinator, host = mizuho.coordinator.browser(), secretariat.person(Role.COORDINATOR).browser()
    assert not week_of(mizuho.coordinator.actor).is_clear
    people = nominate(mizuho, session_id, 2)
    assert "いま2人" in coordinator.get("/office").text, "the list can be added to until it is due"
    assert week_of(mizuho.coordinator.actor).is_clear
    close_applications(session_id)
    assert "推薦の締切" not in coordinator.get("/office").text
    assert "割当を決める" in host.get("/office").text
    host.post(f"/sessions/{session_id}/allocation/decide")
    assert "割当を決める" not in host.get("/office").text
    withdraw(people[0], session_id)
    assert "席の案内への返事" in coordinator.get("/office").text
    mine = people[1].browser()
    assert "までに返事をしてください" in mine.get("/me").text
    row = db.session.scalars(sa.select(Nomination.id).where(Nomination.staff_id == people[1].staff_id)).one()
    mine.post(f"/nominations/{row}/accept")
    assert "席の案内への返事" not in coordinator.get("/office").text
    assert "席が決まるのを待っている開催回" not in mine.get("/me").text


def test_where_own_staff_go_in_the_next_two_weeks_stands_there_too(mizuho, hachioji, secretariat):
    soon, later = session_of("expert-collaboration", secretariat), session_of("guideline-localize", secretariat)
    joins(mizuho.staff, soon)
    joins(mizuho.person(), soon)
    joins(hachioji.staff, later)
    joins(mizuho.staff, session_of("dx-first-step", mizuho))
    db.session.commit()
    going = week_of(mizuho.coordinator.actor).going
    assert [(one.session.id, one.people) for one in going] == [(soon.id, 2)]
    assert "職員2人" in mizuho.coordinator.browser().get("/office").text
