"""Pages of an office: its week, and its sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from kernel.page import page_number

from people.access import actor, requires
from people.access_log import shows
from people.permission import Permission

from courses.sessions.session_state import state_of

from front.blueprint import blueprint
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
