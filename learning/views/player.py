"""The player: the lessons of an enrolment, what is left, next and back, and going on where one was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.forms import accepted, answer

from people.access import LONG_TEXTS, actor, holds, requires
from people.permission import Permission

from courses import completion_rule
from courses.course import published_course
from courses.lessons.lesson_kind import kind_of, rule_of
from courses.lessons.lesson_text import rendered
from courses.models import LessonKind

from catalog.motivation import first_voice

from participation import enrolment as enrolments
from participation.record import certificate

from learning import attempt, package_run, progress
from learning.blueprint import blueprint
from learning.forms import NoteForm, position_from
from learning.path import Path, path_of
from learning.views.package import frame_for, framing

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.models import Lesson


def assets_of(path: Path) -> str:
    """Return the address under which the files of an edition stand."""
    return url_for("courses.asset", edition_id=path.edition.id, name="")


@blueprint.get("/courses/<slug>/lessons")
@requires(Permission.TAKE_PART)
def lessons(slug: str) -> ResponseReturnValue:
    """Lead to the lessons of the edition that one is enrolled in, even if the course is no longer offered."""
    mine = enrolments.latest_enrolment_in(actor().staff_id, slug)
    return redirect(url_for("learning.overview", enrolment_id=mine.id))


@blueprint.post("/courses/<slug>/enrol")
@requires(Permission.TAKE_PART)
def enrol(slug: str) -> ResponseReturnValue:
    """Take an e-learning course and begin with its first lesson; who takes it already goes on."""
    found, _edition = published_course(slug, actor().organisation_ids)
    mine = enrolments.open_enrolment(actor().staff_id, found.id)
    if mine is None or mine.session_id:
        mine = enrolments.enrol_in_course(actor(), enrolments.entrant(actor()), found)
    return _go_on(mine.id)


@blueprint.post("/enrolments/<int:enrolment_id>/start")
@requires(Permission.TAKE_PART)
def start(enrolment_id: int) -> ResponseReturnValue:
    """Begin to learn, or go on where one was."""
    return _go_on(enrolment_id)


def _go_on(enrolment_id: int) -> ResponseReturnValue:
    path = path_of(actor(), enrolment_id)
    progress.begin(path.enrolment)
    if path.next_up is None:
        return redirect(url_for("learning.overview", enrolment_id=enrolment_id))
    return redirect(url_for("learning.lesson", enrolment_id=enrolment_id, lesson_id=path.next_up.id))


@blueprint.get("/learn/<int:enrolment_id>")
@requires(Permission.TAKE_PART)
def overview(enrolment_id: int) -> ResponseReturnValue:
    """Show the whole way: what is done, what is left, how long it takes."""
    path = path_of(actor(), enrolment_id)
    return render_template("learning/overview.html", path=path, rule=completion_rule.sentence(path.edition))


@blueprint.get("/learn/<int:enrolment_id>/all")
@requires(Permission.TAKE_PART)
def all_lessons(enrolment_id: int) -> ResponseReturnValue:
    """Show what all lessons say on one page, to be printed or kept where there is no network."""
    path = path_of(actor(), enrolment_id)
    assets = assets_of(path)
    texts = {one.id: rendered(one.body, assets) for one in path.lessons if not kind_of(one).has_questions}
    return render_template("learning/all_lessons.html", path=path, texts=texts)


@blueprint.get("/learn/<int:enrolment_id>/<int:lesson_id>")
@requires(Permission.TAKE_PART)
def lesson(enrolment_id: int, lesson_id: int) -> ResponseReturnValue:
    """Show a lesson."""
    path = path_of(actor(), enrolment_id)
    shown = path.lesson(lesson_id)
    return PAGES.get(shown.kind, _text)(path, shown)


def _text(path: Path, shown: Lesson) -> ResponseReturnValue:
    return _lesson(path, shown, _note_form(path, shown.id))


def _note_form(path: Path, lesson_id: int) -> NoteForm:
    mine = path.progress.get(lesson_id)
    return NoteForm(note=mine.note if mine else "", shared=bool(mine and mine.shared))


def _lesson(path: Path, shown: Lesson, form: NoteForm) -> ResponseReturnValue:
    return answer(
        "learning/lesson.html",
        form,
        path=path,
        lesson=shown,
        beside=path.beside(shown),
        mine=path.progress.get(shown.id),
        kind=kind_of(shown),
        text=rendered(shown.body, assets_of(path)),
        voice=None if path.beside(shown)[0] else first_voice(path.edition.course_id),
    )


def _quiz(path: Path, shown: Lesson) -> ResponseReturnValue:
    quiz = attempt.quiz_to_ask(shown)
    made = attempt.attempts(path.enrolment, shown.id)
    present = attempt.open_attempt(path.enrolment, made)
    return render_template(
        "learning/quiz.html",
        path=path,
        lesson=shown,
        beside=path.beside(shown),
        quiz=quiz,
        intro=rendered(quiz.intro, assets_of(path)),
        made=[one for one in made if one.enrolment_id == path.enrolment.id],
        open=present,
        asked=attempt.asked(present, quiz) if present else [],
        unanswered=attempt.unanswered(present, {}) if present and "missing" in request.args else [],
        more=attempt.more_of(path, shown),
        why_not=attempt.why_not(quiz, made, attempt.more_of(path, shown)),
    )


def _package(path: Path, shown: Lesson) -> ResponseReturnValue:
    here = package_run.shown(path.enrolment, shown, request.args.get("part", ""))
    address = frame_for(path.enrolment, shown, here)
    page = render_template(
        "learning/package.html",
        alone=request.args.get("window") == "own",
        path=path,
        lesson=shown,
        beside=path.beside(shown),
        here=here,
        address=address,
        rule=rule_of(shown, has_own_rule=here.has_own_rule),
        text=rendered(shown.body, assets_of(path)),
    )
    return framing(page)


PAGES = {LessonKind.QUIZ: _quiz, LessonKind.PACKAGE: _package}
"""The kinds of lessons that have a page of their own; the others are read."""


@blueprint.post("/learn/<int:enrolment_id>/<int:lesson_id>/finish")
@requires(Permission.TAKE_PART)
def finish_lesson(enrolment_id: int, lesson_id: int) -> ResponseReturnValue:
    """Finish a lesson and go on to the next."""
    path = path_of(actor(), enrolment_id)
    shown = path.lesson(lesson_id)
    return completed(path) if progress.finish(path, shown) else _after(path, shown)


def _after(path: Path, shown: Lesson) -> ResponseReturnValue:
    _before, after = path.beside(shown)
    if after is None:
        return redirect(url_for("learning.overview", enrolment_id=path.enrolment.id))
    return redirect(url_for("learning.lesson", enrolment_id=path.enrolment.id, lesson_id=after.id))


def completed(path: Path) -> ResponseReturnValue:
    """Issue the certificate of a course that somebody just completed, and lead to it."""
    certificate.issue(actor(), path.enrolment.id)
    return redirect(url_for("front.finished", enrolment_id=path.enrolment.id))


@blueprint.post("/learn/<int:enrolment_id>/<int:lesson_id>/position")
@requires(Permission.TAKE_PART)
def keep_position(enrolment_id: int, lesson_id: int) -> ResponseReturnValue:
    """Keep where somebody is in a lesson."""
    path = path_of(actor(), enrolment_id)
    progress.see(path, path.lesson(lesson_id), position_from(request.form))
    return "", 204


@blueprint.post("/learn/<int:enrolment_id>/<int:lesson_id>/note")
@requires(Permission.TAKE_PART)
@holds(LONG_TEXTS)
def write_note(enrolment_id: int, lesson_id: int) -> ResponseReturnValue:
    """Keep what somebody wrote in a practice task: by itself while it is written, or to go on with the next lesson."""
    path, by_itself = path_of(actor(), enrolment_id), request.headers.get("X-Requested-With") == "fetch"
    shown, form = path.lesson(lesson_id), _note_form(path, lesson_id)

    def write() -> ResponseReturnValue:
        mine, note = path.progress.get(lesson_id), form.note.value
        is_shown = form.shared.value and (not by_itself or bool(mine and mine.shared))  # shown by a press only
        progress.write_note(path, shown, note, shared=is_shown)
        if by_itself:
            return "", 204, {"X-Seen": NoteForm(formdata=None, note=note, shared=is_shown).seen}
        if request.form.get("then") != "next":
            flash("書いたことを保存しました。")
            return redirect(url_for("learning.lesson", enrolment_id=enrolment_id, lesson_id=lesson_id))
        is_skipped = not shown.required and not note.strip()
        return completed(path) if not is_skipped and progress.finish_written(path, shown, note) else _after(path, shown)

    done = accepted(form, write)
    if done is not None:
        return done
    if by_itself:
        return "", 409 if form.overtaken else 422
    path = path_of(actor(), enrolment_id)
    return _lesson(path, path.lesson(lesson_id), form)


@blueprint.post("/enrolments/<int:enrolment_id>/finish")
@requires(Permission.TAKE_PART)
def finish(enrolment_id: int) -> ResponseReturnValue:
    """Finish a course whose required lessons are all finished."""
    path = path_of(actor(), enrolment_id)
    progress.finish_course(path)
    if path.enrolment.state.is_completed:
        return completed(path)
    return redirect(url_for("learning.overview", enrolment_id=enrolment_id))  # the attendance decides
