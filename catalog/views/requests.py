"""Requests: for a course that was not found, and for one that cannot be taken yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from kernel.forms import accepted, answer

from people.access import actor, public, requires, visitor
from people.permission import Permission

from courses.course import published_course

from catalog import course_request
from catalog.blueprint import blueprint
from catalog.forms import RequestForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/requests/new", methods=["GET", "POST"])
@public
def ask_for_course() -> ResponseReturnValue:
    """Ask for a course, as staff or as a visitor."""
    form, person = RequestForm(wish=request.args.get("q", "")[:100]), visitor()
    if accepted(form, lambda: course_request.ask_for_course(person, form.wish.value)):
        where = "マイページで確かめられます。" if person else ""
        flash(f"ご希望を、講座をつくる人に届けました。講座をつくるときの参考にします。{where}")
        return redirect(url_for("front.catalogue"))
    return answer("catalog/request.html", form)


@blueprint.post("/courses/<slug>/wait")
@requires(Permission.TAKE_PART)
def wait_for_course(slug: str) -> ResponseReturnValue:
    """Ask to be told when a course can be taken."""
    course, edition = published_course(slug, actor().organisation_ids)
    course_request.wait_for(actor(), course)
    flash(f"「{edition.title}」を受けられるようになったら、お知らせします。マイページで取り消せます。")
    return redirect(url_for("front.course", slug=slug))


@blueprint.post("/requests/<int:request_id>/take-back")
@requires(Permission.TAKE_PART)
def take_back(request_id: int) -> ResponseReturnValue:
    """Take an own request back."""
    course_request.take_back(actor(), request_id)
    flash("希望を取り消しました。")
    return redirect(url_for("front.me"))


@blueprint.post("/studio/requests/<int:request_id>/remove")
@requires(Permission.WRITE_COURSES)
def remove_request(request_id: int) -> ResponseReturnValue:
    """Remove what a visitor asked for."""
    course_request.remove(actor(), request_id)
    flash("来訪者の希望を外しました。")
    return redirect(url_for("catalog.course_requests"))
