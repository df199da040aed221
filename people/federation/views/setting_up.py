"""Pages on which an administrator sets identity providers of the organisation up, tries them, and switches them on and off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, request, session, url_for

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError
from kernel.forms import accepted, answer
from kernel.secret import sealed

from people.access import A_FORM, actor, confirmed, holds, requires
from people.blueprint import blueprint
from people.federation import oidc, provider, saml
from people.federation.forms import NewProviderForm, NewSamlForm, ProviderForm, SamlForm
from people.federation.views.entering import back, go, keys, own_name
from people.permission import Permission
from people.signing_in.models import Protocol

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from people.signing_in.models import IdentityProvider

A_METADATA = 3 * saml.LONGEST_METADATA + A_FORM
"""Bytes of a form with metadata: a sign is up to three bytes long."""
NEXT = "設定しました。次に「試す」で、サインインできることを確かめてください。"


def _is_plain() -> bool:
    return not current_app.config["SESSION_COOKIE_SECURE"]


def _own() -> int:
    return actor().own_organisation(Permission.SET_UP_SIGNING_IN)


@blueprint.route("/office/sign-in", methods=["GET", "POST"])
@requires(Permission.SET_UP_SIGNING_IN)
@confirmed
def providers() -> ResponseReturnValue:
    """Show the identity providers of the own organisation; set another one up."""
    own, form = _own(), NewProviderForm()
    if made := accepted(form, lambda: _set_up(own, form)):
        flash(NEXT)
        return redirect(url_for("people.edit_provider", provider_id=made.id))
    return answer(
        "people/providers.html", form, providers=provider.providers_of(own), back=back(Protocol.OPENID_CONNECT)
    )


def _set_up(own: int, form: ProviderForm | SamlForm, provider_id: int | None = None) -> IdentityProvider:
    row = provider.own(actor(), provider_id) if provider_id else None
    if isinstance(form, SamlForm):
        command = form.command(row, plain=_is_plain())
    else:
        command = form.command(plain=_is_plain())
        db.session.rollback()  # nothing is held while the provider is asked
        oidc.discovered(command.issuer)
        row = provider.own(actor(), provider_id) if provider_id else None
    return provider.set_up(actor(), own, command, lambda secret: sealed(keys(), secret), row)


@blueprint.route("/office/sign-in/saml", methods=["GET", "POST"])
@requires(Permission.SET_UP_SIGNING_IN)
@confirmed
@holds(A_METADATA)
def new_saml_provider() -> ResponseReturnValue:
    """Set an identity provider up that speaks SAML."""
    own, form = _own(), NewSamlForm()
    if made := accepted(form, lambda: _set_up(own, form)):
        flash(NEXT)
        return redirect(url_for("people.edit_provider", provider_id=made.id))
    return answer("people/saml_provider.html", form, back=back(Protocol.SAML), own_name=own_name())


@blueprint.route("/office/sign-in/<int:provider_id>", methods=["GET", "POST"])
@requires(Permission.SET_UP_SIGNING_IN)
@confirmed
@holds(A_METADATA)
def edit_provider(provider_id: int) -> ResponseReturnValue:
    """Change a provider; show what came of trying it."""
    row = provider.own(actor(), provider_id)
    kind = SamlForm if row.protocol.is_saml else ProviderForm
    plain = ("name", "issuer", "client_id", "number_claim", "proves_twice")
    form = kind(data={**{name: getattr(row, name) for name in plain}, "endings": "、".join(row.endings), "keeps_certificates": True})  # fmt: skip
    organisation_id = row.organisation_id
    if accepted(form, lambda: _set_up(organisation_id, form, provider_id)):
        flash("変更しました。")
        return redirect(url_for("people.edit_provider", provider_id=provider_id))
    row = provider.own(actor(), provider_id)
    return answer(
        "people/provider.html", form, provider=row, back=back(row.protocol), own_name=own_name(), found=session.pop("tried", None),
        last_days=saml.last_days(row.certificates), today=clock.today(),
    )  # fmt: skip


@blueprint.post("/office/sign-in/<int:provider_id>/switch")
@requires(Permission.SET_UP_SIGNING_IN)
@confirmed
def switch_provider(provider_id: int) -> ResponseReturnValue:
    """Switch a provider on or off, or remove it, by the button that was pressed."""
    row, act = provider.own(actor(), provider_id), request.form.get("act")
    if act == "remove":
        provider.remove(actor(), row)
        flash(f"「{row.name}」を削除しました。この認証基盤でサインインしていた人は、サインアウトしました。")
        return redirect(url_for("people.providers"))
    provider.switch(actor(), row, is_on=act == "on")
    flash(
        "サインインの画面で使えるようにしました。"
        if act == "on"
        else "使うのを止めました。サインインしていた人は、サインアウトしました。"
    )
    return redirect(url_for("people.edit_provider", provider_id=provider_id))


@blueprint.get("/office/sign-in/<int:provider_id>/try")
@requires(Permission.SET_UP_SIGNING_IN)
@confirmed
def try_provider(provider_id: int) -> ResponseReturnValue:
    """Try to sign in by a provider, without signing anybody in."""
    try:
        return go(provider.own(actor(), provider_id), "try")
    except InvalidError as refusal:
        flash(refusal.message, "info")
        return redirect(url_for("people.edit_provider", provider_id=provider_id))
