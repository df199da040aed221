"""Pages of curricula: reading one, writing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import flash, redirect, render_template, url_for

from kernel.database import db
from kernel.errors import NotFoundError
from kernel.fields import options
from kernel.forms import accepted, answer

from people.access import LONG_TEXTS, actor, holds, public, requires
from people.permission import Permission

from courses.models import Track

from catalog import curriculum as curricula
from catalog.blueprint import blueprint
from catalog.forms import CurriculumForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from catalog.models import Curriculum


@blueprint.get("/curricula")
@public
def curriculum_list() -> ResponseReturnValue:
    """List the published curricula."""
    return render_template("catalog/curricula.html", curricula=curricula.published_curricula())


@blueprint.get("/studio/curricula")
@requires(Permission.WRITE_COURSES)
def own_curricula() -> ResponseReturnValue:
    """List the curricula the own organisation writes."""
    rows = db.session.scalars(curricula.own_curricula(actor())).all()
    return render_template("catalog/own_curricula.html", curricula=rows)


def _form(curriculum: Curriculum | None = None) -> CurriculumForm:
    lines = [f"{step.course.slug}{'' if step.required else ' 選択'}" for step in curriculum.steps] if curriculum else []
    form = CurriculumForm(
        obj=curriculum, data={"courses": "\n".join(lines), "track_id": (curriculum and curriculum.track_id) or 0}
    )
    tracks = db.session.scalars(sa.select(Track).order_by(Track.position))
    form.track_id.choices = options([(0, "分野をまたぐ"), *((track.id, track.title) for track in tracks)])
    return form


@blueprint.route("/studio/curricula/new", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def new_curriculum() -> ResponseReturnValue:
    """Begin a curriculum."""
    form, own = _form(), actor().organisation_with(Permission.WRITE_COURSES)
    if own is None:
        raise NotFoundError
    if accepted(form, lambda: curricula.begin(actor(), own, form.command())):
        flash("カリキュラムの下書きをつくりました。")
        return redirect(url_for("catalog.own_curricula"))
    return answer("catalog/curriculum_form.html", form, curriculum=None)


@blueprint.route("/studio/curricula/<slug>", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def edit_curriculum(slug: str) -> ResponseReturnValue:
    """Change a curriculum."""
    curriculum = curricula.own_curriculum(actor(), slug)
    form = _form(curriculum)
    if accepted(form, lambda: curricula.write(actor(), curriculum, form.command())):
        flash("カリキュラムを保存しました。")
        return redirect(url_for("catalog.own_curricula"))
    return answer("catalog/curriculum_form.html", form, curriculum=curricula.own_curriculum(actor(), slug))


@blueprint.post("/studio/curricula/<slug>/publish")
@requires(Permission.WRITE_COURSES)
def publish_curriculum(slug: str) -> ResponseReturnValue:
    """Publish a curriculum."""
    curriculum = curricula.own_curriculum(actor(), slug)
    curricula.publish(actor(), curriculum)
    flash(f"「{curriculum.title}」を公開しました。")
    return redirect(url_for("front.curriculum", slug=slug))
