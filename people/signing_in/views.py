"""Pages on which a person signs in and out, and chooses a new password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno
from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_login import login_user, logout_user

from kernel import clock
from kernel.database import db
from kernel.errors import NotFoundError, RefusalError
from kernel.forms import accepted, answer

from people.access import actor, by_password, confirmed, public, sends_mail, signed_in, visitor
from people.blueprint import blueprint
from people.models import Staff
from people.permission import Permission
from people.signing_in import open_sign_in, password_link, second_factor, sign_in
from people.signing_in.forms import (
    AppForm,
    ConfirmForm,
    NewPasswordForm,
    PasskeyForm,
    ResetRequestForm,
    SecondStepForm,
    SignInForm,
)
from people.signing_in.models import FactorKind
from people.signing_in.second_factor import Place

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from people.permission import Actor

HALF_WAY = 5 * 60
"""Seconds in which a second factor is shown after the password."""


@dataclass(frozen=True)
class Codes:
    """Recovery codes to be shown, where there are new ones."""

    shown: list[str]


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in_page() -> ResponseReturnValue:
    """Sign in, and go on to the page that was wanted."""
    form = SignInForm()
    if not form.validate_on_submit():
        return answer("people/sign_in.html", form)
    try:
        staff = sign_in.check(form.command(request.remote_addr or ""))
    except RefusalError as refusal:
        form.refuse(refusal)
        return render_template("people/sign_in.html", form=form)  # status 200: the failure is to be kept
    leave()  # no sign-in and no session from before lives on
    if second_factor.factors_of(staff.id):
        session["half"] = {"staff": staff.id, "epoch": staff.sign_in_epoch, "until": clock.now().timestamp() + HALF_WAY}
        return redirect(url_for("people.second_step", next=wanted()))
    return entered(sign_in.enter(staff, request.remote_addr or "", request.user_agent.string))


def entered(who: Actor, then: str = "") -> ResponseReturnValue:
    """Go on to the page that was wanted; else to what waits: who looks after others to the week, everybody else to their own page."""
    login_user(who)
    return redirect(then or wanted() or url_for("front.office" if who.may(Permission.ENROL_STAFF) else "front.me"))


def leave() -> None:
    """End whoever's sign-in this browser holds, and forget what it kept."""
    if (who := visitor()) and who.sign_in_id:
        open_sign_in.end(who, who.sign_in_id)
    logout_user()
    session.clear()


def _half_way() -> Staff | None:
    """Return whose password was right a moment ago, in this browser."""
    half = session.get("half") or {}
    if half.get("until", 0) < clock.now().timestamp():
        return None
    staff = db.session.get(Staff, half["staff"])
    return staff if staff and staff.sign_in_epoch == half["epoch"] else None


def _place() -> Place:
    return Place(current_app.extensions["settings"].public_origin)


@blueprint.route("/sign-in/second", methods=["GET", "POST"])
@public
def second_step() -> ResponseReturnValue:
    """Show a second factor, after the password."""
    staff, form = _half_way(), SecondStepForm()
    if staff is None:
        flash("時間がたったため、もう一度サインインしてください。")
        return redirect(url_for("people.sign_in_page", next=wanted()))
    if not form.validate_on_submit():
        return _second_page(staff, form)
    challenge, credential = session.pop("challenge", ""), form.credential.value

    def is_right() -> bool:
        if credential:
            return second_factor.is_right_passkey(staff.id, credential, challenge, _place())
        return second_factor.is_right_code(staff.id, form.code.value)

    try:
        sign_in.prove(staff, is_right, request.remote_addr or "")
    except RefusalError as refusal:
        form.refuse(refusal)
        return _second_page(staff, form)  # status 200: the failure is to be kept
    leave()
    return entered(sign_in.enter(staff, request.remote_addr or "", request.user_agent.string, proved=True))


def _second_page(staff: Staff, form: SecondStepForm) -> ResponseReturnValue:
    kinds = {row.kind for row in second_factor.factors_of(staff.id)}
    options = ""
    if FactorKind.PASSKEY in kinds:
        options, session["challenge"] = second_factor.request_options(staff.id, _place())
    return render_template("people/second_step.html", form=form, options=options, has_app=FactorKind.APP in kinds)


@blueprint.get("/account/second-factor")
@signed_in
@by_password
@confirmed
def second_factors() -> ResponseReturnValue:
    """Show what one has beside the password, and add to it."""
    return _factors(AppForm(formdata=None), PasskeyForm(formdata=None))


