"""Pages of the vocabulary of skills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, url_for

from kernel.forms import accepted, answer

from people.access import Permission, actor, requires

from courses import skill
from courses.forms import (
    SkillForm,
)
from courses.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/admin/skills", methods=["GET", "POST"])
@requires(Permission.MANAGE_CATALOG)
def skills() -> ResponseReturnValue:
    """Show the vocabulary of skills and add to it."""
    form = SkillForm()
    if accepted(form, lambda: skill.name_skill(actor(), form.category.data or "", form.skill.data or "")):
        flash("スキルを加えました。")
        return redirect(url_for("courses.skills"))
    return answer("courses/skills.html", form, skills=skill.skills())


@blueprint.route("/admin/skills/<int:skill_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CATALOG)
def rename_skill(skill_id: int) -> ResponseReturnValue:
    """Rename a skill wherever it is used."""
    row = skill.skill(skill_id)
    form = SkillForm(category=row.category, skill=row.name)
    if accepted(form, lambda: skill.rename(actor(), row, form.category.data or "", form.skill.data or "")):
        flash("スキルの名前を変えました。")
        return redirect(url_for("courses.skills"))
    return answer("courses/skill_form.html", form)
