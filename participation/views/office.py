"""The office: what waits this week, and enrolling own staff one by one or by a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.database import db
from kernel.errors import RefusalError
from kernel.forms import answer

from people import staff
from people.access import Permission, actor, requires

from courses.course import published_course
from courses.training_session import session_for

from participation import enrolment as enrolments
from participation import listed_people, staff_list
from participation.enrolment import Offer
from participation.forms import StaffListForm
from participation.staff_list import Outcome
from participation.views.blueprint import blueprint
from participation.week import week_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/office")
@requires(Permission.ENROL_STAFF, Permission.MANAGE_STAFF)
def office() -> ResponseReturnValue:
    """Show what waits for the coordinator this week."""
    return render_template("participation/office.html", week=week_of(actor()))


def _offer(slug: str) -> Offer:
    """Return what is to be enrolled in: the session that the address names, else the course at the own pace."""
    session_id = request.args.get("session", "")
    if session_id.isascii() and session_id.isdigit() and len(session_id) < 10:  # noqa: PLR2004
        session = session_for(actor(), int(session_id))
        if session.edition.course.slug == slug:
            return Offer(session.edition.course, session.edition, session)
    return Offer(*published_course(slug))


@blueprint.route("/office/enrol/<slug>", methods=["GET", "POST"])
@requires(Permission.ENROL_STAFF)
def enrol_staff(slug: str) -> ResponseReturnValue:
    """Enrol own staff by a list: look at what would happen, then do it and report each line."""
    offer, form = _offer(slug), StaffListForm()
    if not form.validate_on_submit():
        return answer("participation/enrol_staff.html", form, offer=offer)
    try:
        content = form.file.data.read() if form.file.data else b""
        text = form.text.data or listed_people.text_of_file(content)
        if "enrol" in request.form:
            lines = staff_list.enrol_all(actor(), offer, text)
            done = sum(line.outcome is Outcome.ENROLLED for line in lines)
            flash(f"{done}人の受講を申し込みました。")
            return render_template("participation/enrolled_staff.html", offer=offer, lines=lines, done=done)
        lines = staff_list.preview(actor(), offer, text)
    except RefusalError as refusal:
        db.session.rollback()
        form.refuse(refusal)
        return answer("participation/enrol_staff.html", form, offer=_offer(slug))
    return render_template("participation/enrol_preview.html", form=form, offer=offer, lines=lines, text=text)


@blueprint.post("/office/staff/<int:membership_id>/enrol/<slug>")
@requires(Permission.ENROL_STAFF)
def enrol_one(membership_id: int, slug: str) -> ResponseReturnValue:
    """Enrol one of the own staff."""
    person = enrolments.own_entrant(actor(), membership_id)
    enrolments.enrol(actor(), person, _offer(slug))
    flash(f"{person.name}さんの受講を申し込みました。")
    return redirect(url_for("participation.choose_staff", slug=slug, session=request.args.get("session")))


@blueprint.get("/office/enrol/<slug>/choose")
@requires(Permission.ENROL_STAFF)
def choose_staff(slug: str) -> ResponseReturnValue:
    """Find one of the own staff to enrol."""
    text = request.args.get("q", "")[:100]
    own = staff.managed_memberships(actor(), text, Permission.ENROL_STAFF).where(staff.is_current())
    people = db.session.scalars(own.limit(20)).all()
    return render_template("participation/choose_staff.html", offer=_offer(slug), people=people, text=text)
