"""Pages on which an organisation adopts curricula: after a look at whom it concerns, and what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.fields import options
from kernel.forms import accepted, answer

from people import organisation as organisations
from people.access import LONG_TEXTS, actor, holds, requires
from people.access_log import shows
from people.permission import Permission
from people.sections import post, section

from catalog.adopting import adoption as adopting
from catalog.adopting.forms import AdoptionForm
from catalog.blueprint import blueprint
from catalog.curricula.curriculum import published_curriculum

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from catalog.models import Adoption, Curriculum


@blueprint.route("/curricula/<slug>/adopt", methods=["GET", "POST"])
@requires(Permission.ADOPT_CURRICULA)
@holds(LONG_TEXTS)
@shows("カリキュラムの採用")
def adopt(slug: str) -> ResponseReturnValue:
    """Adopt a curriculum for staff of the own organisation, after a look at whom it concerns."""
    own = actor().own_organisation(Permission.ADOPT_CURRICULA)
    curriculum, form = published_curriculum(slug, actor()), _form(own)
    if request.form.get("act") == "preview":
        return _preview(form, curriculum, own)
    if accepted(form, lambda: adopting.adopt(actor(), own, curriculum, form.command())):
        flash(f"「{curriculum.title}」を採用しました。対象の職員のマイページに、必修の講座が表示されます。")
        return redirect(url_for("catalog.adoptions"))
    return _answer(form, curriculum, own)


def _form(organisation_id: int, adoption: Adoption | None = None) -> AdoptionForm:
    said = {} if adoption is None else {
        "section_id": adoption.section_id or 0,
        "post_id": adoption.post_id or 0,
        "new_since": adoption.new_since.isoformat() if adoption.new_since else "",
        "people": "\n".join(adopting.listed_in(adoption.id)) if adoption.is_listed else "",
        "due_on": adoption.due_on.isoformat() if adoption.due_on else "",
        "due_days": adoption.due_days,
    }  # fmt: skip
    form = AdoptionForm(data=said)
    sections = ((row.id, row.title) for row in section.sections_of(organisation_id))
    form.section_id.choices = options([(0, "すべての部署"), *sections])
    form.post_id.choices = options([(0, "すべての職"), *((row.id, row.name) for row in post.posts_of(organisation_id))])
    return form


def _preview(
    form: AdoptionForm, curriculum: Curriculum, organisation_id: int, adoption: Adoption | None = None
) -> ResponseReturnValue:
    """Show the form with what it means."""
    seen = accepted(form, lambda: adopting.preview(actor(), organisation_id, curriculum, form.command(), adoption))
    return _answer(form, curriculum, organisation_id, adoption, seen)


def _answer(
    form: AdoptionForm,
    curriculum: Curriculum,
    organisation_id: int,
    adoption: Adoption | None = None,
    preview: adopting.Preview | None = None,
) -> ResponseReturnValue:
    return answer(
        "catalog/adopt.html",
        form,
        curriculum=curriculum,
        preview=preview,
        adoption=adoption,
        organisation=organisations.organisation(organisation_id),
    )


@blueprint.get("/office/adoptions")
@requires(Permission.ADOPT_CURRICULA)
def adoptions() -> ResponseReturnValue:
    """List what the own organisation adopted."""
    own = actor().organisation_with(Permission.ADOPT_CURRICULA)
    rows = adopting.adoptions_of([own] if own else [])
    return render_template("catalog/adoptions.html", adoptions=rows, words_of=adopting.words_of, until=adopting.until)


@blueprint.route("/office/adoptions/<int:adoption_id>", methods=["GET", "POST"])
@requires(Permission.ADOPT_CURRICULA)
@holds(LONG_TEXTS)
@shows("採用したカリキュラムの変更")
def change_adoption(adoption_id: int) -> ResponseReturnValue:
    """Change whom an adoption is for and until when, or end it, after a look at what that means."""
    found = adopting.own_adoption(actor(), adoption_id)
    form = _form(found.organisation_id, found)
    if request.form.get("act") == "preview":
        return _preview(form, found.curriculum, found.organisation_id, found)
    if accepted(form, lambda: adopting.change(actor(), found, form.command())):
        flash("採用の内容を変更しました。対象の職員のマイページは、いまから新しい内容です。")
        return redirect(url_for("catalog.adoptions"))
    return _answer(form, found.curriculum, found.organisation_id, found)


@blueprint.post("/office/adoptions/<int:adoption_id>/end")
@requires(Permission.ADOPT_CURRICULA)
def end_adoption(adoption_id: int) -> ResponseReturnValue:
    """End an adoption."""
    ended = adopting.end(actor(), adoption_id)
    flash(f"「{ended.curriculum.title}」の採用をやめました。受講の記録は残ります。もう一度採用することもできます。")
    return redirect(url_for("catalog.adoptions"))
