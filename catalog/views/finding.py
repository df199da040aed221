"""The page on which courses are found, and the request for one that was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.forms import accepted, answer

from people.access import actor, public, requires
from people.permission import Permission

from catalog import catalogue_search, course_request
from catalog.blueprint import blueprint
from catalog.facets import Sort
from catalog.forms import RequestForm
from catalog.search.query import marked

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/catalog")
@public
def catalogue() -> ResponseReturnValue:
    """Find courses by words and facets; curricula and remarks that match stand beside them."""
    found = catalogue_search.find(catalogue_search.ask(request.args.to_dict(flat=False)))
    return render_template("catalog/catalogue.html", found=found, sorts=list(Sort), marked=marked)


@blueprint.route("/requests/new", methods=["GET", "POST"])
@requires(Permission.TAKE_PART)
def ask_for_course() -> ResponseReturnValue:
    """Ask for a course."""
    form = RequestForm(wish=request.args.get("q", "")[:100])
    if accepted(form, lambda: course_request.ask_for_course(actor(), form.wish.value)):
        flash("ご希望を研修担当に届けました。講座をつくるときの参考にします。")
        return redirect(url_for("catalog.catalogue"))
    return answer("catalog/request.html", form)
