"""Pages of federation: providers are set up and tried; people sign in by them, confirm by them, or ask to be let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, flash, redirect, render_template, request, session, url_for

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.forms import EmptyForm, accepted, answer
from kernel.secret import sealed, unsealed

from people.access import actor, confirmed, public, public_address, requires, signed_in
from people.blueprint import blueprint
from people.federation import oidc, provider
from people.federation.forms import ApplyForm, NewProviderForm, OfficeForm, ProviderForm
from people.federation.provider import Said
from people.organisation import by_code_or_name
from people.permission import Permission
from people.signing_in import open_sign_in, sign_in
from people.signing_in.views import entered, leave, wanted

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from people.signing_in.models import IdentityProvider

HALF_WAY = 10 * 60
"""Seconds in which the answer of a provider is awaited, and somebody who is unknown asks to be let in."""


def _keys() -> list[str]:
    settings = current_app.extensions["settings"]
    return [settings.secret_key, *settings.former_keys]


def _is_plain() -> bool:
    return not current_app.config["SESSION_COOKIE_SECURE"]


def _client(row: IdentityProvider) -> oidc.Client:
    return provider.client_of(row, lambda kept: unsealed(_keys(), kept))


def _back() -> str:
    return public_address(url_for("people.federated_back"))


def _own() -> int:
    own = actor().organisation_with(Permission.SET_UP_SIGNING_IN)
    if own is None:
        raise NotFoundError
    return own


@blueprint.route("/office/sign-in", methods=["GET", "POST"])
@requires(Permission.SET_UP_SIGNING_IN)
@confirmed
def providers() -> ResponseReturnValue:
    """Show the identity providers of the own organisation; set another one up."""
    own, form = _own(), NewProviderForm()
    if made := accepted(form, lambda: _set_up(own, form)):
        flash("設定しました。次に「試す」で、サインインできることを確かめてください。")
        return redirect(url_for("people.edit_provider", provider_id=made.id))
    return answer("people/providers.html", form, providers=provider.providers_of(own), back=_back())


def _set_up(own: int, form: ProviderForm, provider_id: int | None = None) -> IdentityProvider:
    command = form.command(plain=_is_plain())
    db.session.rollback()  # nothing is held while the provider is asked
    oidc.discovered(command.issuer)
    row = provider.own(actor(), provider_id) if provider_id else None
    return provider.set_up(actor(), own, command, lambda secret: sealed(_keys(), secret), row)


@blueprint.route("/office/sign-in/<int:provider_id>", methods=["GET", "POST"])
@requires(Permission.SET_UP_SIGNING_IN)
@confirmed
def edit_provider(provider_id: int) -> ResponseReturnValue:
    """Change a provider; show what came of trying it."""
    row = provider.own(actor(), provider_id)
    plain = ("name", "issuer", "client_id", "number_claim", "proves_twice")
    form = ProviderForm(data={**{name: getattr(row, name) for name in plain}, "endings": "、".join(row.endings)})
    organisation_id = row.organisation_id
    if accepted(form, lambda: _set_up(organisation_id, form, provider_id)):
        flash("変更しました。")
        return redirect(url_for("people.edit_provider", provider_id=provider_id))
    found = session.pop("tried", None)
    return answer("people/provider.html", form, provider=provider.own(actor(), provider_id), back=_back(), found=found)


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


def _go(row: IdentityProvider, purpose: str, *, again: bool = False) -> ResponseReturnValue:
    """Ask a provider who it is; what is kept until the answer stands in the cookie.

    A page leads there, and no redirection: a browser lets no form end at another host (Content-Security-Policy, form-action).
    """
    client, provider_id, name = _client(row), row.id, row.name
    db.session.rollback()  # nothing is held while the provider is asked
    asked = oidc.ask(client, _back(), again=again)
    until = clock.now().timestamp() + HALF_WAY
    session["federation"] = {
        **asked.kept,
        "provider": provider_id,
        "purpose": purpose,
        "next": wanted() or "",
        "until": until,
    }
    return render_template("people/onward.html", address=asked.address, provider_name=name)


@blueprint.get("/office/sign-in/<int:provider_id>/try")
@requires(Permission.SET_UP_SIGNING_IN)
@confirmed
def try_provider(provider_id: int) -> ResponseReturnValue:
    """Try to sign in by a provider, without signing anybody in."""
    try:
        return _go(provider.own(actor(), provider_id), "try")
    except InvalidError as refusal:
        flash(refusal.message, "info")
        return redirect(url_for("people.edit_provider", provider_id=provider_id))


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
        return _go(provider.open_provider(provider_id), "sign in")
    except InvalidError as refusal:
        flash(refusal.message, "info")
        return redirect(url_for("people.sign_in_page"))


@blueprint.get("/confirm/office")
@signed_in
def confirm_by_provider() -> ResponseReturnValue:
    """Prove oneself anew by the provider by which one has signed in."""
    own = provider.by_which(actor().only_for or 0, actor().staff_id)
    try:
        return _go(own, "confirm", again=True)
    except InvalidError as refusal:
        flash(refusal.message, "info")
        return redirect(url_for("people.confirm"))


@blueprint.route("/sign-in/office/back", methods=["GET", "POST"])
@public
def federated_back() -> ResponseReturnValue:
    """Take the answer of a provider. It comes as a page that is looked at; a press, or a script, then sends it."""
    if request.method == "GET":
        return render_template("people/federated_back.html", said={key: request.args.get(key, "")[:4000] for key in ("code", "state", "error")})  # fmt: skip
    kept: dict[str, Any] = session.pop("federation", None) or {}
    if not EmptyForm().validate() or kept.get("until", 0) < clock.now().timestamp():
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
    client, provider_id, said = _client(row), row.id, request.form.to_dict()
    db.session.rollback()  # nothing is held while the provider is asked
    claims = oidc.answered(client, _back(), kept, said, again=again)
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
        raise InvalidError(oidc.NOT_RIGHT)
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
