"""Pages of the voices: roundtables, one roundtable, remarks by topic, speaker and municipality."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.database import db
from kernel.page import page_number, page_of

from people import audit
from people.access import actor, public, requires, visitor
from people.act import Act
from people.permission import Permission

from catalog import roundtable
from catalog.blueprint import blueprint
from catalog.importing import undoing
from catalog.roundtable import RemarkFilter

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/roundtables")
@public
def roundtables() -> ResponseReturnValue:
    """List the roundtables."""
    return render_template("catalog/roundtables.html", listed=roundtable.roundtables())


@blueprint.get("/roundtables/<key>")
@public
def roundtable_page(key: str) -> ResponseReturnValue:
    """Show a roundtable with its remarks in order."""
    shown, person = roundtable.roundtable(key), visitor()
    may_undo = person is not None and person.may(Permission.IMPORT_ARTICLES)
    undoable = undoing.last_imports([article.id for article in shown.articles]) if may_undo else {}
    return render_template("catalog/roundtable.html", roundtable=shown, undoable=undoable)


@blueprint.get("/remarks")
@public
def remarks() -> ResponseReturnValue:
    """List remarks by topic, speaker or municipality, or those that nothing answers yet."""
    arguments = request.args
    wanted = RemarkFilter(
        topic=arguments.get("topic", "")[:64],
        speaker=arguments.get("speaker", "")[:100],
        municipality=arguments.get("municipality", "")[:100],
        unanswered=arguments.get("unanswered") == "1",
    )
    page = page_of(roundtable.remarks(wanted), page_number(arguments.get("page")))
    return render_template("catalog/remarks.html", remarks=page, wanted=wanted, choices=roundtable.choices())


@blueprint.post("/remarks/<key>/<int:position>/asks")
@requires(Permission.IMPORT_ARTICLES)
def set_asks(key: str, position: int) -> ResponseReturnValue:
    """Put an imported remark on the list of those that wait for an answer, or take it off."""
    remark = roundtable.remark(key, position)
    remark.asks = request.form.get("asks") == "1"
    audit.record(actor(), Act.ASKING_MARKED, f"{key}/{position}", asks=remark.asks)
    db.session.flush()
    flash("「応えたい声」に加えました。" if remark.asks else "「応えたい声」から外しました。")
    return redirect(url_for("review.remark", key=key, position=position))
