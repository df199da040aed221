"""Pages on which the questions of a quiz are written and put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.errors import NotFoundError
from kernel.forms import accepted, answer
from kernel.page import SEEN, check_seen

from people.access import A_TABLE, LONG_TEXTS, actor, holds, requires
from people.act import Act
from people.permission import Permission

from courses.blueprint import blueprint
from courses.course import record_work
from courses.edition import LessonText
from courses.lessons import lesson_kind, outline, question_file
from courses.lessons.question import Question, QuestionKind
from courses.lessons.question_forms import NewQuestionForm, QuestionFileForm, question_form, with_questions
from courses.lessons.views.outline import WAYS, open_draft

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.lessons.question_file import ReadQuestions
    from courses.models import CourseEdition, Lesson


@blueprint.post("/studio/<slug>/lessons/<int:lesson_id>/questions")
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def add_question(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Go on to write a question of the kind that was chosen."""
    form = NewQuestionForm()
    kind = (form.kind.value if form.validate() else QuestionKind.SINGLE).value
    return redirect(url_for("courses.new_question", slug=slug, lesson_id=lesson_id, kind=kind))


@blueprint.route("/studio/<slug>/lessons/<int:lesson_id>/questions/file", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(A_TABLE)
def import_questions(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Add the questions of a file to a quiz, and say what of it was left out."""
    course, edition = open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    present, form = list(lesson_kind.quiz_in(lesson).questions), QuestionFileForm()

    def take_in() -> ReadQuestions:
        found = question_file.read(form.file.stream.read(question_file.LARGEST + 1))
        _put(edition, lesson, [*present, *found.questions])
        return found

    if found := accepted(form, take_in):
        record_work(actor(), Act.QUESTION_CHANGED, course)
        flash(f"{len(found.questions)}問を加えました。")
        if not found.left_out:
            return redirect(url_for("courses.edit_lesson", slug=slug, lesson_id=lesson_id, _anchor="questions"))
        return render_template("courses/questions_imported.html", course=course, lesson=lesson, found=found)
    course, edition = open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    return answer("courses/question_file.html", form, course=course, lesson=lesson)


@blueprint.route("/studio/<slug>/lessons/<int:lesson_id>/questions/new/<kind>", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def new_question(slug: str, lesson_id: int, kind: str) -> ResponseReturnValue:
    """Write a new question."""
    if kind not in {one.value for one in QuestionKind}:
        raise NotFoundError
    return _write_question(slug, lesson_id, QuestionKind(kind), None)


@blueprint.route("/studio/<slug>/lessons/<int:lesson_id>/questions/<int:number>", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def edit_question(slug: str, lesson_id: int, number: int) -> ResponseReturnValue:
    """Write a question anew."""
    return _write_question(slug, lesson_id, None, number)


def _write_question(slug: str, lesson_id: int, kind: QuestionKind | None, number: int | None) -> ResponseReturnValue:
    course, edition = open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    questions = list(lesson_kind.quiz_in(lesson).questions)
    if number is not None and not 1 <= number <= len(questions):
        raise NotFoundError
    present = questions[number - 1] if number else None
    asked = kind or (present.kind if present else QuestionKind.SINGLE)
    form = question_form(asked, present)

    def write() -> None:
        written = form.question(asked)
        _put(
            edition,
            lesson,
            [*questions[: number - 1], written, *questions[number:]] if number else [*questions, written],
        )

    if "more" in request.form:
        form.grow()
    elif accepted(form, write):
        record_work(actor(), Act.QUESTION_CHANGED, course)
        flash("問題を保存しました。")
        return redirect(url_for("courses.edit_lesson", slug=slug, lesson_id=lesson_id))
    course, edition = open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    return answer("courses/question_form.html", form, course=course, lesson=lesson, kind=asked, number=number)


def _put(edition: CourseEdition, lesson: Lesson, questions: list[Question]) -> None:
    content = with_questions(lesson_kind.quiz_in(lesson), questions)
    outline.write_lesson(
        edition, lesson.id,
        LessonText(lesson.title, lesson.body, lesson.kind, lesson.minutes, lesson.required, content),
    )  # fmt: skip


@blueprint.post("/studio/<slug>/lessons/<int:lesson_id>/questions/<int:number>/move")
@requires(Permission.WRITE_COURSES)
def move_question(slug: str, lesson_id: int, number: int) -> ResponseReturnValue:
    """Move a question up or down, or remove it, by the button that was pressed."""
    course, edition = open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    questions, act = list(lesson_kind.quiz_in(lesson).questions), request.form.get("act", "")
    if not 1 <= number <= len(questions):
        raise NotFoundError
    check_seen(request.form.get(SEEN), questions[number - 1])
    moved = questions.pop(number - 1)
    if act in WAYS:
        questions.insert(max(0, number - 1 + WAYS[act]), moved)
    elif act == "remove":
        flash(f"{number}問目を外しました。")
    else:
        raise NotFoundError
    _put(edition, lesson, questions)
    record_work(actor(), Act.QUESTION_MOVED, course)
    return redirect(url_for("courses.edit_lesson", slug=slug, lesson_id=lesson_id, _anchor="questions"))
