"""Pages for those who look after learners and courses: what learners tried, which questions are too hard, what is said afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.forms import accepted, answer
from kernel.page import Page, page_number, page_of

from people.access import actor, requires
from people.access_log import shows
from people.permission import Permission

from courses import edition as editions
from courses.course import own_course
from courses.lessons.lesson_kind import kind_of

from learning import feedback, practice, question_figures
from learning.blueprint import blueprint
from learning.forms import CommentForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from learning.models import Progress


@blueprint.get("/office/practice")
@requires(Permission.ENROL_STAFF)
@shows("やってみたことの一覧")
def practice_notes() -> ResponseReturnValue:
    """Show what the own staff tried."""
    return answer("learning/practice.html", CommentForm(formdata=None), rows=_shown(), at=None)


@blueprint.post("/office/practice/<int:enrolment_id>/<int:lesson_id>")
@requires(Permission.ENROL_STAFF)
def comment_practice(enrolment_id: int, lesson_id: int) -> ResponseReturnValue:
    """Comment on what one of the own staff tried."""
    form = CommentForm()
    if accepted(form, lambda: practice.comment(actor(), enrolment_id, lesson_id, form.comment.value)):
        flash("ひとことを伝えました。本人のレッスンのページに表示されます。")
        return redirect(url_for("learning.practice_notes"))
    return answer("learning/practice.html", form, rows=_shown(), at=(enrolment_id, lesson_id))


def _shown() -> Page[Progress]:
    return page_of(practice.shown_to(actor()), page_number(request.args.get("page")))


@blueprint.get("/studio/<slug>/figures")
@requires(Permission.WRITE_COURSES)
def figures(slug: str) -> ResponseReturnValue:
    """Show how the questions of a course's published edition are answered."""
    course = own_course(actor(), slug)
    edition = editions.whole(course.published_id or course.editions[-1].id)
    quizzes = [lesson for module in edition.modules for lesson in module.lessons if kind_of(lesson).has_questions]
    return render_template(
        "learning/figures.html",
        course=course,
        edition=edition,
        quizzes=[(lesson, question_figures.figures_of(lesson)) for lesson in quizzes],
        fewest=question_figures.FEWEST,
    )


@blueprint.get("/studio/<slug>/feedback")
@requires(Permission.WRITE_COURSES)
def course_feedback(slug: str) -> ResponseReturnValue:
    """Show what those who finished a course say of it, without their names."""
    course = own_course(actor(), slug)
    edition = editions.whole(course.published_id or course.editions[-1].id)
    summary = feedback.summary_of(course)
    return render_template(
        "learning/feedback.html", course=course, edition=edition, summary=summary, fewest=feedback.FEWEST
    )
