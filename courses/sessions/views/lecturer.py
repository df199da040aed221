"""Pages of the pool of lecturers of an office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.forms import accepted, answer

from people.access import actor, requires
from people.access_log import shows
from people.permission import Permission

from courses.blueprint import blueprint
from courses.sessions import lecturer as lecturers
from courses.sessions.forms import LecturerForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.sessions.models import TrainingSession

KNOWN = ("name", "affiliation", "fields", "availability", "contact")


@blueprint.get("/office/lecturers")
@requires(Permission.PLAN_SESSIONS)
@shows("講師の名簿")
def lecturer_pool() -> ResponseReturnValue:
    """List the lecturers whom the office knows."""
    text = request.args.get("q", "")[:100]
    return render_template(
        "courses/lecturers.html", known=lecturers.pool(actor(), text), text=text, most=lecturers.MOST
    )


@blueprint.route("/office/lecturers/new", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def new_lecturer() -> ResponseReturnValue:
    """Enter somebody who teaches."""
    own, form = actor().own_organisation(Permission.PLAN_SESSIONS), LecturerForm()
    if made := accepted(form, lambda: lecturers.note(actor(), own, form.command())):
        flash(f"{made.name}さんを登録しました。開催回を計画するときに選べます。")
        return redirect(url_for("courses.lecturer_pool"))
    return answer("courses/lecturer_form.html", form, lecturer=None, sessions=[])


@blueprint.route("/office/lecturers/<int:lecturer_id>", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
@shows("講師")
def lecturer(lecturer_id: int) -> ResponseReturnValue:
    """Show what is known of a lecturer and where they teach; write it anew."""
    row = lecturers.lecturer(actor(), lecturer_id)
    form = LecturerForm(data={name: getattr(row, name) for name in KNOWN})
    if accepted(form, lambda: lecturers.note(actor(), row.organisation_id, form.command(), row)):
        flash("保存しました。")
        return redirect(url_for("courses.lecturer_pool"))
    row = lecturers.lecturer(actor(), lecturer_id)
    return answer("courses/lecturer_form.html", form, lecturer=row, sessions=lecturers.sessions_of(row))


@blueprint.post("/office/lecturers/<int:lecturer_id>/remove")
@requires(Permission.PLAN_SESSIONS)
def forget_lecturer(lecturer_id: int) -> ResponseReturnValue:
    """Take somebody out of the pool."""
    row = lecturers.lecturer(actor(), lecturer_id)
    name = row.name
    lecturers.forget(actor(), row)
    flash(f"{name}さんを名簿から外しました。開催回に書いた氏名は残ります。")
    return redirect(url_for("courses.lecturer_pool"))


def warn_of_busy(session: TrainingSession) -> None:
    """Say who of the lecturers of a session teaches elsewhere at the same time."""
    if names := lecturers.busy(session):
        flash(f"{'、'.join(names)}さんは、同じ時間にほかの開催回の講師です。日時を確かめてください。", "info")
