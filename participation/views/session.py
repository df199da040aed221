"""The page of a training session: when, where, how many places, my place; the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from people.access import Permission, actor, requires, signed_in

from courses import audience, completion_rule
from courses.models import Giving
from courses.training_session import session_for, state_of

from participation import attendance, exceptional_place, nominees, roster, waiting_list
from participation import enrolment as enrolments
from participation.allocation import digest
from participation.forms import WishForm
from participation.models import OPEN_STATES
from participation.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/sessions/<int:session_id>")
@signed_in
def session_page(session_id: int) -> ResponseReturnValue:
    """Show a session."""
    session = enrolments.own_session(actor(), session_id)
    mine = enrolments.open_enrolment(actor().staff_id, session.edition.course_id)
    place = enrolments.place_in(session.id, actor().staff_id)
    begun = attendance.has_begun(session.meetings[0])
    by_nomination = session.giving is Giving.NOMINATION
    return render_template(
        "participation/session.html",
        session=session,
        course=session.edition.course,
        state=state_of(session),
        audience=audience.label(session),
        mine=place,
        enrolled_elsewhere=None if place else mine,
        standing=nominees.own_standing(actor(), session) if by_nomination else None,
        wish_form=WishForm(formdata=None),
        given=nominees.nominations_by_organisation(actor(), session) if by_nomination else [],
        overrides=exceptional_place.overrides_of(session.id) if by_nomination and session.decided_at else [],
        seed_digest=digest(session.seed),
        attended=attendance.own_sheet(session, place) if place and begun and not session.is_off else None,
        has_begun=attendance.has_begun,
        rule=completion_rule.sentence(session.edition),
        may_withdraw=place is not None and place.state in OPEN_STATES,
        is_host=roster.is_host(actor(), session),
        people=roster.roster(actor(), session),
    )


@blueprint.post("/sessions/<int:session_id>/enrol")
@requires(Permission.TAKE_PART)
def enrol_in_session(session_id: int) -> ResponseReturnValue:
    """Take a place in a session."""
    session = session_for(actor(), session_id)
    waiting_list.take_last_place(actor(), session)
    flash("席を確保しました。当日お待ちしています。")
    return redirect(url_for("participation.session_page", session_id=session_id))


@blueprint.route("/enrolments/<int:enrolment_id>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(enrolment_id: int) -> ResponseReturnValue:
    """Withdraw, after a question."""
    enrolment = enrolments.own_enrolment(actor(), enrolment_id)
    if request.method == "GET":
        return render_template("participation/withdraw.html", enrolment=enrolment)
    waiting_list.withdraw(actor(), enrolment)
    flash("受講を取りやめました。あらためて申し込むこともできます。")
    return redirect(url_for("participation.me"))
