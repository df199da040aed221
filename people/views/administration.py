"""Pages of organisations and of the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.forms import answer
from kernel.page import page_number, page_of

from people import audit, organisation
from people.access import Permission, actor, requires
from people.forms import (
    FiguresForm,
)
from people.models import Kind
from people.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/admin/organisations")
@requires(Permission.MANAGE_ORGANISATIONS)
def organisations() -> ResponseReturnValue:
    """List and find organisations."""
    text = request.args.get("q", "")[:100]
    kind = next((kind for kind in Kind if kind.value == request.args.get("kind")), None)
    rows = page_of(organisation.organisations_like(text, kind), page_number(request.args.get("page")), size=50)
    return render_template("people/organisations.html", organisations=rows, text=text, kind=kind, kinds=list(Kind))


@blueprint.route("/admin/organisations/<int:organisation_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
def organisation_page(organisation_id: int) -> ResponseReturnValue:
    """Show an organisation and correct its figures."""
    row = organisation.organisation(organisation_id)
    form = FiguresForm(obj=row)
    if form.validate_on_submit():
        organisation.correct_figures(row, form.command())
        audit.record(actor(), "団体の規模を訂正", row.name, organisation_id=row.id)
        flash(f"{row.name}の規模を「{row.size_class.label}」にしました。")
        return redirect(url_for("people.organisation_page", organisation_id=organisation_id))
    return answer("people/organisation.html", form, organisation=row)


@blueprint.get("/admin/audit")
@requires(Permission.READ_AUDIT)
def audit_log() -> ResponseReturnValue:
    """Read who did what."""
    text = request.args.get("q", "")[:100]
    entries = page_of(audit.entries_for(actor(), text), page_number(request.args.get("page")), size=50)
    return render_template("people/audit.html", entries=entries, text=text)
