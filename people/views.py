"""Pages of people: signing in, passwords, the own organisation's staff and roles, organisations, audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import login_user, logout_user

from kernel import clock
from kernel.errors import InvalidError, NotFoundError, RefusalError
from kernel.forms import accepted, answer, options
from kernel.page import page_number, page_of

from people import audit, membership, organisation, password_link, sign_in, staff, transfer
from people.access import Permission, actor, public, requires, signed_in
from people.forms import (
    ChangePasswordForm,
    FiguresForm,
    LeaveForm,
    NewPasswordForm,
    ResetRequestForm,
    RolesForm,
    SignInForm,
    StaffForm,
    TransferForm,
    WelcomeForm,
)
from people.models import Kind, Membership, Organisation

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from wtforms import SelectChoice  # type: ignore[attr-defined]

blueprint = Blueprint("people", __name__)
LONGEST_ID = 10


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in_page() -> ResponseReturnValue:
    """Sign in, and go on to the page that was wanted."""
    form = SignInForm()
    if not form.validate_on_submit():
        return answer("people/sign_in.html", form)
    try:
        person = sign_in.sign_in(form.command(request.remote_addr or ""))
    except RefusalError as refusal:
        form.refuse(refusal)
        return render_template("people/sign_in.html", form=form)  # status 200: the failure is to be kept
    session.clear()  # no session from before the sign-in lives on
    login_user(person)
    return redirect(_wanted() or url_for("participation.me"))


def _wanted() -> str | None:
    """Return the address that was wanted before the sign-in, if it is one of ours."""
    wanted = request.args.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if ours else None


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this sign-in."""
    logout_user()
    session.clear()
    flash("サインアウトしました。")
    return redirect(url_for("review.home"))


