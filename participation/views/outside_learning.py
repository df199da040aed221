"""Pages of learning done elsewhere: declared by the person, confirmed by the coordinator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for

from kernel.forms import accepted, answer

from people.access import Permission, actor, requires

from participation import outside_learning
from participation.forms import OutsideForm
from participation.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/me/outside", methods=["GET", "POST"])
@requires(Permission.TAKE_PART)
def outside() -> ResponseReturnValue:
    """Show what one learned elsewhere; declare more."""
    form = OutsideForm()
    if accepted(form, lambda: outside_learning.declare(actor(), form.command())):
        flash("登録しました。研修担当が確認すると「確認ずみ」になります。")
        return redirect(url_for("participation.outside"))
    return answer("participation/outside.html", form, rows=outside_learning.own(actor()))


@blueprint.post("/me/outside/<int:learning_id>/withdraw")
@requires(Permission.TAKE_PART)
def withdraw_outside(learning_id: int) -> ResponseReturnValue:
    """Take back what one declared."""
    outside_learning.withdraw(actor(), learning_id)
    flash("取り下げました。")
    return redirect(url_for("participation.outside"))


@blueprint.get("/office/outside")
@requires(Permission.ENROL_STAFF)
def outside_to_confirm() -> ResponseReturnValue:
    """Show what the own staff declared."""
    return render_template("participation/outside_to_confirm.html", rows=outside_learning.waiting_for(actor()))


@blueprint.post("/office/outside/<int:learning_id>/confirm")
@requires(Permission.ENROL_STAFF)
def confirm_outside(learning_id: int) -> ResponseReturnValue:
    """Confirm what one of the own staff declared."""
    row = outside_learning.confirm(actor(), learning_id)
    flash(f"{row.staff.name}さんの「{row.title}」を確認しました。")
    return redirect(url_for("participation.outside_to_confirm"))
