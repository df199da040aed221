"""Pages on which the modules and lessons of a draft are written and put in order, its quizzes and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, request, url_for

from kernel.database import db
from kernel.errors import NotFoundError
from kernel.forms import EmptyForm, accepted, answer

from people.access import Permission, requires

from courses import edition as editions
from courses import outline
from courses.edition import LessonText
from courses.lesson_forms import (
    AssetForm,
    ModuleForm,
    NewLessonForm,
    NewQuestionForm,
    form_for,
    question_form,
    with_questions,
)
from courses.models import LessonKind
from courses.package import chosen
from courses.quiz import QuestionKind
from courses.views.blueprint import blueprint
from courses.views.draft import draft_of, record_work

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.models import Asset, Course, CourseEdition, Lesson
    from courses.quiz import Question

WAYS = {"up": outline.UP, "down": outline.DOWN}


def _open_draft(slug: str) -> tuple[Course, CourseEdition]:
    """Return a course and its draft. Raises NotFoundError, and ConflictError where the latest edition is no draft."""
    course, edition = draft_of(slug)
    editions.check_editable(edition)
    return course, edition


def _to_outline(slug: str, near: str = "") -> ResponseReturnValue:
    return redirect(url_for("courses.edit_modules", slug=slug, _anchor=near or None))


@blueprint.get("/studio/<slug>/modules")
@requires(Permission.WRITE_COURSES)
def edit_modules(slug: str) -> ResponseReturnValue:
    """Show the modules and lessons of the draft."""
    return _outline(slug, ModuleForm(formdata=None), NewLessonForm(formdata=None), AssetForm(formdata=None))


def _outline(
    slug: str, module: ModuleForm, lesson: NewLessonForm, asset: AssetForm, at: int = 0
) -> ResponseReturnValue:
    course, edition = _open_draft(slug)
    form = next((form for form in (module, lesson, asset) if form.errors), module)
    return answer(
        "courses/outline.html", form, course=course, edition=edition, module_form=module, lesson_form=lesson,
        asset_form=asset, at=at, lacks=outline.lacks(edition),
    )  # fmt: skip


@blueprint.post("/studio/<slug>/modules")
@requires(Permission.WRITE_COURSES)
def add_module(slug: str) -> ResponseReturnValue:
    """Add a module."""
    course, edition = _open_draft(slug)
    form = ModuleForm()
    if added := accepted(form, lambda: outline.add_module(edition, form.title.data or "")):
        record_work("単元を追加", course)
        return _to_outline(slug, f"m{added.id}")
    return _outline(slug, form, NewLessonForm(formdata=None), AssetForm(formdata=None))


@blueprint.post("/studio/<slug>/modules/<int:module_id>")
@requires(Permission.WRITE_COURSES)
def change_module(slug: str, module_id: int) -> ResponseReturnValue:
    """Rename, move or remove a module, by the button that was pressed."""
    course, edition = _open_draft(slug)
    act = request.form.get("act", "")
    if act in WAYS:
        outline.move_module(edition, module_id, WAYS[act])
    elif act == "remove":
        outline.remove_module(edition, module_id)
    else:
        form = ModuleForm()
        if not accepted(form, lambda: outline.rename_module(edition, module_id, form.title.data or "")):
            return _outline(slug, form, NewLessonForm(formdata=None), AssetForm(formdata=None))
    record_work("単元を変更", course)
    return _to_outline(slug, f"m{module_id}")


@blueprint.post("/studio/<slug>/modules/<int:module_id>/lessons")
@requires(Permission.WRITE_COURSES)
def add_lesson(slug: str, module_id: int) -> ResponseReturnValue:
    """Add a lesson and go on to write it."""
    course, edition = _open_draft(slug)
    form = NewLessonForm()
    kind = next((kind for kind in LessonKind if kind.value == form.kind.data), LessonKind.TEXT)
    if added := accepted(form, lambda: outline.add_lesson(edition, module_id, form.title.data or "", kind)):
        record_work("レッスンを追加", course)
        return redirect(url_for("courses.edit_lesson", slug=slug, lesson_id=added.id))
    return _outline(slug, ModuleForm(formdata=None), form, AssetForm(formdata=None), at=module_id)


@blueprint.post("/studio/<slug>/lessons/<int:lesson_id>/move")
@requires(Permission.WRITE_COURSES)
def move_lesson(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Move a lesson up or down."""
    course, edition = _open_draft(slug)
    outline.move_lesson(edition, lesson_id, WAYS.get(request.form.get("act", ""), outline.DOWN))
    record_work("レッスンの順番を変更", course)
    return _to_outline(slug, f"l{lesson_id}")


