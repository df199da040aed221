"""Pages on which the host looks after a session: change, cancel, call off or close it, move a meeting, hand out files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, url_for

from kernel.database import db
from kernel.errors import ConflictError
from kernel.forms import EmptyForm, ReasonForm, accepted, answer

from people.access import LONG_TEXTS, actor, holds, requires
from people.permission import Permission

from courses import storage
from courses.sessions import lecturer, material, training_session
from courses.sessions.forms import MeetingForm, SessionForm, held_at, planned_by
from courses.sessions.meeting import meeting_of
from courses.sessions.training_session import hosted
from courses.sessions.views.lecturer import warn_of_busy

from participation.blueprint import blueprint
from participation.hosting import message
from participation.hosting.call_off import call_off
from participation.hosting.cancel import cancel, cancel_meeting
from participation.hosting.change import add_meeting, change, move_meeting
from participation.hosting.close import close
from participation.hosting.forms import MaterialForm, MessageForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.files.models import SessionMaterial


@blueprint.route("/sessions/<int:session_id>/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
@holds(LONG_TEXTS)
def edit_session(session_id: int) -> ResponseReturnValue:
    """Change a session; more places go to those who wait."""
    session = hosted(actor(), session_id)
    chosen = lecturer.chosen_for(session.id)
    form = SessionForm(data=planned_by(session, chosen))
    form.offer(lecturer.choices(actor(), chosen))

    def write() -> None:
        change(actor(), session, form.command(session.host_id, session.starts_at, session.ends_at))
        lecturer.choose(actor(), session, form.chosen_lecturers)

    if accepted(form, write):
        warn_of_busy(session)
        flash("開催回を変更しました。")
        return redirect(url_for("participation.session_page", session_id=session_id))
    session = hosted(actor(), session_id)
    return answer(
        "courses/session_form.html",
        form,
        course=session.edition.course,
        edition=session.edition,
        session=session,
        is_copy=False,
    )


@blueprint.route("/sessions/<int:session_id>/cancel", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def cancel_session(session_id: int) -> ResponseReturnValue:
    """Cancel a session, with a reason."""
    session = hosted(actor(), session_id)
    form = ReasonForm()

    if accepted(form, lambda: cancel(actor(), session, form.reason.value)):
        flash("開催回を中止しました。理由を、席のある人と推薦されている人に知らせます。")
        return redirect(url_for("participation.session_page", session_id=session_id))
    return answer("participation/cancel_session.html", form, session=hosted(actor(), session_id))


@blueprint.route("/meetings/<int:meeting_id>/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def edit_meeting(meeting_id: int) -> ResponseReturnValue:
    """Hold one meeting at another time or place."""
    meeting = meeting_of(actor(), meeting_id)
    form = MeetingForm(data=held_at(meeting))

    if accepted(form, lambda: move_meeting(actor(), meeting, form.move())):
        flash("日時と会場を変更しました。")
        return redirect(url_for("participation.session_page", session_id=meeting.session_id))
    return answer("participation/meeting_form.html", form, meeting=meeting_of(actor(), meeting_id))


@blueprint.route("/sessions/<int:session_id>/meetings/new", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def new_meeting(session_id: int) -> ResponseReturnValue:
    """Add a meeting to a session."""
    session, form = hosted(actor(), session_id), MeetingForm()
    if accepted(form, lambda: add_meeting(actor(), session, form.move())):
        flash("会を加えました。" if session.is_draft else "会を加えました。席のある人と、席を待つ人に知らせます。")
        return redirect(url_for("participation.session_page", session_id=session_id))
    return answer("participation/new_meeting.html", form, session=hosted(actor(), session_id))


@blueprint.route("/meetings/<int:meeting_id>/cancel", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def cancel_one_meeting(meeting_id: int) -> ResponseReturnValue:
    """Cancel one meeting of several, with a reason."""
    meeting, form = meeting_of(actor(), meeting_id), ReasonForm()

    if accepted(form, lambda: cancel_meeting(actor(), meeting, form.reason.value)):
        flash("この会だけを中止しました。ほかの会は予定どおりです。")
        return redirect(url_for("participation.session_page", session_id=meeting.session_id))
    return answer("participation/cancel_meeting.html", form, meeting=meeting_of(actor(), meeting_id))


@blueprint.route("/sessions/<int:session_id>/call-off", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def call_off_session(session_id: int) -> ResponseReturnValue:
    """Say that a session is not run because too few come."""
    session, form = hosted(actor(), session_id), EmptyForm()
    if accepted(form, lambda: call_off(actor(), session_id)):
        flash("不開催にしました。")
        return redirect(url_for("participation.session_page", session_id=session_id))
    return answer("participation/call_off.html", form, session=hosted(actor(), session.id))


@blueprint.post("/sessions/<int:session_id>/publish")
@requires(Permission.PLAN_SESSIONS)
def publish_session(session_id: int) -> ResponseReturnValue:
    """Show a draft to those whom it is for."""
    try:
        training_session.publish(actor(), hosted(actor(), session_id))
        flash("開催回を公開しました。受付の始まる日から申し込めます。")
    except ConflictError as refusal:
        db.session.rollback()
        flash(refusal.message, "info")
    return redirect(url_for("participation.session_page", session_id=session_id))


@blueprint.post("/sessions/<int:session_id>/discard")
@requires(Permission.PLAN_SESSIONS)
def discard_session(session_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    training_session.discard(actor(), hosted(actor(), session_id))
    flash("開催回の下書きを削除しました。")
    return redirect(url_for("front.office_sessions"))


@blueprint.route("/sessions/<int:session_id>/message", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def message_participants(session_id: int) -> ResponseReturnValue:
    """Write to those who have a place, and perhaps to those who hope for one."""
    session, form = hosted(actor(), session_id), MessageForm()
    if told := accepted(form, lambda: message.send(actor(), session_id, form.words.value, hoping=form.hoping.value)):
        flash(f"{told}人に連絡しました。お知らせとメールで届きます。")
        return redirect(url_for("participation.session_page", session_id=session_id))
    reached = message.reached(session.id)
    return answer("participation/message.html", form, session=hosted(actor(), session_id), reached=reached)


@blueprint.route("/sessions/<int:session_id>/materials", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS, uploads=True)
def session_materials(session_id: int) -> ResponseReturnValue:
    """Add a file to a session. It is kept before the session is changed, so that nobody waits for it."""
    host_id = hosted(actor(), session_id).host_id
    room = storage.room_of(host_id, current_app.extensions["settings"].files_gb)
    db.session.rollback()
    form = MaterialForm()

    def take() -> SessionMaterial:
        file = material.keep(current_app.extensions["files"], form.file.file_name, form.file.stream, room)
        return material.hand_in(actor(), hosted(actor(), session_id), file, is_for_host=form.is_for_host.value)

    if added := accepted(form, take):
        flash(f"「{added.name}」を加えました。")
        return redirect(url_for("participation.session_materials", session_id=session_id))
    return answer(
        "participation/materials.html", form, session=hosted(actor(), session_id),
        materials=material.materials_of(session_id),
    )  # fmt: skip


@blueprint.post("/sessions/<int:session_id>/materials/<int:material_id>/remove")
@requires(Permission.PLAN_SESSIONS)
def remove_material(session_id: int, material_id: int) -> ResponseReturnValue:
    """Take a file away from a session."""
    gone = material.take_away(actor(), hosted(actor(), session_id), material_id)
    flash(f"「{gone.name}」を外しました。")
    return redirect(url_for("participation.session_materials", session_id=session_id))


@blueprint.post("/sessions/<int:session_id>/close")
@requires(Permission.PLAN_SESSIONS)
def close_session(session_id: int) -> ResponseReturnValue:
    """Close a session whose attendance is entered."""
    try:
        close(actor(), hosted(actor(), session_id).id)
    except ConflictError as refusal:
        db.session.rollback()
        flash(f"まだ完了にできません。{refusal.message}", "info")
        there = "session_attendance" if hosted(actor(), session_id).closed_at is None else "session_page"
        return redirect(url_for(f"participation.{there}", session_id=session_id))
    flash("この開催回を完了にしました。")
    return redirect(url_for("participation.session_page", session_id=session_id))
