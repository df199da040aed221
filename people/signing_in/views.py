"""Pages on which a person signs in and out, and chooses a new password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, session, url_for
from flask_login import login_user, logout_user

from kernel.errors import RefusalError
from kernel.forms import accepted, answer

from people.access import actor, public, signed_in, visitor
from people.blueprint import blueprint
from people.signing_in import open_sign_in, password_link, sign_in
from people.signing_in.forms import ConfirmForm, NewPasswordForm, ResetRequestForm, SignInForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in_page() -> ResponseReturnValue:
    """Sign in, and go on to the page that was wanted."""
    form = SignInForm()
    if not form.validate_on_submit():
        return answer("people/sign_in.html", form)
    try:
        person = sign_in.sign_in(form.command(request.remote_addr or "", request.user_agent.string))
    except RefusalError as refusal:
        form.refuse(refusal)
        return render_template("people/sign_in.html", form=form)  # status 200: the failure is to be kept
    session.clear()  # no session from before the sign-in lives on
    login_user(person)
    return redirect(_wanted() or url_for("front.me"))


def _wanted() -> str | None:
    """Return the address that was wanted before the sign-in, if it is one of ours."""
    wanted = request.args.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if ours else None


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this sign-in."""
    if (who := visitor()) and who.sign_in_id:
        open_sign_in.end(who, who.sign_in_id)
    logout_user()
    session.clear()
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
    flash(f"サインインを終わらせました({open_sign_in.end(actor(), sign_in_id).device})。")
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
    flash("確認しました。もう一度、同じ操作をしてください。入力した内容は残っています。")
    return redirect(_wanted() or url_for("front.me"))


@blueprint.route("/password/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Ask the own organisation's coordinator for a link."""
    form = ResetRequestForm()
    if form.validate_on_submit():
        password_link.ask_for_reset(form.email.value)
        return render_template("people/forgotten_sent.html")
    return answer("people/forgotten.html", form)


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