@blueprint.route("/studio/<slug>/lessons/<int:lesson_id>/remove", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
def remove_lesson(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Remove a lesson, after a question that names it."""
    course, edition = _open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    form = EmptyForm()
    if removed := accepted(form, lambda: outline.remove_lesson(edition, lesson_id)):
        record_work("レッスンを削除", course)
        flash(f"「{removed.title}」を外しました。")
        return _to_outline(slug)
    return answer("courses/remove_lesson.html", form, course=course, lesson=lesson)


@blueprint.route("/studio/<slug>/lessons/<int:lesson_id>", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
def edit_lesson(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Write a lesson; what is written is kept on the way, too."""
    course, edition = _open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    form = form_for(lesson, edition)
    if accepted(form, lambda: outline.write_lesson(edition, lesson_id, form.text(lesson))):
        if request.headers.get("X-Requested-With") == "fetch":
            return "", 204
        record_work("レッスンを変更", course)
        flash("レッスンを保存しました。")
        return redirect(url_for("courses.edit_lesson", slug=slug, lesson_id=lesson_id))
    if form.errors:
        course, edition = _open_draft(slug)
        _module, lesson = outline.lesson_of(edition, lesson_id)
    return answer(
        "courses/lesson_form.html",
        form,
        course=course,
        edition=edition,
        lesson=lesson,
        quiz=outline.quiz_in(lesson) if lesson.kind is LessonKind.QUIZ else None,
        new_question=NewQuestionForm(formdata=None),
        package=chosen(lesson, edition.id),
    )


@blueprint.post("/studio/<slug>/lessons/<int:lesson_id>/questions")
@requires(Permission.WRITE_COURSES)
def add_question(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Go on to write a question of the kind that was chosen."""
    form = NewQuestionForm()
    kind = form.kind.data if form.validate() else QuestionKind.SINGLE.value
    return redirect(url_for("courses.new_question", slug=slug, lesson_id=lesson_id, kind=kind))


@blueprint.route("/studio/<slug>/lessons/<int:lesson_id>/questions/new/<kind>", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
def new_question(slug: str, lesson_id: int, kind: str) -> ResponseReturnValue:
    """Write a new question."""
    meant = next((one for one in QuestionKind if one.value == kind), None)
    if meant is None:
        raise NotFoundError
    return _write_question(slug, lesson_id, meant, None)


@blueprint.route("/studio/<slug>/lessons/<int:lesson_id>/questions/<int:number>", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
def edit_question(slug: str, lesson_id: int, number: int) -> ResponseReturnValue:
    """Write a question anew."""
    return _write_question(slug, lesson_id, None, number)


def _write_question(slug: str, lesson_id: int, kind: QuestionKind | None, number: int | None) -> ResponseReturnValue:
    course, edition = _open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    questions = list(outline.quiz_in(lesson).questions)
    if number is not None and not 1 <= number <= len(questions):
        raise NotFoundError
    present = questions[number - 1] if number else None
    asked = kind or (present.kind if present else QuestionKind.SINGLE)
    form = question_form(asked, present)

    def write() -> bool:
        written: Question = form.question(asked)
        _put(
            edition,
            lesson,
            [*questions[: number - 1], written, *questions[number:]] if number else [*questions, written],
        )
        return True

    if accepted(form, write):
        record_work("問題を変更", course)
        flash("問題を保存しました。")
        return redirect(url_for("courses.edit_lesson", slug=slug, lesson_id=lesson_id))
    course, edition = _open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    return answer("courses/question_form.html", form, course=course, lesson=lesson, kind=asked, number=number)


def _put(edition: CourseEdition, lesson: Lesson, questions: list[Question]) -> None:
    content = with_questions(outline.quiz_in(lesson), questions)
    outline.write_lesson(
        edition, lesson.id,
        LessonText(lesson.title, lesson.body, lesson.kind, lesson.minutes, lesson.required, content),
    )  # fmt: skip


@blueprint.post("/studio/<slug>/lessons/<int:lesson_id>/questions/<int:number>/move")
@requires(Permission.WRITE_COURSES)
def move_question(slug: str, lesson_id: int, number: int) -> ResponseReturnValue:
    """Move a question up or down, or remove it, by the button that was pressed."""
    course, edition = _open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    questions, act = list(outline.quiz_in(lesson).questions), request.form.get("act", "")
    if not 1 <= number <= len(questions):
        raise NotFoundError
    moved = questions.pop(number - 1)
    if act in WAYS:
        questions.insert(max(0, number - 1 + WAYS[act]), moved)
    elif act == "remove":
        flash(f"{number}問目を外しました。")
    else:
        raise NotFoundError
    _put(edition, lesson, questions)
    record_work("問題の順番を変更", course)
    return redirect(url_for("courses.edit_lesson", slug=slug, lesson_id=lesson_id, _anchor="questions"))


@blueprint.post("/studio/<slug>/assets")
@requires(Permission.WRITE_COURSES, uploads=True)
def add_asset(slug: str) -> ResponseReturnValue:
    """Take a file that lessons show. It is kept before the draft is changed, so that nobody waits for it."""
    _open_draft(slug)
    db.session.rollback()
    form = AssetForm()

    def take() -> Asset:
        sent = form.file.data
        file = outline.keep_file(current_app.extensions["files"], sent.filename or "", sent.stream)
        course, edition = _open_draft(slug)
        record_work("教材のファイルを追加", course)
        return outline.add_asset(edition, file)

    if added := accepted(form, take):
        use = (
            "種類が「教材パッケージ」のレッスンで選べます。"
            if added.media_type == outline.PACKED
            else f"図は、本文に assets/{added.name} と書くと表示されます。"
        )
        flash(f"「{added.name}」を加えました。{use}")
        return _to_outline(slug, "assets")
    return _outline(slug, ModuleForm(formdata=None), NewLessonForm(formdata=None), form)


@blueprint.post("/studio/<slug>/assets/<name>/remove")
@requires(Permission.WRITE_COURSES)
def remove_asset(slug: str, name: str) -> ResponseReturnValue:
    """Remove a file from the draft."""
    course, edition = _open_draft(slug)
    outline.remove_asset(edition, name)
    record_work("教材のファイルを削除", course)
    flash(f"「{name}」を外しました。")
    return _to_outline(slug, "assets")
