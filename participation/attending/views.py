"""Pages on which attendance is entered: by the host on a list, by a code, or from the file of a web-meeting tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from flask import current_app, flash, redirect, render_template, request, url_for

from kernel.forms import accepted, answer

from people.access import A_TABLE, LONG_TEXTS, actor, holds, requires, signed_in
from people.access_log import shows
from people.permission import Permission

from courses.completion_rule import sentence
from courses.sessions.meeting import meeting_of
from courses.sessions.training_session import hosted

from participation.attending import attendance, attendance_code, participant_file, web_meeting
from participation.attending.forms import CodeForm, WebMeetingForm, people_from, presence_from
from participation.attending.models import EnteredBy, Presence
from participation.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.sessions.models import Meeting


@blueprint.get("/sessions/<int:session_id>/attendance")
@requires(Permission.PLAN_SESSIONS)
@shows("出欠の一覧")
def session_attendance(session_id: int) -> ResponseReturnValue:
    """Show the attendance of a session at all its meetings."""
    session = hosted(actor(), session_id)
    sheet = attendance.sheet(actor(), session)
    if len(sheet.meetings) == 1:
        return redirect(url_for("participation.meeting_attendance", meeting_id=sheet.meetings[0].id))
    return render_template(
        "participation/session_attendance.html",
        session=session,
        sheet=sheet,
        rule=sentence(session.edition),
        has_begun=attendance.has_begun,
    )


@blueprint.route("/meetings/<int:meeting_id>/attendance", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
@holds(LONG_TEXTS)
@shows("出欠の入力")
def meeting_attendance(meeting_id: int) -> ResponseReturnValue:
    """Enter who came to a meeting; one press enters all those who are not entered yet."""
    meeting = meeting_of(actor(), meeting_id)
    sheet = attendance.sheet(actor(), meeting.session)
    if request.method == "POST":
        entered = presence_from(request.form)
        if "rest" in request.form:
            unknown = {row.id for row in sheet.people if sheet.mark(meeting, row) is None}
            entered |= {number: Presence.ATTENDED for number in unknown if entered.get(number) is None}
        changed = attendance.enter(actor(), meeting, entered)
        flash(f"出欠を保存しました（変更 {changed}人）。")
        return redirect(url_for("participation.meeting_attendance", meeting_id=meeting_id))
    return render_template(
        "participation/attendance.html",
        meeting=meeting,
        sheet=sheet,
        presences=[("", "未入力"), *Presence.choices()],
        rule=sentence(meeting.session.edition),
        has_begun=attendance.has_begun(meeting),
    )


@blueprint.route("/meetings/<int:meeting_id>/code", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def meeting_code(meeting_id: int) -> ResponseReturnValue:
    """Show the code of a meeting large, with its QR code; draw a new one, or end it."""
    meeting = meeting_of(actor(), meeting_id)
    if request.method == "POST":
        if "end" in request.form:
            attendance_code.end(meeting)
            flash("出席コードを終わりにしました。")
        else:
            attendance_code.show(actor(), meeting)
        return redirect(url_for("participation.meeting_code", meeting_id=meeting_id))
    sheet = attendance.sheet(actor(), meeting.session)
    shown = attendance_code.valid_code(meeting)
    address = f"{current_app.extensions['settings'].public_url}{url_for('participation.attend')}"
    return render_template(
        "participation/code.html",
        meeting=meeting,
        shown=shown,
        address=address,
        picture=_picture(f"{address}/{shown.code}") if shown else "",
        came=len(sheet.people) - sheet.missing(meeting),
        people=len(sheet.people),
        has_begun=attendance.has_begun(meeting),
    )


def _picture(address: str) -> str:
    """Return a QR code as an address of a picture that needs no request."""
    return segno.make(address, error="m").svg_data_uri(scale=8, border=4)


@blueprint.route("/attend", methods=["GET", "POST"])
@blueprint.route("/attend/<code>")
@signed_in
def attend(code: str = "") -> ResponseReturnValue:
    """Enter the code that is shown at a meeting."""
    form = CodeForm(data={"code": code})
    if meeting := accepted(form, lambda: attendance_code.attend(actor(), form.code.value)):
        flash(f"「{meeting.session.edition.title}」の出席を記録しました。")
        return redirect(url_for("participation.session_page", session_id=meeting.session_id))
    return answer("participation/attend.html", form)


@blueprint.route("/meetings/<int:meeting_id>/web-meeting", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
@holds(A_TABLE)
@shows("参加者レポートの取り込み")
def web_meeting_file(meeting_id: int) -> ResponseReturnValue:
    """Read the participant file of a web-meeting tool and show whom each name in it seems to mean."""
    meeting = meeting_of(actor(), meeting_id)
    form = WebMeetingForm(data={"minutes": _half(meeting)})
    joined = accepted(form, lambda: participant_file.joined_in(*form.file.contents))
    if joined is None:
        return answer("participation/web_meeting.html", form, meeting=meeting_of(actor(), meeting_id))
    sheet = attendance.sheet(actor(), meeting.session)
    return render_template(
        "participation/web_meeting_match.html",
        meeting=meeting,
        sheet=sheet,
        rows=web_meeting.recognised(joined, sheet.people),
        minutes=form.minutes.value or 0,
        asks=bool(form.minutes.value),
    )


def _half(meeting: Meeting) -> int:
    return int((meeting.ends_at - meeting.starts_at).total_seconds() // 120)


@blueprint.post("/meetings/<int:meeting_id>/web-meeting/names")
@requires(Permission.PLAN_SESSIONS)
@holds(A_TABLE)
def confirm_names(meeting_id: int) -> ResponseReturnValue:
    """Enter those whom the names of the file mean; what is entered already stands."""
    meeting = meeting_of(actor(), meeting_id)
    sheet = attendance.sheet(actor(), meeting.session)
    came = people_from(request.form)
    entered: dict[int, Presence | None] = {}
    for row in sheet.people:
        if sheet.mark(meeting, row) is not None:
            continue
        if row.id in came:
            entered[row.id] = Presence.ATTENDED
        elif "absent" in request.form:
            entered[row.id] = Presence.ABSENT
    changed = attendance.enter(actor(), meeting, entered, EnteredBy.FILE)
    flash(f"会議ツールの記録から、{changed}人の出欠を入力しました。")
    return redirect(url_for("participation.meeting_attendance", meeting_id=meeting_id))
