"""Pages of a quiz: begun, answered, submitted, and what it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from people.access import LONG_TEXTS, actor, holds, requires
from people.permission import Permission

from courses.course import published_courses
from courses.sessions.start import can_be_begun

from learning import attempt
from learning.blueprint import blueprint
from learning.forms import answers_from
from learning.path import path_of
from learning.views.player import completed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.post("/learn/<int:enrolment_id>/<int:lesson_id>/attempt")
@requires(Permission.TAKE_PART)
def begin_attempt(enrolment_id: int, lesson_id: int) -> ResponseReturnValue:
    """Begin an attempt, or go on with the open one."""
    path = path_of(actor(), enrolment_id)
    attempt.begin(path, path.lesson(lesson_id))
    return redirect(url_for("learning.lesson", enrolment_id=enrolment_id, lesson_id=lesson_id))


@blueprint.post("/attempts/<int:attempt_id>/answers")
@requires(Permission.TAKE_PART)
@holds(LONG_TEXTS)
def keep_answers(attempt_id: int) -> ResponseReturnValue:
    """Keep answers on the way: for the page itself an empty answer, by the button the page again."""
    mine = attempt.own_attempt(actor(), attempt_id)
    attempt.keep(mine, answers_from(request.form))
    if request.headers.get("X-Requested-With") == "fetch":
        return "", 204
    flash("ここまでの答えを保存しました。続きはあとからでも答えられます。")
    return redirect(url_for("learning.lesson", enrolment_id=mine.enrolment_id, lesson_id=mine.lesson_id))


@blueprint.post("/attempts/<int:attempt_id>/submit")
@requires(Permission.TAKE_PART)
@holds(LONG_TEXTS)
def submit(attempt_id: int) -> ResponseReturnValue:
    """Submit an attempt and see what it came to; where answers are missing, first see which."""
    mine, answers = attempt.own_attempt(actor(), attempt_id), answers_from(request.form)
    if "sure" not in request.form and attempt.unanswered(mine, answers):
        attempt.keep(mine, answers)
        address = url_for("learning.lesson", enrolment_id=mine.enrolment_id, lesson_id=mine.lesson_id, missing=1)
        return redirect(f"{address}#unanswered")
    if attempt.submit(mine, answers):
        return completed(path_of(actor(), mine.enrolment_id))
    return redirect(url_for("learning.attempt_result", attempt_id=attempt_id))


@blueprint.get("/attempts/<int:attempt_id>")
@requires(Permission.TAKE_PART)
def attempt_result(attempt_id: int) -> ResponseReturnValue:
    """Show what an attempt came to, question by question."""
    result = attempt.result(attempt.own_attempt(actor(), attempt_id))
    path = path_of(actor(), result.attempt.enrolment_id)
    lesson = path.lesson(result.attempt.lesson_id)
    band, areas = result.quiz.recommended(result.attempt.score or 0), result.by_area
    slugs = {slug for one in (band, *(area.band for area in areas)) if one for slug in one.courses}
    made = attempt.attempts(path.enrolment, lesson.id)
    return render_template(
        "learning/result.html",
        result=result,
        path=path,
        lesson=lesson,
        beside=path.beside(lesson),
        band=band,
        areas=areas,
        begun={one.slug: one for one in can_be_begun(actor(), published_courses(sorted(slugs)))},
        why_not=attempt.why_not(result.quiz, made, attempt.more_of(path, lesson)),
    )
