"""The page of a remark: who asked for what, which courses answer, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from people.access import public, visitor

from catalog import roundtable

from review import outcome
from review.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/remarks/<key>/<int:position>")
@public
def remark(key: str, position: int) -> ResponseReturnValue:
    """Show a remark."""
    found = roundtable.remark(key, position)
    return render_template(
        "review/remark.html",
        remark=found,
        outcomes=outcome.outcomes_of(found, visitor()),
        earlier=roundtable.earlier(found) if visitor() else (),
    )
