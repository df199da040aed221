"""The studio (講座づくり): own courses, what each still lacks, motivations, handing in and approving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.forms import accepted, answer
from kernel.page import SEEN, page_number, page_of, seen_as

from people.access import actor, requires
from people.permission import Permission

from courses import edition as editions
from courses import offer
from courses.course import own_course, own_courses, titles_before
from courses.keeping import keeping_of
from courses.lessons.lesson_kind import has_to_be_run, quiz_of
from courses.lessons.lesson_text import rendered

from catalog import catalogue_search, motivation, publication, retirement, roundtable
from catalog.blueprint import blueprint
from catalog.course_request import requests_for
from catalog.forms import MotivationForm, RetireForm, ReviewForm, remarks_from

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.models import CourseEdition


@blueprint.get("/studio")
@requires(Permission.WRITE_COURSES)
def studio() -> ResponseReturnValue:
    """List the own courses, last changed first."""
    rows = page_of(own_courses(actor()), page_number(request.args.get("page")))
    wishes = page_of(requests_for(actor()), 1, size=10)
    return render_template("catalog/studio.html", editions=rows, wishes=wishes)


@blueprint.get("/studio/requests")
@requires(Permission.WRITE_COURSES)
def course_requests() -> ResponseReturnValue:
    """List all that staff and visitors wish to learn, latest first."""
    rows = page_of(requests_for(actor()), page_number(request.args.get("page")), size=50)
    return render_template(
        "catalog/requests.html", wishes=rows, removable=actor().scope(Permission.WRITE_COURSES).everywhere
    )


@blueprint.get("/studio/<slug>")
@requires(Permission.WRITE_COURSES)
def studio_course(slug: str) -> ResponseReturnValue:
    """Show a course as those see it who write it: its edition, what it lacks, why it exists."""
    course = own_course(actor(), slug)
    edition = editions.whole(course.editions[-1].id)
    return render_template(
        "catalog/studio_course.html",
        course=course,
        edition=edition,
        for_whom=offer.in_words(edition),
        comes_first=titles_before(course.id),
        lacks=publication.missing_for_publication(edition),
        motivations=motivation.motivations_of(course.id),
        keeping=keeping_of(course.id),
        may_approve=publication.may_approve(actor(), publication.edition_in_review(actor(), edition.id)),
    )


@blueprint.route("/studio/<slug>/motivations/new", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
def new_motivation(slug: str) -> ResponseReturnValue:
    """Link a remark to a course, with a rationale."""
    course, typed = own_course(actor(), slug), request.args.get("q", "")[:200]
    form = MotivationForm(remark=request.args.get("remark", "")[:60])
    if accepted(form, lambda: motivation.motivate(actor(), course, form.command())):
        flash("きっかけを加えました。")
        return redirect(url_for("catalog.studio_course", slug=slug))
    return answer(
        "catalog/motivation_form.html",
        form,
        course=course,
        edition=course.editions[-1],
        typed=typed,
        chosen=motivation.meant(form.remark.value),
        found=catalogue_search.remarks_about(typed) if typed else roundtable.unanswered(),
    )


@blueprint.post("/studio/<slug>/motivations/<int:motivation_id>/withdraw")
@requires(Permission.WRITE_COURSES)
def withdraw_motivation(slug: str, motivation_id: int) -> ResponseReturnValue:
    """Take back the link to a remark."""
    motivation.withdraw(actor(), own_course(actor(), slug), motivation_id)
    flash("きっかけを外しました。")
    return redirect(url_for("catalog.studio_course", slug=slug))


@blueprint.post("/studio/<slug>/hand-in")
@requires(Permission.WRITE_COURSES)
def hand_in(slug: str) -> ResponseReturnValue:
    """Hand in the draft for approval."""
    course = own_course(actor(), slug)
    publication.hand_in(actor(), publication.edition_in_review(actor(), course.editions[-1].id))
    flash("確認を依頼しました。ほかの研修担当か事務局が確認すると公開されます。")
    return redirect(url_for("catalog.studio_course", slug=slug))


@blueprint.post("/studio/<slug>/take-back")
@requires(Permission.WRITE_COURSES)
def take_back_hand_in(slug: str) -> ResponseReturnValue:
    """Take the request for approval back."""
    course = own_course(actor(), slug)
    publication.take_back(actor(), publication.edition_in_review(actor(), course.editions[-1].id))
    flash("確認の依頼を取り下げました。下書きに戻っています。")
    return redirect(url_for("catalog.studio_course", slug=slug))


@blueprint.get("/studio/editions/<int:edition_id>")
@requires(Permission.WRITE_COURSES)
def edition_page(edition_id: int) -> ResponseReturnValue:
    """Read a whole edition before it is approved."""
    return _edition(publication.edition_in_review(actor(), edition_id), ReviewForm(formdata=None))


def _edition(edition: CourseEdition, form: ReviewForm) -> ResponseReturnValue:
    motivations = motivation.motivations_of(edition.course_id)
    return answer(
        "catalog/edition.html",
        form,
        edition=edition,
        motivations=motivations,
        may_approve=publication.may_approve(actor(), edition),
        seen=seen_as(*publication.as_read(edition, motivations)),
        for_whom=offer.in_words(edition),
        comes_first=titles_before(edition.course_id),
        rendered=rendered,
        quiz_of=quiz_of,
        has_to_be_run=has_to_be_run,
    )


@blueprint.post("/studio/editions/<int:edition_id>/approve")
@requires(Permission.WRITE_COURSES)
def approve(edition_id: int) -> ResponseReturnValue:
    """Approve an edition; it is published at once."""
    edition = publication.edition_in_review(actor(), edition_id)
    if "read" not in request.form:
        flash("内容をすべて読んだことを確かめて、チェックを入れてください。", "info")
        return redirect(url_for("catalog.edition_page", edition_id=edition_id))
    publication.approve(actor(), edition, request.form.get(SEEN))
    flash(f"「{edition.title}」を公開しました。")
    return redirect(url_for("front.course", slug=edition.course.slug))


@blueprint.post("/studio/editions/<int:edition_id>/send-back")
@requires(Permission.WRITE_COURSES)
def send_back(edition_id: int) -> ResponseReturnValue:
    """Send an edition back to its author, with a note."""
    edition, form = publication.edition_in_review(actor(), edition_id), ReviewForm()
    said = remarks_from(request.form.to_dict())
    if not said:
        form.validate()
    if form.errors:
        return _edition(edition, form)
    publication.send_back(actor(), edition, publication.note_of(edition, form.note.value, said))
    flash("差し戻しました。書いた人に知らせます。")
    return redirect(url_for("catalog.studio"))


@blueprint.get("/studio/<slug>/retire")
@requires(Permission.WRITE_COURSES)
def ask_to_retire(slug: str) -> ResponseReturnValue:
    """Show what hangs on a course before it is taken out of the catalogue."""
    return _retiring(slug, RetireForm(formdata=None))


@blueprint.post("/studio/<slug>/retire")
@requires(Permission.WRITE_COURSES)
def retire(slug: str) -> ResponseReturnValue:
    """Take a course out of the catalogue, with a reason."""
    course, form = own_course(actor(), slug), RetireForm()
    if accepted(form, lambda: retirement.retire(actor(), course, form.because.value, form.successor.value)):
        flash("公開を終了しました。受講の記録と修了は残ります。新しい版をつくれば、また公開できます。")
        return redirect(url_for("catalog.studio_course", slug=slug))
    return _retiring(slug, form)


def _retiring(slug: str, form: RetireForm) -> ResponseReturnValue:
    course = own_course(actor(), slug)
    if course.published_id is None and not form.errors:
        flash("公開中の版がありません。", "info")
        return redirect(url_for("catalog.studio_course", slug=slug))
    uses = retirement.uses_of(actor(), course)
    return answer("catalog/retire.html", form, course=course, edition=course.editions[-1], uses=uses)