def _factors(app_form: AppForm, passkey_form: PasskeyForm) -> ResponseReturnValue:
    who = actor()
    secret = session.setdefault("new_secret", second_factor.new_secret())
    options, session["challenge"] = second_factor.passkey_options(who, _place())
    form = next((form for form in (app_form, passkey_form) if form.errors), app_form)
    return answer(
        "people/second_factors.html", form, app_form=app_form, passkey_form=passkey_form, options=options, secret=secret,
        factors=second_factor.factors_of(who.staff_id), codes_left=second_factor.codes_left(who.staff_id),
        picture=segno.make(second_factor.app_address(secret, who.name), error="m").svg_data_uri(scale=5, border=4),
    )  # fmt: skip


@blueprint.post("/account/second-factor/app")
@signed_in
@by_password
@confirmed
def add_app() -> ResponseReturnValue:
    """Add an app that shows codes."""
    form, secret = AppForm(), session.get("new_secret", "")
    codes = accepted(form, lambda: Codes(second_factor.add_app(actor(), form.name.value, secret, form.code.value)))
    return _added(codes) if codes else _factors(form, PasskeyForm(formdata=None))


@blueprint.post("/account/second-factor/passkey")
@signed_in
@by_password
@confirmed
def add_passkey() -> ResponseReturnValue:
    """Add a passkey that the browser made."""
    form, challenge = PasskeyForm(), session.get("challenge", "")

    def add() -> Codes:
        return Codes(second_factor.add_passkey(actor(), form.device.value, form.credential.value, challenge, _place()))

    codes = accepted(form, add)
    return _added(codes) if codes else _factors(AppForm(formdata=None), form)


def _added(codes: Codes) -> ResponseReturnValue:
    session.pop("new_secret", None)
    session.pop("challenge", None)
    if codes.shown:
        return render_template("people/recovery_codes.html", codes=codes.shown)
    flash("二段階の確認を追加しました。")
    return redirect(url_for("people.second_factors"))


@blueprint.post("/account/second-factor/codes")
@signed_in
@by_password
@confirmed
def new_codes() -> ResponseReturnValue:
    """Draw recovery codes anew and show them once."""
    if not second_factor.factors_of(actor().staff_id):
        raise NotFoundError
    return render_template("people/recovery_codes.html", codes=second_factor.new_codes(actor()))


@blueprint.post("/account/second-factor/<int:factor_id>/remove")
@signed_in
@by_password
@confirmed
def remove_factor(factor_id: int) -> ResponseReturnValue:
    """Remove one of the own factors."""
    flash(f"「{second_factor.remove(actor(), factor_id).name}」を削除しました。")
    return redirect(url_for("people.second_factors"))


def wanted() -> str | None:
    """Return the address that was wanted before the sign-in, if it is one of ours."""
    wanted = request.args.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if ours else None


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this sign-in."""
    leave()
    flash("サインアウトしました。")
    return redirect(url_for("front.home"))


@blueprint.post("/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sign-ins of this person but the present one."""
    open_sign_in.end_elsewhere(actor())
    flash("ほかの端末からサインアウトしました。この端末では続けて使えます。")
    return redirect(url_for("people.account"))


@blueprint.post("/account/sign-ins/<int:sign_in_id>/end")
@signed_in
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """End one of the own sign-ins elsewhere."""
    flash(f"{open_sign_in.end(actor(), sign_in_id).device}をサインアウトさせました。")
    return redirect(url_for("people.account"))


@blueprint.route("/confirm", methods=["GET", "POST"])
@signed_in
def confirm() -> ResponseReturnValue:
    """Give the password once more, and go back to where it was asked for."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return answer("people/confirm.html", form)
    try:
        sign_in.check_own(actor(), form.present.value, request.remote_addr or "")
    except RefusalError as refusal:
        form.refuse(refusal)
        return render_template("people/confirm.html", form=form)  # status 200: the failure is to be kept
    open_sign_in.confirm(actor())
    flash("確認しました。もう一度、操作を続けてください。")
    return redirect(wanted() or url_for("front.me"))


@blueprint.route("/password/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Ask for a link: by mail where mail is sent, and of the own organisation's coordinator."""
    form, by_mail = ResetRequestForm(), sends_mail()
    if form.validate_on_submit():
        password_link.ask_for_reset(form.email.value)
        return render_template("people/forgotten_sent.html", by_mail=by_mail)
    return answer("people/forgotten.html", form, by_mail=by_mail)


@blueprint.route("/password/<token>", methods=["GET", "POST"])
@public
def new_password(token: str) -> ResponseReturnValue:
    """Set the password with the link one was given."""
    link = password_link.open_link(token)
    form = NewPasswordForm()
    if accepted(form, lambda: password_link.set_password(token, form.password.value)):
        flash("パスワードを設定しました。新しいパスワードでサインインしてください。")
        return redirect(url_for("people.sign_in_page"))
    return answer("people/new_password.html", form, name=link.staff.name)
