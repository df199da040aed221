"""Pages on which people take a course: the page of a session, applying, withdrawing, enrolling own staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.database import db
from kernel.download import saved_as
from kernel.errors import NotFoundError, RefusalError
from kernel.forms import answer
from kernel.text import number_in

from people import membership
from people.access import A_TABLE, actor, holds, public, requires, signed_in, visitor
from people.access_log import shown, shows
from people.permission import Permission

from courses.course import published_course
from courses.files.kept_file import in_pieces
from courses.sessions.training_session import session_for

from participation import application, staff_list
from participation import enrolment as enrolments
from participation.blueprint import blueprint
from participation.forms import StaffListForm, because
from participation.joint import nominees, queueing
from participation.joint.eligibility import CLASHES, hints_for, hints_of
from participation.joint.forms import WishForm
from participation.prerequisite import first_courses
from participation.session_page import materials_for, page_for_visitors, page_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.models import Course
    from courses.sessions.models import TrainingSession


@blueprint.get("/sessions/<int:session_id>")
@public
def session_page(session_id: int) -> ResponseReturnValue:
    """Show a session; to a visitor one that is open to all."""
    person = visitor()
    page = page_of(person, session_id) if person else page_for_visitors(session_id)
    if page.names_others:
        shown("参加者と推薦")
    return render_template(
        "participation/session.html",
        page=page,
        session=page.session,
        course=page.session.edition.course,
        wish_form=WishForm(formdata=None),
    )


@blueprint.get("/sessions/<int:session_id>/materials/<int:material_id>")
@signed_in
def session_material(session_id: int, material_id: int) -> ResponseReturnValue:
    """Give a file of a session to who takes part in it, or to its host."""
    session = nominees.own_session(actor(), session_id)
    mine = materials_for(actor(), session, enrolments.place_in(session.id, actor().staff_id))
    row = next((row for row in mine if row.id == material_id), None)
    if row is None:
        raise NotFoundError
    answer = in_pieces(row.digest, row.size, request)
    answer.content_type = "application/octet-stream"
    return saved_as(answer, row.name)


@blueprint.post("/sessions/<int:session_id>/enrol")
@requires(Permission.TAKE_PART)
def enrol_in_session(session_id: int) -> ResponseReturnValue:
    """Take a place in a session."""
    session = session_for(actor(), session_id)
    application.enrol_in_session(actor(), enrolments.entrant(actor(), session), session, because())
    flash("席を確保しました。当日お待ちしています。")
    if CLASHES in hints_for(session, [actor().staff_id])[actor().staff_id]:
        flash("同じ時間に、別の受講があります。マイページで確かめて、どちらかを取りやめてください。")
    return redirect(url_for("participation.session_page", session_id=session_id))


@blueprint.post("/sessions/<int:session_id>/queue")
@requires(Permission.TAKE_PART)
def queue(session_id: int) -> ResponseReturnValue:
    """Wait for a place in a session that is full."""
    queueing.queue(actor(), session_for(actor(), session_id).id, because())
    flash("順番を待っています。席が空いたら、案内が届きます。")
    return redirect(url_for("participation.session_page", session_id=session_id))


def _chosen(slug: str) -> tuple[Course, TrainingSession | None]:
    """Return the course of an address, and the session of it that the address names; else it is taken at the own pace."""
    session_id = number_in(request.args.get("session", ""))
    if session_id:
        session = session_for(actor(), session_id)
        if session.edition.course.slug == slug:
            return session.edition.course, session
    return published_course(slug, actor().organisation_ids)[0], None


def _said_of(course: Course, session: TrainingSession | None) -> dict[str, object]:
    """Return what the pages of enrolling own staff say of a course or session."""
    return {
        "course": course,
        "session": session,
        "edition": session.edition if session else course.published,
        "first": first_courses(course.id) if session else [],
    }


@blueprint.route("/office/enrol/<slug>", methods=["GET", "POST"])
@requires(Permission.ENROL_STAFF)
@holds(A_TABLE)
def enrol_staff(slug: str) -> ResponseReturnValue:
    """Enrol own staff by a list: look at what would happen, then do it and report each line."""
    (course, session), rows = _chosen(slug), request.args.getlist("row", type=int)
    form = StaffListForm(text=staff_list.lines_for(actor(), rows[: staff_list.MOST_CHOSEN]) if rows else "")
    if not form.validate_on_submit() or "again" in request.form:
        return answer("participation/enrol_staff.html", form, **_said_of(course, session))
    is_last_step = "enrol" in request.form
    try:
        listed, reason = form.listed, form.because.value
        act = staff_list.enrol_all if is_last_step else staff_list.preview
        lines = act(actor(), course, session, listed.text, reason)
    except RefusalError as refusal:
        db.session.rollback()
        form.refuse(refusal)
        return answer("participation/enrol_staff.html", form, **_said_of(*_chosen(slug)))
    page = "participation/enrolled_staff.html" if is_last_step else "participation/enrol_preview.html"
    return render_template(page, listed=listed, lines=lines, because=reason, **_said_of(course, session))


@blueprint.post("/office/enrol/<slug>/undo")
@requires(Permission.ENROL_STAFF)
def undo_enrolment(slug: str) -> ResponseReturnValue:
    """Take back what was entered by a list a moment ago."""
    course, _session = _chosen(slug)
    people = staff_list.undo(actor(), course, request.form.getlist("person", type=int)[: staff_list.MOST_UNDONE])
    flash(f"{people}人の申し込みを取り消しました。すでに始めた人は、そのままです。")
    return redirect(url_for("participation.enrol_staff", slug=slug, session=request.args.get("session")))


@blueprint.post("/office/staff/<int:membership_id>/enrol/<slug>")
@requires(Permission.ENROL_STAFF)
def enrol_one(membership_id: int, slug: str) -> ResponseReturnValue:
    """Enrol one of the own staff."""
    person = enrolments.own_entrant(actor(), membership_id)
    course, session = _chosen(slug)
    if session:
        application.enrol_in_session(actor(), person, session, because())
    else:
        enrolments.enrol_in_course(actor(), person, course)
    flash(f"{person.name}さんの受講を申し込みました。")
    return redirect(url_for("participation.choose_staff", slug=slug, session=request.args.get("session")))


@blueprint.get("/office/enrol/<slug>/choose")
@requires(Permission.ENROL_STAFF)
@shows("受講させる職員の選択")
def choose_staff(slug: str) -> ResponseReturnValue:
    """Find some of the own staff to enrol."""
    text = request.args.get("q", "")[:100]
    own = membership.managed_memberships(actor(), text, Permission.ENROL_STAFF).where(membership.is_current())
    people = db.session.scalars(own.limit(50)).all()
    course, session = _chosen(slug)
    hints = hints_of(course.id, [person.staff_id for person in people], session)
    return render_template(
        "participation/choose_staff.html", people=people, text=text, hints=hints, **_said_of(course, session)
    )
