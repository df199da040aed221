"""Pages of curricula: reading the list, writing an edition, having it approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.database import db
from kernel.fields import options
from kernel.forms import accepted, answer
from kernel.page import SEEN, seen_as

from people.access import LONG_TEXTS, actor, holds, public, requires, visitor
from people.permission import Permission

from courses.course import titles
from courses.models import Track

from catalog.blueprint import blueprint
from catalog.curricula import approval, edition
from catalog.curricula import curriculum as curricula
from catalog.curricula.forms import CurriculumForm, said_by
from catalog.curricula.skill_table import skill_table
from catalog.forms import ReviewForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from catalog.curricula.models import CurriculumEdition
    from catalog.models import Curriculum


@blueprint.get("/curricula")
@public
def curriculum_list() -> ResponseReturnValue:
    """List the published curricula."""
    return render_template("catalog/curricula.html", curricula=curricula.published_curricula(visitor()))


@blueprint.get("/catalog/skills")
@public
def skills_taught() -> ResponseReturnValue:
    """Show which courses teach each skill, to be printed."""
    return render_template("catalog/skill_table.html", table=skill_table())


@blueprint.get("/studio/curricula")
@requires(Permission.WRITE_COURSES)
def own_curricula() -> ResponseReturnValue:
    """List the curricula the own organisation writes, with the edition of each that is on its way."""
    rows = db.session.scalars(curricula.own_curricula(actor())).all()
    editions = edition.editions_of([row.id for row in rows])
    ahead = {id_: next((row for row in of if row.state.is_open), None) for id_, of in editions.items()}
    return render_template("catalog/own_curricula.html", curricula=rows, ahead=ahead)


def _form(latest: CurriculumEdition | None = None) -> CurriculumForm:
    form = CurriculumForm(data=said_by(latest, edition.lines_of(latest)) if latest else None)
    tracks = db.session.scalars(sa.select(Track).order_by(Track.position))
    form.track_id.choices = options([(0, "分野をまたぐ"), *((track.id, track.title) for track in tracks)])
    return form


def _titles() -> list[str]:
    return titles(sorted(actor().scope(Permission.WRITE_COURSES).organisation_ids))


@blueprint.route("/studio/curricula/new", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def new_curriculum() -> ResponseReturnValue:
    """Begin a curriculum."""
    form, own = _form(), actor().own_organisation(Permission.WRITE_COURSES)
    if begun := accepted(form, lambda: edition.begin(actor(), own, form.command())):
        flash("カリキュラムの下書きをつくりました。")
        return redirect(url_for("catalog.curriculum_editions", slug=begun.slug))
    return answer("catalog/curriculum_form.html", form, curriculum=None, number=1, titles=_titles())


@blueprint.route("/studio/curricula/<slug>", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def edit_curriculum(slug: str) -> ResponseReturnValue:
    """Write the draft of a curriculum, or begin its next edition."""
    curriculum = curricula.own_curriculum(actor(), slug)
    latest = _latest(curriculum)
    if not latest.state.is_draft and latest.state.is_open:
        return redirect(url_for("catalog.curriculum_editions", slug=slug))
    form = _form(latest)
    if accepted(form, lambda: edition.write(actor(), curriculum, form.command())):
        flash("カリキュラムの下書きを保存しました。")
        return redirect(url_for("catalog.curriculum_editions", slug=slug))
    number = latest.number if latest.state.is_draft else latest.number + 1
    again = curricula.own_curriculum(actor(), slug)
    return answer("catalog/curriculum_form.html", form, curriculum=again, number=number, titles=_titles())


def _latest(curriculum: Curriculum) -> CurriculumEdition:
    """Return the edition on its way, else the one in force, else the last, with its curriculum."""
    rows = edition.editions_of([curriculum.id])[curriculum.id]
    ways = ([row for row in rows if row.state.is_open], [row for row in rows if row.state.is_in_force], rows)
    return next(way[-1] for way in ways if way)


@blueprint.get("/studio/curricula/<slug>/editions")
@requires(Permission.WRITE_COURSES)
def curriculum_editions(slug: str) -> ResponseReturnValue:
    """Show a curriculum as those see it who write it: the edition on its way, what it changes, and those before."""
    return _editions(slug, ReviewForm(formdata=None))


def _editions(slug: str, form: ReviewForm) -> ResponseReturnValue:
    curriculum = curricula.own_curriculum(actor(), slug)
    latest = _latest(curriculum)
    return answer(
        "catalog/curriculum_editions.html",
        form,
        curriculum=curriculum,
        edition=latest,
        lines=edition.lines_of(latest),
        change=edition.change_of(latest, curriculum.steps),
        lacks=approval.lacks(latest),
        may_approve=latest.state.is_in_review and approval.may_approve(actor(), latest),
        adopters=approval.adopters_of(curriculum),
        earliest=approval.earliest(curriculum),
        seen=seen_as(*approval.as_read(latest)),
        editions=edition.editions_of([curriculum.id])[curriculum.id][::-1],
    )


@blueprint.post("/studio/curricula/<slug>/hand-in")
@requires(Permission.WRITE_COURSES)
def hand_in_curriculum(slug: str) -> ResponseReturnValue:
    """Ask for approval."""
    approval.hand_in(actor(), curricula.own_curriculum(actor(), slug))
    flash("確認を頼みました。確認する人の「今週すること」に出ます。")
    return redirect(url_for("catalog.curriculum_editions", slug=slug))


@blueprint.post("/studio/curricula/<slug>/take-back")
@requires(Permission.WRITE_COURSES)
def take_back_curriculum(slug: str) -> ResponseReturnValue:
    """Take the request for approval back."""
    approval.take_back(actor(), curricula.own_curriculum(actor(), slug))
    flash("確認の依頼を取り下げました。下書きに戻っています。")
    return redirect(url_for("catalog.curriculum_editions", slug=slug))


@blueprint.post("/studio/curricula/<slug>/send-back")
@requires(Permission.WRITE_COURSES)
def send_back_curriculum(slug: str) -> ResponseReturnValue:
    """Send the edition in review back to its author, with a note."""
    curriculum, form = curricula.own_curriculum(actor(), slug), ReviewForm()
    if accepted(form, lambda: approval.send_back(actor(), curriculum, form.note.value)):
        flash("差し戻しました。書いた人に知らせます。")
        return redirect(url_for("catalog.own_curricula"))
    return _editions(slug, form)


@blueprint.post("/studio/curricula/<slug>/call-off")
@requires(Permission.WRITE_COURSES)
def call_off_curriculum(slug: str) -> ResponseReturnValue:
    """Call a change off before its day."""
    approval.call_off(actor(), curricula.own_curriculum(actor(), slug))
    flash("変更を取りやめました。採用した団体に知らせます。")
    return redirect(url_for("catalog.curriculum_editions", slug=slug))


@blueprint.post("/studio/curricula/<slug>/publish")
@requires(Permission.WRITE_COURSES)
def publish_curriculum(slug: str) -> ResponseReturnValue:
    """Approve the edition in review: it is in force at once, or on its day."""
    curriculum = curricula.own_curriculum(actor(), slug)
    approved = approval.approve(actor(), curriculum, request.form.get(SEEN))
    if approved.state.is_ahead and approved.effective_on:
        flash(f"確認しました。{clock.date_label(approved.effective_on)}から変わります。採用した団体に知らせます。")
        return redirect(url_for("catalog.curriculum_editions", slug=slug))
    flash(f"「{approved.title}」を公開しました。")
    return redirect(url_for("catalog.curriculum_editions", slug=slug))
