"""Pages of federation: people sign in by the provider of their organisation, confirm by it, or ask to be let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, current_app, flash, redirect, render_template, request, session, url_for

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError
from kernel.forms import accepted, answer
from kernel.secret import unsealed

from people.access import actor, by_token, public, public_address, signed_in
from people.blueprint import blueprint
from people.federation import provider, saml
from people.federation.forms import ApplyForm, OfficeForm
from people.federation.provider import Said
from people.federation.wire import NOT_RIGHT
from people.organisation import by_code_or_name
from people.signing_in import open_sign_in, sign_in
from people.signing_in.models import Protocol
from people.signing_in.views import entered, leave, wanted

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from people.federation.wire import Client
    from people.signing_in.models import IdentityProvider

HALF_WAY = 10 * 60
"""Seconds in which the answer of a provider is awaited, and somebody who is unknown asks to be let in."""


def keys() -> list[str]:
    """Return the keys of the application, the present one first."""
    settings = current_app.extensions["settings"]
    return [settings.secret_key, *settings.former_keys]


def _client(row: IdentityProvider) -> Client:
    return provider.client_of(row, lambda kept: unsealed(keys(), kept), own_name())


def own_name() -> str:
    """Return the name under which providers know us by SAML: the address of our metadata."""
    return public_address(url_for("people.saml_metadata"))


def back(protocol: Protocol) -> str:
    """Return the address at which a provider answers."""
    return public_address(url_for("people.saml_back" if protocol.is_saml else "people.federated_back"))


def go(row: IdentityProvider, purpose: str, *, again: bool = False) -> ResponseReturnValue:
    """Ask a provider who it is; what is kept until the answer stands in the cookie.

    A page leads there, and no redirection: a browser lets no form end at another host (Content-Security-Policy, form-action).
    """
    client, provider_id, name, where = _client(row), row.id, row.name, back(row.protocol)
    db.session.rollback()  # nothing is held while the provider is asked
    asked = client.ask(where, again=again)
    until = clock.now().timestamp() + HALF_WAY
    session["federation"] = {
        **asked.kept,
        "provider": provider_id,
        "purpose": purpose,
        "next": wanted() or "",
        "until": until,
    }
    return render_template("people/onward.html", address=asked.address, provider_name=name)


@blueprint.route("/sign-in/office", methods=["GET", "POST"])
@public
def choose_office() -> ResponseReturnValue:
    """Ask by whose provider somebody signs in; where the organisation has one only, go there."""
    form = OfficeForm(
        request.form if request.method == "POST" else request.args if "organisation" in request.args else None
    )
    found = accepted(form, lambda: by_code_or_name(form.organisation.value)) if request.method == "POST" else None
    rows = [row for row in provider.providers_of(found.id) if row.is_on] if found else []
    if found and not rows:
        form.organisation.errors = [
            f"{found.name}は、団体の認証基盤を使っていません。メールアドレスか職員番号でサインインしてください。"
        ]
    if len(rows) == 1:
        return redirect(url_for("people.sign_in_by_provider", provider_id=rows[0].id, next=wanted()))
    return answer("people/choose_office.html", form, providers=rows)


@blueprint.get("/sign-in/office/<int:provider_id>")
@public
def sign_in_by_provider(provider_id: int) -> ResponseReturnValue:
    """Sign in by the provider of an organisation."""
    try:
        return go(provider.open_provider(provider_id), "sign in")
    except InvalidError as refusal:
        flash(refusal.message, "info")
        return redirect(url_for("people.sign_in_page"))


@blueprint.get("/confirm/office")
@signed_in
def confirm_by_provider() -> ResponseReturnValue:
    """Prove oneself anew by the provider by which one has signed in."""
    own = provider.by_which(actor().only_for or 0, actor().staff_id)
    try:
        return go(own, "confirm", again=True)
    except InvalidError as refusal:
        flash(refusal.message, "info")
        return redirect(url_for("people.confirm"))


@blueprint.route("/sign-in/office/back", methods=["GET", "POST"])
@public
def federated_back() -> ResponseReturnValue:
    """Take the answer of a provider by OpenID Connect. It comes as a page that is looked at; a press, or a script, then sends it."""
    if request.method == "GET":
        return render_template("people/federated_back.html", said={key: request.args.get(key, "")[:4000] for key in ("code", "state", "error")}, bare=False)  # fmt: skip
    return _taken_up(session.pop("federation", None) or {}, "state")


@blueprint.post("/sign-in/office/saml")
@by_token
@public
def saml_back() -> ResponseReturnValue:
    """Take the answer of a provider by SAML.

    It is sent from the provider's page, without our cookie: a page of ours sends it on. It needs no token of ours: it counts only for the
    question whose number stands in the cookie.
    """
    kept: dict[str, Any] = session.get("federation") or {}
    if not kept and "onward" not in request.form:
        said = {"SAMLResponse": request.form.get("SAMLResponse", ""), "onward": "1"}
        return render_template("people/federated_back.html", said=said, bare=True)
    session.pop("federation", None)
    return _taken_up(kept, "request")


@blueprint.get("/sign-in/office/saml.xml")
@public
def saml_metadata() -> ResponseReturnValue:
    """Show the metadata by which a provider is told of us."""
    return Response(saml.own_metadata(own_name(), back(Protocol.SAML)), mimetype="application/samlmetadata+xml")


def _taken_up(kept: dict[str, Any], question: str) -> ResponseReturnValue:
    """Do what somebody was asked for, once they have answered; `question`: what a question of this protocol is kept by."""
    if kept.get("until", 0) < clock.now().timestamp() or question not in kept:
        flash("時間がたったため、もう一度サインインしてください。")
        return redirect(url_for("people.sign_in_page"))
    act = {"try": _tried, "confirm": _confirmed}.get(kept["purpose"], _signed_in)
    try:
        return act(kept)
    except (InvalidError, ConflictError) as refusal:
        db.session.rollback()
        flash(refusal.message, "info")
        return redirect(_where_it_began(kept))


def _where_it_began(kept: dict[str, Any]) -> str:
    """Return the page on which somebody pressed what ended at the provider without success."""
    if kept["purpose"] == "try":
        return url_for("people.edit_provider", provider_id=kept["provider"])
    return (
        url_for("people.confirm", next=kept["next"]) if kept["purpose"] == "confirm" else url_for("people.sign_in_page")
    )


def _answer(row: IdentityProvider, kept: dict[str, Any], *, again: bool = False) -> Said:
    client, provider_id, said, where = _client(row), row.id, request.form.to_dict(), back(row.protocol)
    db.session.rollback()  # nothing is held while the provider is asked
    claims = client.answered(where, kept, said, again=again)
    return provider.said_of(db.session.get_one(type(row), provider_id), claims)


def _tried(kept: dict[str, Any]) -> ResponseReturnValue:
    row = provider.own(actor(), kept["provider"])
    said = _answer(row, kept)
    row = provider.own(actor(), kept["provider"])
    found = provider.meant(row, said)
    is_own = found is not None and found.id == actor().staff_id
    if is_own:
        provider.note_tried(row)
    session["tried"] = {
        "name": said.name, "email": said.email, "number": said.number, "meant": found.name if found else "", "is_own": is_own,
        "claims": sorted(said.claims),
    }  # fmt: skip
    return redirect(url_for("people.edit_provider", provider_id=row.id))


def _confirmed(kept: dict[str, Any]) -> ResponseReturnValue:
    row = provider.open_provider(kept["provider"])
    said = _answer(row, kept, again=True)
    found = provider.meant(provider.open_provider(kept["provider"]), said)
    if found is None or found.id != actor().staff_id:
        raise InvalidError(NOT_RIGHT)
    open_sign_in.confirm(actor())
    flash("確認しました。もう一度、操作を続けてください。")
    return redirect(kept["next"] or url_for("front.me"))


def _signed_in(kept: dict[str, Any]) -> ResponseReturnValue:
    said = _answer(provider.open_provider(kept["provider"]), kept)
    row = provider.open_provider(kept["provider"])
    staff = provider.meant(row, said)
    leave()  # no sign-in and no session from before lives on
    if staff is None:
        session["unknown"] = {"provider": row.id, "until": kept["until"], "subject": said.subject, "name": said.name, "email": said.email, "number": said.number}  # fmt: skip
        return redirect(url_for("people.apply_by_provider"))
    if staff.blocked_at:
        raise InvalidError(sign_in.BLOCKED)
    provider.link(row, said, staff)
    who = sign_in.enter(
        staff,
        request.remote_addr or "",
        request.user_agent.string,
        proved=row.proves_twice,
        only_for=row.organisation_id,
    )
    return entered(who, kept["next"])


@blueprint.route("/sign-in/office/apply", methods=["GET", "POST"])
@public
def apply_by_provider() -> ResponseReturnValue:
    """Ask to be let in: the provider knows somebody, and nobody here does."""
    kept: dict[str, Any] = session.get("unknown") or {}
    if kept.get("until", 0) < clock.now().timestamp():
        session.pop("unknown", None)
        flash("時間がたったため、もう一度サインインしてください。")
        return redirect(url_for("people.sign_in_page"))
    row, form = provider.open_provider(kept["provider"]), ApplyForm(data={"name": kept["name"]})
    said = Said(kept["subject"], kept["name"], kept["email"], kept["number"])

    def apply() -> object:
        return provider.apply(
            row,
            said,
            name=form.name.value,
            reading=form.reading.value,
            department=form.department.value,
            post=form.post.value,
        )

    if accepted(form, apply):
        session.pop("unknown", None)
        flash("登録を申し込みました。研修担当が確かめると、同じ認証基盤でサインインできるようになります。")
        return redirect(url_for("people.sign_in_page"))
    return answer("people/apply_by_provider.html", form, provider=provider.open_provider(kept["provider"]), said=said)