@blueprint.post("/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sign-ins of this person but the present one."""
    login_user(sign_in.sign_out_everywhere(actor()))
    flash("ほかの端末からサインアウトしました。この端末では続けて使えます。")
    return redirect(url_for("people.account"))


@blueprint.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> ResponseReturnValue:
    """Show the own account; change the password."""
    form = ChangePasswordForm()
    if renewed := accepted(
        form, lambda: sign_in.change_password(actor(), form.present.data or "", form.password.data or "")
    ):
        login_user(renewed)
        flash("パスワードを変更しました。ほかの端末からはサインアウトしています。")
        return redirect(url_for("people.account"))
    return answer("people/account.html", form, transfer_form=TransferForm(formdata=None))


@blueprint.post("/account/transfer-code")
@signed_in
def make_transfer_code() -> ResponseReturnValue:
    """Make a code with which another organisation can enter the person; show it once."""
    form = TransferForm()
    if not form.validate():
        raise InvalidError(form.ends_present.errors[0])
    code = transfer.make_code(actor(), ends_present=form.ends_present.data == "yes")
    return render_template("people/transfer_code.html", code=code, days=transfer.VALID_FOR.days)


@blueprint.route("/password/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Ask the own organisation's coordinator for a link."""
    form = ResetRequestForm()
    if form.validate_on_submit():
        password_link.ask_for_reset(form.email.data or "")
        return render_template("people/forgotten_sent.html")
    return answer("people/forgotten.html", form)


@blueprint.route("/password/<token>", methods=["GET", "POST"])
@public
def new_password(token: str) -> ResponseReturnValue:
    """Set the password with the link one was given."""
    link = password_link.open_link(token)
    form = NewPasswordForm()
    if accepted(form, lambda: password_link.set_password(token, form.password.data or "")):
        flash("パスワードを設定しました。新しいパスワードでサインインしてください。")
        return redirect(url_for("people.sign_in_page"))
    return answer("people/new_password.html", form, name=link.staff.name)


@blueprint.get("/office/staff")
@requires(Permission.MANAGE_STAFF)
def staff_list() -> ResponseReturnValue:
    """List the own organisation's staff."""
    text, chosen = request.args.get("q", "")[:100], _chosen_organisation()
    statement = staff.managed_memberships(actor(), text)
    if chosen:
        statement = statement.where(Membership.organisation_id == chosen.id)
    people = page_of(statement, page_number(request.args.get("page")), size=50)
    return render_template("people/staff_list.html", people=people, text=text, chosen=chosen)


def _chosen_organisation() -> Organisation | None:
    """Return the organisation that the address names, if the actor manages its staff. Raises NotFoundError."""
    text = request.args.get("organisation", "")
    if not text:
        return None
    if not (
        text.isascii() and text.isdigit() and len(text) < LONGEST_ID and actor().may(Permission.MANAGE_STAFF, int(text))
    ):
        raise NotFoundError
    return organisation.organisation(int(text))


@blueprint.route("/office/staff/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def new_staff() -> ResponseReturnValue:
    """Enter a person, then hand over the invitation link."""
    form = _staff_form()
    if entered := accepted(form, lambda: membership.join(actor(), form.command())):
        flash(f"{entered.staff.name}さんを登録しました。次に、招待のリンクを渡してください。")
        return redirect(url_for("people.staff_member", membership_id=entered.id))
    return answer("people/staff_form.html", form, person=None)


@blueprint.route("/office/staff/welcome", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def welcome_staff() -> ResponseReturnValue:
    """Enter a person who comes from another organisation, with the code that the person made."""
    form = WelcomeForm(joined_on=clock.today().isoformat())
    form.organisation_id.choices = _where_to_enter()
    if entered := accepted(form, lambda: transfer.welcome(actor(), form.command())):
        flash(f"{entered.staff.name}さんを登録しました。これまでの受講の記録は、本人のマイページに残っています。")
        return redirect(url_for("people.staff_member", membership_id=entered.id))
    return answer("people/welcome.html", form)


def _staff_form(person: Membership | None = None) -> StaffForm:
    form = StaffForm(obj=person.staff if person else None, data=_membership_data(person))
    own = options([(person.organisation_id, person.organisation.name)]) if person else _where_to_enter()
    form.organisation_id.choices = own
    return form


def _where_to_enter() -> list[SelectChoice]:
    """Return the organisation in which people are entered: the one that the address names, else the own one."""
    if chosen := _chosen_organisation():
        return options([(chosen.id, chosen.name)])
    own = actor().organisation_id
    return options([(own, actor().organisation_name)] if own else [])


def _membership_data(person: Membership | None) -> dict[str, str | int | None]:
    if person is None:
        return {"joined_on": clock.today().isoformat()}
    names = ("staff_number", "department", "post", "organisation_id")
    return {**{name: getattr(person, name) for name in names}, "joined_on": person.joined_on.isoformat()}


@blueprint.get("/office/staff/<int:membership_id>")
@requires(Permission.MANAGE_STAFF)
def staff_member(membership_id: int) -> ResponseReturnValue:
    """Show a person: entry, roles, invitation."""
    person = staff.managed_membership(actor(), membership_id)
    form = RolesForm(roles=[grant.role.value for grant in person.grants])
    grantable = actor().grantable(person.organisation_id)
    form.roles.choices = options((role.value, role.label) for role in grantable)
    return render_template("people/staff_member.html", person=person, form=form, grantable=grantable)


@blueprint.route("/office/staff/<int:membership_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def edit_staff(membership_id: int) -> ResponseReturnValue:
    """Correct a person's entry."""
    person = staff.managed_membership(actor(), membership_id)
    form = _staff_form(person)
    if accepted(form, lambda: membership.correct(actor(), membership_id, form.correction())):
        flash("登録を訂正しました。")
        return redirect(url_for("people.staff_member", membership_id=membership_id))
    return answer("people/staff_form.html", form, person=staff.managed_membership(actor(), membership_id))


@blueprint.post("/office/staff/<int:membership_id>/roles")
@requires(Permission.MANAGE_STAFF)
def set_roles(membership_id: int) -> ResponseReturnValue:
    """Give a person exactly the roles that are ticked."""
    form = RolesForm()
    chosen = form.command() if form.validate() else set()
    person = staff.managed_membership(actor(), membership_id)
    beyond = {grant.role for grant in person.grants} - set(actor().grantable(person.organisation_id))
    membership.set_roles(actor(), membership_id, chosen | beyond)
    flash(f"{person.staff.name}さんの役割を変更しました。次に開くページから有効です。")
    return redirect(url_for("people.staff_member", membership_id=membership_id))


@blueprint.post("/office/staff/<int:membership_id>/link")
@requires(Permission.MANAGE_STAFF)
def hand_over_link(membership_id: int) -> ResponseReturnValue:
    """Make a link to set a password and show it once, to be handed over."""
    person, token = password_link.issue_for(actor(), membership_id)
    address = url_for("people.new_password", token=token, _external=True)
    return render_template("people/link.html", person=person, address=address)


@blueprint.route("/office/staff/<int:membership_id>/leave", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def leave(membership_id: int) -> ResponseReturnValue:
    """End a membership, after a question that names the person."""
    form = LeaveForm(last_day=clock.today().isoformat())

    def end() -> Membership:
        assert form.last_day.day is not None  # noqa: S101 - the field is required
        return membership.leave(actor(), membership_id, form.last_day.day)

    if left := accepted(form, end):
        day = clock.date_label(form.last_day.day) if form.last_day.day else ""
        flash(f"{left.staff.name}さんの所属を{day}までにしました。受講の記録は本人のものとして残ります。")
        return redirect(url_for("people.staff_list"))
    return answer("people/leave.html", form, person=staff.managed_membership(actor(), membership_id))


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
