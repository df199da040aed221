"""My page (マイページ): what is due, what is next, what is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from people.access import actor, signed_in

from participation import learning_record
from participation.notices import notice
from participation.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/me")
@signed_in
def me() -> ResponseReturnValue:
    """Show the own record."""
    return render_template(
        "participation/me.html", record=learning_record.record_of(actor()), unread=notice.unread(actor())
    )
