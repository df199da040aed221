"""Trials (ためす): those who write or approve a course see its lessons as learners do; nothing of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for

from people.access import LONG_TEXTS, actor, holds, requires
from people.permission import Permission

from courses import edition as editions
from courses.course import own_course
from courses.lessons import lesson_kind, outline, quiz
from courses.lessons.lesson_text import rendered
from courses.packages import package as packages
from courses.packages.manifest import pages, parts_from

from learning.blueprint import blueprint
from learning.forms import answers_from
from learning.package_run import Shown, part_in
from learning.views.package import frame_for_trial, framing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from courses.models import CourseEdition, Lesson

SEED = "trial"


@blueprint.get("/studio/<slug>/lessons/<int:lesson_id>/try")
@requires(Permission.WRITE_COURSES)
def try_lesson(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Show a lesson of the latest edition as learners see it."""
    return _tried(slug, lesson_id, None)


@blueprint.post("/studio/<slug>/lessons/<int:lesson_id>/try")
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def try_answers(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Mark answers to the questions of a lesson; nothing is kept."""
    return _tried(slug, lesson_id, answers_from(request.form))


def _tried(slug: str, lesson_id: int, given: Mapping[str, Sequence[str]] | None) -> ResponseReturnValue:
    course = own_course(actor(), slug)
    edition = editions.whole(course.editions[-1].id)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    here = _package(lesson, edition)
    address = frame_for_trial(here) if here else ""
    kind = lesson_kind.kind_of(lesson)
    tested = lesson_kind.quiz_in(lesson) if kind.has_questions else None
    asked = quiz.asked(tested, SEED) if tested else []
    marks = (
        []
        if given is None
        else [(one, said, one.mark(said)) for one in asked for said in [given.get(str(one.number), [])]]
    )
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
        marks=marks,
        score=quiz.score([mark for _one, _said, mark in marks]),
        pass_percent=tested.pass_percent if tested else 0,
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
