"""The front page: what this is, one search box, curricula by level, three voices, the numbers so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from people.access import public

from catalog import curriculum, roundtable, shelf

from review import outcome
from review.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """Show the front page."""
    return render_template(
        "review/home.html",
        curricula=curriculum.published_curricula(),
        voices=roundtable.first_voices(),
        so_far=outcome.so_far(len(shelf.current().course_ids)),
    )
