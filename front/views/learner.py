"""Pages of who learns: the front page, a course, my page, giving up and finishing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.forms import accepted, answer
from kernel.secret import grouped

from people.access import actor, public, signed_in, visitor
from people.permission import Permission

from courses import completion_rule
from courses.course import published_course
from courses.sessions.session_state import state_of
from courses.sessions.training_session import coming_sessions

from catalog import course_request, curriculum, facets, motivation, roundtable

from participation import enrolment as enrolments
from participation import withdrawal
from participation.joint import wish

from learning import feedback
from learning.forms import FeedbackForm

from review import outcome

from front import due, finish, giving_up
from front.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/courses/<slug>")
@public
def course(slug: str) -> ResponseReturnValue:
    """Show a published course."""
    found, edition = published_course(slug)
    person = visitor()
    sessions = [] if edition.format.is_own_pace else coming_sessions(found, person)
    has_lessons = any(module.lessons for module in edition.modules)
    can_be_taken = has_lessons if edition.format.is_own_pace else any(state_of(one).can_be_entered for one in sessions)
    hosts = person is not None and (person.may(Permission.PLAN_SESSIONS) or person.may(Permission.WRITE_COURSES))
    return render_template(
        "front/course.html",
        course=found,
        edition=edition,
        motivations=motivation.motivations_of(found.id),
        sessions=sessions,
        can_be_taken=can_be_taken,
        waits=course_request.waiting(person, found.id) if person and not can_be_taken else None,
        waiting=course_request.waiting_for(found.id) if hosts and not can_be_taken else [],
        standing=due.standing_of(person, found) if person else None,
        state_of=state_of,
        rule=completion_rule.sentence(edition),
    )


@blueprint.route("/enrolments/<int:enrolment_id>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(enrolment_id: int) -> ResponseReturnValue:
    """Withdraw, after a question that says what is given up and what stays."""
    enrolment = enrolments.own_enrolment(actor(), enrolment_id)
    if request.method == "GET":
        stake = giving_up.at_stake(enrolment)
        return render_template("front/withdraw.html", enrolment=enrolment, stake=stake)
    withdrawal.withdraw(actor(), enrolment)
    flash("受講を取りやめました。終えたところまでの記録は残っています。")
    return redirect(url_for("front.me"))


@blueprint.get("/me")
@signed_in
def me() -> ResponseReturnValue:
    """Show the own record."""
    return render_template(
        "front/me.html",
        record=due.record_of(actor()),
        wishes=wish.own(actor()),
        asked=course_request.own(actor()),
    )


@blueprint.route("/enrolments/<int:enrolment_id>/finished", methods=["GET", "POST"])
@signed_in
def finished(enrolment_id: int) -> ResponseReturnValue:
    """Show what somebody has reached with a course: the certificate, what it counts for, and what comes next; ask two questions."""
    reached = finish.finish_of(actor(), enrolment_id)
    said = feedback.given(reached.enrolment)
    form = FeedbackForm(obj=said)
    if accepted(form, lambda: feedback.give(reached.enrolment, form.usefulness.value, form.words.value)):
        flash("お答えありがとうございました。講座をつくった人に、名前を出さずに伝えます。")
        return redirect(url_for("front.finished", enrolment_id=enrolment_id))
    number = reached.certificate.number if reached.certificate else ""
    return answer("front/finished.html", form, finish=reached, said=said, number=grouped(number), name=actor().name)


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """Show the front page; to who is signed in, first what is to be done."""
    person, curricula = visitor(), curriculum.published_curricula()
    if person:
        return render_template("front/home.html", record=due.record_of(person), curricula=curricula)
    return render_template(
        "front/home.html",
        record=None,
        curricula=curricula,
        voices=roundtable.first_voices(),
        so_far=outcome.so_far(len(facets.current().course_ids)),
        towns=outcome.taking_part(),
    )
