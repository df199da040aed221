"""The page of what waits for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from people.access import actor, requires
from people.permission import Permission

from catalog import approvals
from catalog.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/studio/approvals")
@requires(Permission.WRITE_COURSES)
def approval_queue() -> ResponseReturnValue:
    """Show what waits for a second person, how long, and who reads it."""
    return render_template("catalog/approvals.html", waiting=approvals.queue(actor()))


@blueprint.post("/studio/editions/<int:edition_id>/take-up")
@requires(Permission.WRITE_COURSES)
def take_up_course(edition_id: int) -> ResponseReturnValue:
    """Say that one reads an edition of a course, or leave it to others again."""
    approvals.take_up_course(actor(), edition_id, wants=_wants())
    return _taken_up()


@blueprint.post("/studio/curricula/editions/<int:edition_id>/take-up")
@requires(Permission.WRITE_COURSES)
def take_up_curriculum(edition_id: int) -> ResponseReturnValue:
    """Say that one reads an edition of a curriculum, or leave it to others again."""
    approvals.take_up_curriculum(actor(), edition_id, wants=_wants())
    return _taken_up()


def _wants() -> bool:
    return "leave" not in request.args


def _taken_up() -> ResponseReturnValue:
    flash("あなたが確認することにしました。" if _wants() else "ほかの人に任せました。")
    return redirect(url_for("catalog.approval_queue"))
