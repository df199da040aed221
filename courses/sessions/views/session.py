"""The page on which a session of a published course is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from kernel.forms import accepted, answer
from kernel.text import LARGEST_ID, number_in

from people.access import LONG_TEXTS, actor, holds, requires
from people.permission import Permission

from courses import course as courses
from courses.blueprint import blueprint
from courses.sessions import lecturer, material, training_session
from courses.sessions.forms import NewSessionForm, like_session
from courses.sessions.views.lecturer import warn_of_busy

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.sessions.models import TrainingSession


@blueprint.route("/studio/<slug>/sessions/new", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
@holds(LONG_TEXTS)
def new_session(slug: str) -> ResponseReturnValue:
    """Plan a session of a published course, of the own organisation or of another one."""
    course, edition = courses.published_course(slug, actor().organisation_ids)
    own, like = actor().own_organisation(Permission.PLAN_SESSIONS), number_in(request.args.get("like", ""), LARGEST_ID)
    copied = like_session(training_session.hosted(actor(), like), lecturer.chosen_for(like)) if like else None
    form = NewSessionForm(data=copied)
    form.offer(lecturer.choices(actor(), lecturer.chosen_for(like) if like else ()))
    is_draft = "draft" in request.form

    def plan() -> TrainingSession:
        planned = training_session.plan(actor(), edition, form.plan(own, is_draft=is_draft))
        lecturer.choose(actor(), planned, form.chosen_lecturers)
        if like:
            material.copy(like, planned)
        return planned

    if planned := accepted(form, plan):
        told = "開催回の下書きを保存しました。あなたの団体の研修担当だけに見えます。"
        flash(told if is_draft else "開催回を公開しました。受付の始まる日から申し込めます。")
        warn_of_busy(planned)
        return redirect(url_for("participation.session_page", session_id=planned.id))
    return answer("courses/session_form.html", form, course=course, edition=edition, session=None, is_copy=bool(copied))
