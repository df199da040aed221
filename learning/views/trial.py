"""Trials (ためす): those who write or approve a course see its lessons as learners do; nothing of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for

from people.access import actor, requires
from people.permission import Permission

from courses import edition as editions
from courses.course import own_course
from courses.lessons import lesson_kind, outline, quiz
from courses.lessons.lesson_text import rendered
from courses.packages import package as packages
from courses.packages.manifest import pages, parts_from

from learning.blueprint import blueprint
from learning.package_run import Shown, part_in
from learning.views.package import frame_for_trial, framing

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.models import CourseEdition, Lesson

SEED = "trial"


@blueprint.get("/studio/<slug>/lessons/<int:lesson_id>/try")
@requires(Permission.WRITE_COURSES)
def try_lesson(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Show a lesson of the latest edition as learners see it."""
    course = own_course(actor(), slug)
    edition = editions.whole(course.editions[-1].id)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    here = _package(lesson, edition)
    address = frame_for_trial(here) if here else ""
    kind = lesson_kind.kind_of(lesson)
    asked = quiz.asked(lesson_kind.quiz_in(lesson), SEED) if kind.has_questions else []
    text = str(lesson.content["intro"]) if kind.has_questions else lesson.body
    page = render_template(
        "learning/trial.html",
        course=course,
        edition=edition,
        lesson=lesson,
        kind=kind,
        rule=lesson_kind.rule_of(lesson, has_own_rule=bool(here and here.has_own_rule)),
        text=rendered(text, url_for("courses.asset", edition_id=edition.id, name="")),
        asked=[(one, ()) for one in asked],
        here=here,
        address=address,
        beside=outline.beside(edition, lesson),
    )
    return framing(page)


def _package(lesson: Lesson, edition: CourseEdition) -> Shown | None:
    """Return the package of a lesson, open at the part that is asked for; None where the lesson shows none."""
    package = packages.chosen(lesson, edition.id)
    if package is None:
        return None
    parts = parts_from(package.outline)
    wanted = request.args.get("part", "")
    return Shown(package, parts, {}, part_in(parts, wanted) if wanted else pages(parts)[0])
