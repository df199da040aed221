"""Pages of an office: its week, and what is held of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.download import download
from kernel.forms import accepted, answer
from kernel.page import page_number

from people.access import actor, confirmed, requires, signed_in
from people.access_log import shows, taken_out
from people.permission import Permission

from courses.sessions.session_state import state_of

from front import personal_data
from front.blueprint import blueprint
from front.forms import EraseForm
from front.office.month import first_day_of, month_of
from front.office.sessions import Which, sessions_of
from front.week import week_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/office")
@requires(Permission.ENROL_STAFF, Permission.MANAGE_STAFF)
@shows("今週すること")
def office() -> ResponseReturnValue:
    """Show what waits for the coordinator this week."""
    return render_template("front/office.html", week=week_of(actor()))


@blueprint.get("/office/sessions")
@requires(Permission.ENROL_STAFF)
def office_sessions() -> ResponseReturnValue:
    """List the sessions that the office holds, may nominate for, and to which its staff go."""
    which = next((one for one in Which if one.value == request.args.get("which")), Which.COMING)
    rows = sessions_of(actor(), which, page_number(request.args.get("page")))
    return render_template(
        "front/office_sessions.html", sessions=rows, which=which, ways=list(Which), state_of=state_of
    )


@blueprint.get("/office/sessions/month")
@requires(Permission.ENROL_STAFF)
def office_month() -> ResponseReturnValue:
    """Show a month of the sessions that concern the office."""
    first = first_day_of(request.args.get("month", ""))
    return render_template("front/office_month.html", month=month_of(actor(), first))


@blueprint.get("/me/personal-data.json")
@signed_in
@confirmed
def own_data() -> ResponseReturnValue:
    """Give somebody all that is held of them."""
    taken_out("保存している情報.json")
    content = personal_data.disclosed(actor().staff_id).encode()
    return download(content, "application/json", "保存している情報.json")


@blueprint.route("/office/staff/<int:membership_id>/erase", methods=["GET", "POST"])
@requires(Permission.ERASE)
@confirmed
@shows("個人情報の消去")
def erase_person(membership_id: int) -> ResponseReturnValue:
    """Erase the personal data of somebody who has left, after a question that asks for the name."""
    form = EraseForm()
    if accepted(form, lambda: personal_data.erase_former(actor(), membership_id, form.name.value)):
        flash("個人情報を消去しました。受講の件数は、氏名なしで残ります。")
        return redirect(url_for("people.former_staff"))
    return answer("front/erase.html", form, person=personal_data.former(actor(), membership_id))
