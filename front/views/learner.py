"""Pages of who learns: the front page, my page, giving up and finishing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.forms import accepted, answer
from kernel.secret import grouped

from people.access import actor, public, signed_in, visitor

from catalog import facets, roundtable
from catalog.curricula.curriculum import published_curricula

from participation import enrolment as enrolments
from participation import withdrawal

from learning import feedback
from learning.forms import FeedbackForm

from review import outcome

from front import due, finish, giving_up
from front.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/enrolments/<int:enrolment_id>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(enrolment_id: int) -> ResponseReturnValue:
    """Withdraw, after a question that says what is given up and what stays."""
    enrolment = enrolments.own_enrolment(actor(), enrolment_id)
    if request.method == "GET":
        stake = giving_up.at_stake(enrolment)
        return render_template("front/withdraw.html", enrolment=enrolment, stake=stake)
    is_own, name, slug = enrolment.staff_id == actor().staff_id, enrolment.staff.name, enrolment.course.slug
    withdrawal.withdraw(actor(), enrolment)
    if is_own:
        flash("受講を取りやめました。終えたところまでの記録は残っています。")
        return redirect(url_for("front.me"))
    flash(f"{name}さんの受講を取りやめました。終えたところまでの記録は残っています。")
    return redirect(url_for("front.learners", slug=slug))


@blueprint.get("/me")
@signed_in
def me() -> ResponseReturnValue:
    """Show the own record."""
    return render_template("front/me.html", record=due.record_of(actor()), hopes=due.hopes_of(actor()))


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
    person, curricula = visitor(), published_curricula(visitor())
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
