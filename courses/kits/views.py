"""Pages of facilitators' kits: read by hosts, written by the authors of the course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.download import download
from kernel.errors import NotFoundError
from kernel.forms import EmptyForm, accepted, answer

from people.access import LONG_TEXTS, actor, holds, requires
from people.permission import Permission

from courses.blueprint import blueprint
from courses.course import own_course, published_course
from courses.kits import kit
from courses.kits.forms import NewPartForm, PartForm
from courses.kits.models import KitKind
from courses.lessons.lesson_text import rendered

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.models import Course


@blueprint.get("/courses/<slug>/kit")
@requires(Permission.PLAN_SESSIONS)
def kit_page(slug: str) -> ResponseReturnValue:
    """Show the kit of a course, or the part of it that is asked for, to who may hold a session of it."""
    course, edition = published_course(slug, actor().organisation_ids)
    every = kit.parts_of(course.id)
    wanted = request.args.get("part", "")
    parts = [part for part in every if wanted in {"", f"{part.kind.value}-{part.number}"}] or every
    texts = {part.id: rendered(part.words, prefix=f"k{part.id}-") for part in parts}
    return render_template(
        "courses/kits/kit.html",
        course=course, edition=edition, every=every, parts=parts, texts=texts,
        may_write=actor().may(Permission.WRITE_COURSES, course.owner_id),
    )  # fmt: skip


@blueprint.get("/courses/<slug>/kit/<kind>/<int:number>")
@requires(Permission.PLAN_SESSIONS)
def kit_file(slug: str, kind: str, number: int) -> ResponseReturnValue:
    """Give what is handed out of a part: slides and cards as PDF, a worksheet as a workbook."""
    course, edition = published_course(slug, actor().organisation_ids)
    part = kit.part_of(course.id, kind, number)
    content, media_type = kit.as_file(part)
    return download(content, media_type, f"{edition.title}_{part.kind.label}_{part.title}.{part.kind.file}")


@blueprint.route("/studio/<slug>/kit", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
def write_kit(slug: str) -> ResponseReturnValue:
    """Show the parts of the kit of an own course, and choose what to add."""
    course, form = own_course(actor(), slug), NewPartForm()
    if form.validate_on_submit():
        kind = form.kind.value
        number = kit.next_number(course.id, kind)
        return redirect(url_for("courses.write_kit_part", slug=slug, kind=kind.value, number=number))
    return answer(
        "courses/kits/parts.html", form, course=course, edition=course.editions[-1], parts=kit.parts_of(course.id)
    )


def _kind(kind: str) -> KitKind:
    found = next((one for one in KitKind if one.value == kind), None)
    if found is None:
        raise NotFoundError
    return found


@blueprint.route("/studio/<slug>/kit/<kind>/<int:number>", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def write_kit_part(slug: str, kind: str, number: int) -> ResponseReturnValue:
    """Write a part of the kit of an own course, or begin it."""
    course, said = own_course(actor(), slug), _kind(kind)
    form = PartForm(body=_text(course, said, number))
    if accepted(form, lambda: (kit.write(actor(), slug, said, number, form.body.value),)):
        flash(f"{said.label}を保存しました。開催する人の画面に、すぐ表示されます。")
        return redirect(url_for("courses.write_kit", slug=slug))
    again = own_course(actor(), slug)
    return answer("courses/kits/part.html", form, course=again, edition=again.editions[-1], kind=said, number=number)


def _text(course: Course, kind: KitKind, number: int) -> str:
    held = {(one.kind, one.number): one.body for one in kit.parts_of(course.id)}
    return held.get((kind, number), f"# {kind.label}\n\n")


@blueprint.route("/studio/<slug>/kit/<kind>/<int:number>/remove", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
def remove_kit_part(slug: str, kind: str, number: int) -> ResponseReturnValue:
    """Ask whether a part of a kit is to be removed, and remove it."""
    course = own_course(actor(), slug)
    part = kit.part_of(course.id, kind, number)
    form = EmptyForm()
    title = part.title
    if accepted(form, lambda: kit.remove(actor(), slug, part)):
        flash(f"「{title}」を削除しました。")
        return redirect(url_for("courses.write_kit", slug=slug))
    return answer("courses/kits/remove.html", form, course=course, edition=course.editions[-1], part=part)
