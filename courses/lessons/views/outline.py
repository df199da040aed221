"""Pages on which the modules and lessons of a draft are written and put in order, and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, request, url_for

from kernel.database import db
from kernel.forms import EmptyForm, accepted, answer
from kernel.page import seen_as

from people.access import LONG_TEXTS, actor, holds, requires
from people.act import Act
from people.permission import Permission

from courses import edition as editions
from courses import storage
from courses.blueprint import blueprint
from courses.course import own_draft, record_work
from courses.lessons import asset as assets
from courses.lessons import lesson_kind, outline
from courses.lessons.forms import AssetForm, ModuleForm, NewLessonForm, form_for
from courses.lessons.lesson_text import rendered
from courses.lessons.question_forms import NewQuestionForm
from courses.packages.package import chosen

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.models import Asset, Course, CourseEdition

WAYS = {"up": outline.UP, "down": outline.DOWN}


def open_draft(slug: str) -> tuple[Course, CourseEdition]:
    """Return a course and its draft. Raises NotFoundError, and ConflictError where the latest edition is no draft."""
    course, edition = own_draft(actor(), slug)
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
    course, edition = open_draft(slug)
    form = next((form for form in (module, lesson, asset) if form.errors), module)
    return answer(
        "courses/outline.html", form, course=course, edition=edition, module_form=module, lesson_form=lesson,
        asset_form=asset, at=at, lacks=lesson_kind.lacks(edition),
    )  # fmt: skip


@blueprint.post("/studio/<slug>/modules")
@requires(Permission.WRITE_COURSES)
def add_module(slug: str) -> ResponseReturnValue:
    """Add a module."""
    course, edition = open_draft(slug)
    form = ModuleForm()
    if added := accepted(form, lambda: outline.add_module(edition, form.title.value)):
        record_work(actor(), Act.MODULE_ADDED, course)
        return _to_outline(slug, f"m{added.id}")
    return _outline(slug, form, NewLessonForm(formdata=None), AssetForm(formdata=None))


@blueprint.post("/studio/<slug>/modules/<int:module_id>")
@requires(Permission.WRITE_COURSES)
def change_module(slug: str, module_id: int) -> ResponseReturnValue:
    """Rename, move or remove a module, by the button that was pressed."""
    course, edition = open_draft(slug)
    act = request.form.get("act", "")
    if act in WAYS:
        outline.move_module(edition, module_id, WAYS[act])
    elif act == "remove":
        outline.remove_module(edition, module_id)
    else:
        form = ModuleForm()
        if not accepted(form, lambda: outline.rename_module(edition, module_id, form.title.value)):
            return _outline(slug, form, NewLessonForm(formdata=None), AssetForm(formdata=None))
    record_work(actor(), Act.MODULE_CHANGED, course)
    return _to_outline(slug, f"m{module_id}")


@blueprint.post("/studio/<slug>/modules/<int:module_id>/lessons")
@requires(Permission.WRITE_COURSES)
def add_lesson(slug: str, module_id: int) -> ResponseReturnValue:
    """Add a lesson and go on to write it."""
    course, edition = open_draft(slug)
    form = NewLessonForm()
    if added := accepted(form, lambda: outline.add_lesson(edition, module_id, form.title.value, form.kind.value)):
        record_work(actor(), Act.LESSON_ADDED, course)
        return redirect(url_for("courses.edit_lesson", slug=slug, lesson_id=added.id))
    return _outline(slug, ModuleForm(formdata=None), form, AssetForm(formdata=None), at=module_id)


@blueprint.post("/studio/<slug>/lessons/<int:lesson_id>/move")
@requires(Permission.WRITE_COURSES)
def move_lesson(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Move a lesson up or down."""
    course, edition = open_draft(slug)
    outline.move_lesson(edition, lesson_id, WAYS.get(request.form.get("act", ""), outline.DOWN))
    record_work(actor(), Act.LESSON_MOVED, course)
    return _to_outline(slug, f"l{lesson_id}")


