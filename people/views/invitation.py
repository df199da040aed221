"""Pages of the invitation: made by the coordinator, accepted by the people of the office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for

from kernel.errors import NotFoundError
from kernel.forms import accepted, answer

from people import invitation
from people.access import Permission, actor, public, requires
from people.forms import AcceptForm, InviteForm
from people.organisation import organisation
from people.views.blueprint import blueprint
from people.views.staff import chosen_organisation

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def _organisation_id() -> int:
    """Return the organisation that the address names, else the own one. Raises NotFoundError where there is none."""
    chosen = chosen_organisation()
    organisation_id = chosen.id if chosen else actor().organisation_id
    if organisation_id is None:
        raise NotFoundError
    return organisation_id


@blueprint.route("/office/invitation", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def invite() -> ResponseReturnValue:
    """Show the invitation of an organisation; make a new one and show its link once."""
    organisation_id, form = _organisation_id(), InviteForm()
    if token := accepted(form, lambda: invitation.invite(actor(), organisation_id, form.most.data or 0)):
        address = url_for("people.accept_invitation", token=token, _external=True)
        return render_template(
            "people/invitation_link.html", address=address, organisation=organisation(organisation_id)
        )
    return answer(
        "people/invitation.html",
        form,
        organisation=organisation(organisation_id),
        invitation=invitation.open_of(organisation_id),
    )


@blueprint.post("/office/invitation/end")
@requires(Permission.MANAGE_STAFF)
def end_invitation() -> ResponseReturnValue:
    """End the invitation of an organisation."""
    organisation_id = _organisation_id()
    invitation.end(actor(), organisation_id)
    flash("招待のリンクを終わりにしました。すでに登録した人は、そのまま使えます。")
    return redirect(url_for("people.invite", organisation=organisation_id))


@blueprint.route("/join/<token>", methods=["GET", "POST"])
@public
def accept_invitation(token: str) -> ResponseReturnValue:
    """Enter oneself as staff of the organisation that invites."""
    form = AcceptForm()
    if entered := accepted(form, lambda: invitation.accept(token, form.command())):
        flash(f"{entered.name}さんを登録しました。いま決めたパスワードでサインインしてください。")
        return redirect(url_for("people.sign_in_page"))
    return answer("people/accept_invitation.html", form, organisation=invitation.opened(token).organisation)