@blueprint.route("/studio/<slug>/lessons/<int:lesson_id>/remove", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
def remove_lesson(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Remove a lesson, after a question that names it."""
    course, edition = open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    form = EmptyForm()
    if removed := accepted(form, lambda: outline.remove_lesson(edition, lesson_id)):
        record_work(actor(), Act.LESSON_REMOVED, course)
        flash(f"「{removed.title}」を外しました。")
        return _to_outline(slug)
    return answer("courses/remove_lesson.html", form, course=course, lesson=lesson, kind=lesson_kind.kind_of(lesson))


@blueprint.route("/studio/<slug>/lessons/<int:lesson_id>", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def edit_lesson(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Write a lesson; what is written is kept on the way, too."""
    course, edition = open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    form = form_for(lesson, edition)
    if accepted(form, lambda: outline.write_lesson(edition, lesson_id, form.text(lesson))):
        if request.headers.get("X-Requested-With") == "fetch":
            return "", 204, {"X-Seen": form_for(lesson, edition).seen}
        record_work(actor(), Act.LESSON_CHANGED, course)
        flash("レッスンを保存しました。")
        there = "learning.try_lesson" if request.form.get("then") == "try" else "courses.edit_lesson"
        return redirect(url_for(there, slug=slug, lesson_id=lesson_id))
    if form.errors:
        course, edition = open_draft(slug)
        _module, lesson = outline.lesson_of(edition, lesson_id)
    kind = lesson_kind.kind_of(lesson)
    return answer(
        "courses/lesson_form.html",
        form,
        course=course,
        edition=edition,
        lesson=lesson,
        kind=kind,
        quiz=lesson_kind.quiz_in(lesson) if kind.has_questions else None,
        new_question=NewQuestionForm(formdata=None),
        package=chosen(lesson, edition.id),
        seen_as=seen_as,
    )


@blueprint.post("/studio/<slug>/lessons/<int:lesson_id>/preview")
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def preview_lesson(slug: str, lesson_id: int) -> ResponseReturnValue:
    """Return the text of a lesson that is being written as its readers will see it; nothing is kept."""
    _course, edition = open_draft(slug)
    _module, lesson = outline.lesson_of(edition, lesson_id)
    form = form_for(lesson, edition)
    return rendered(form.body.value, url_for("courses.asset", edition_id=edition.id, name="")) if "body" in form else ""


@blueprint.post("/studio/<slug>/assets")
@requires(Permission.WRITE_COURSES, uploads=True)
def add_asset(slug: str) -> ResponseReturnValue:
    """Take a file that lessons show. It is kept before the draft is changed, so that nobody waits for it."""
    course, _edition = open_draft(slug)
    room = storage.room_of(course.owner_id, current_app.extensions["settings"].files_gb)
    db.session.rollback()
    form = AssetForm()

    def take() -> Asset:
        file = assets.keep_file(current_app.extensions["files"], form.file.file_name, form.file.stream, room)
        course, edition = open_draft(slug)
        record_work(actor(), Act.FILE_ADDED, course)
        return assets.add_asset(edition, file)

    if added := accepted(form, take):
        use = (
            "種類が「教材パッケージ」のレッスンで選べます。"
            if added.media_type == assets.PACKED
            else f"図は、本文に assets/{added.name} と書くと表示されます。"
        )
        flash(f"「{added.name}」を加えました。{use}")
        return _to_outline(slug, "assets")
    return _outline(slug, ModuleForm(formdata=None), NewLessonForm(formdata=None), form)


@blueprint.post("/studio/<slug>/assets/<name>/remove")
@requires(Permission.WRITE_COURSES)
def remove_asset(slug: str, name: str) -> ResponseReturnValue:
    """Remove a file from the draft."""
    course, edition = open_draft(slug)
    assets.remove_asset(edition, name)
    record_work(actor(), Act.FILE_REMOVED, course)
    flash(f"「{name}」を外しました。")
    return _to_outline(slug, "assets")
