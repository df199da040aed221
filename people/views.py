"""Pages of people: the staff of an organisation and their roles, the own account, organisations, the audit log."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.download import download
from kernel.errors import InvalidError
from kernel.fields import options
from kernel.forms import accepted, answer
from kernel.page import address_on, page_number, page_of
from kernel.tables.comma_separated import as_csv

from people import audit, deputy, figures_file, membership, organisation, role
from people.access import A_TABLE, actor, by_password, confirmed, holds, public_address, requires, signed_in
from people.access_log import shows, taken_out
from people.act import Act
from people.blueprint import blueprint
from people.forms import DeputyForm, FiguresFileForm, FiguresForm, RolesForm
from people.joining import transfer
from people.joining.forms import TransferForm
from people.models import OrganisationKind
from people.permission import Permission
from people.sections import coming, concurrent, posting
from people.signing_in import open_sign_in, password_link, second_factor, sign_in
from people.signing_in.forms import ChangePasswordForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kernel.tables.office_table import FileText

    from people.figures_file import FiguresLine


@blueprint.get("/admin/organisations")
@requires(Permission.MANAGE_ORGANISATIONS)
def organisations() -> ResponseReturnValue:
    """List and find organisations."""
    text = request.args.get("q", "")[:100]
    kind = next((kind for kind in OrganisationKind if kind.value == request.args.get("kind")), None)
    rows = page_of(organisation.organisations_like(text, kind), page_number(request.args.get("page")), size=50)
    return render_template(
        "people/organisations.html",
        organisations=rows,
        text=text,
        kind=kind,
        kinds=list(OrganisationKind),
        size_basis=organisation.size_basis,
    )


@blueprint.route("/admin/organisations/figures", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
@holds(A_TABLE)
def figures_from_a_file() -> ResponseReturnValue:
    """Enter the figures of many organisations by a table: look at what would change, then do it."""
    form, is_last_step = FiguresFileForm(), "enter" in request.form

    def found() -> tuple[FileText, list[FiguresLine]]:
        listed = form.listed
        lines = (
            figures_file.enter(actor(), listed.text, form.year.value or 0)
            if is_last_step
            else figures_file.read(listed.text)
        )
        return listed, lines

    if "again" in request.form or (read := accepted(form, found)) is None:
        return answer("people/figures_file.html", form)
    listed, lines = read
    good = [line for line in lines if line.is_good]
    if is_last_step:
        flash(
            f"{len(good)}団体の数を取り込みました。規模は、新しい数で決まります。これまでの受講の記録は、そのときの規模のままです。"
        )
        return redirect(url_for("people.organisations"))
    return render_template("people/figures_preview.html", listed=listed, lines=lines, good=good, year=form.year.value)


@blueprint.route("/admin/organisations/<int:organisation_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
def organisation_page(organisation_id: int) -> ResponseReturnValue:
    """Show an organisation and correct its figures."""
    row = organisation.organisation(organisation_id)
    form = FiguresForm(obj=row)
    if form.validate_on_submit():
        before = organisation.figures_of(row)
        organisation.correct_figures(row, form.command())
        change = audit.Change(before, organisation.figures_of(row))
        audit.record(actor(), Act.FIGURES_CORRECTED, row.name, organisation_id=row.id, change=change)
        flash(f"訂正しました。{row.name}の規模は「{row.size_class.label}」です。")
        return redirect(url_for("people.organisation_page", organisation_id=organisation_id))
    return answer("people/organisation.html", form, organisation=row, size_basis=organisation.size_basis)


@blueprint.get("/admin/audit")
@requires(Permission.READ_AUDIT)
@shows("操作の記録")
def audit_log() -> ResponseReturnValue:
    """Read who did what."""
    question = audit.ask(request.args)
    entries = page_of(audit.entries_for(actor(), question), page_number(request.args.get("page")), size=50)
    return render_template(
        "people/audit.html",
        entries=entries,
        question=question,
        acts=sorted(Act, key=lambda act: act.label),
        label_of=audit.label_of,
        change_of=audit.change_of,
        subject_of=partial(audit.subject_of, actor()),
        acts_for=audit.acts_for(entries.rows),
    )


@blueprint.get("/admin/audit.csv")
@requires(Permission.READ_AUDIT)
def audit_csv() -> ResponseReturnValue:
    """Download what the page of the log shows, all of its pages."""
    name = f"操作の記録_{clock.today():%Y%m%d}.csv"
    taken_out(name)
    return download(as_csv(audit.table(actor(), audit.ask(request.args))), "text/csv", name)


@blueprint.get("/office/staff/<int:membership_id>")
@requires(Permission.MANAGE_STAFF)
@shows("職員のページ")
def staff_member(membership_id: int) -> ResponseReturnValue:
    """Show a person: entry, roles, invitation."""
    person = membership.managed_membership(actor(), membership_id)
    form = RolesForm(roles=[grant.role.value for grant in person.grants if not grant.is_of_a_deputy])
    grantable = actor().grantable(person.organisation_id)
    form.roles.choices = options((one.value, one.label) for one in grantable)
    has_factors = bool(second_factor.factors_of(person.staff_id))
    return render_template(
        "people/staff_member.html",
        person=person,
        form=form,
        grantable=grantable,
        has_factors=has_factors,
        concurrent=concurrent.held_by(person.id),
        postings=posting.history(person.id),
        plan=coming.plans_of_member(person.id),
        deputies=deputy.deputies_of(person),
        to_hold=deputy.roles_to_hold(actor(), person),
    )


@blueprint.post("/office/staff/<int:membership_id>/roles")
@requires(Permission.MANAGE_STAFF)
@confirmed
def set_roles(membership_id: int) -> ResponseReturnValue:
    """Give a person exactly the roles that are ticked."""
    form = RolesForm()
    chosen = form.command() if form.validate() else set()
    person = membership.managed_membership(actor(), membership_id)
    beyond = {grant.role for grant in person.grants if not grant.is_of_a_deputy} - set(
        actor().grantable(person.organisation_id)
    )
    role.set_roles(actor(), membership_id, chosen | beyond)
    flash(f"{person.staff.name}さんの役割を変更しました。次に開くページから有効です。")
    return redirect(url_for("people.staff_member", membership_id=membership_id))


@blueprint.route("/office/staff/<int:membership_id>/deputy", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@confirmed
@shows("代理")
def appoint_deputy(membership_id: int) -> ResponseReturnValue:
    """Let somebody stand in for a colleague who is away, in one of their roles."""
    person, form = (
        membership.managed_membership(actor(), membership_id),
        DeputyForm(begins_on=clock.today().isoformat()),
    )
    roles = deputy.roles_to_hold(actor(), person)
    form.role.choices = options((one.value, one.label) for one in roles)

    def appoint() -> object:
        return deputy.appoint(
            actor(), membership_id, form.command(deputy.meant_in(person.organisation_id, form.deputy.value))
        )

    if accepted(form, appoint):
        flash("代理を立てました。始まりの日から、終わりの日まで有効です。")
        return redirect(url_for("people.staff_member", membership_id=membership_id))
    return answer("people/deputy.html", form, person=membership.managed_membership(actor(), membership_id))


@blueprint.post("/office/staff/<int:membership_id>/deputy/end")
@requires(Permission.MANAGE_STAFF)
@confirmed
def end_deputy(membership_id: int) -> ResponseReturnValue:
    """End what somebody holds as a deputy."""
    ended = deputy.end(actor(), membership_id)
    flash(f"{ended}さんの代理を終わりにしました。")
    return redirect(
        (request.referrer and address_on(request.host, request.referrer))
        or url_for("people.staff_member", membership_id=membership_id)
    )


@blueprint.post("/office/staff/<int:membership_id>/link")
@requires(Permission.MANAGE_STAFF)
@confirmed
def hand_over_link(membership_id: int) -> ResponseReturnValue:
    """Make a link to set a password and show it once, to be handed over."""
    person, token = password_link.issue_for(actor(), membership_id)
    address = public_address(url_for("people.new_password", token=token))
    return render_template("people/link.html", person=person, address=address)


@blueprint.post("/office/staff/<int:membership_id>/sign-out")
@requires(Permission.MANAGE_STAFF)
def end_sign_ins(membership_id: int) -> ResponseReturnValue:
    """End every sign-in of a person."""
    staff = open_sign_in.end_for(actor(), membership_id)
    flash(f"{staff.name}さんを、すべての端末からサインアウトさせました。")
    return redirect(url_for("people.staff_member", membership_id=membership_id))


@blueprint.post("/office/staff/<int:membership_id>/block")
@requires(Permission.MANAGE_STAFF)
@confirmed
def block(membership_id: int) -> ResponseReturnValue:
    """Stop the signing in of a person, or let them sign in again, by the button that was pressed."""
    blocks = request.form.get("act") != "unblock"
    staff = open_sign_in.block(actor(), membership_id, blocks=blocks)
    done = "停止し、すべての端末からサインアウトさせました" if blocks else "再開しました。本人はまたサインインできます"
    flash(f"{staff.name}さんのサインインを{done}。")
    return redirect(url_for("people.staff_member", membership_id=membership_id))


@blueprint.post("/office/staff/<int:membership_id>/second-factor")
@requires(Permission.MANAGE_STAFF)
@confirmed
def reset_factors(membership_id: int) -> ResponseReturnValue:
    """Take the second factors from a person who has lost them."""
    staff = second_factor.reset_for(actor(), membership_id)
    flash(f"{staff.name}さんの二段階の確認を解除しました。次のサインインのあとで、本人が設定し直します。")
    return redirect(url_for("people.staff_member", membership_id=membership_id))


@blueprint.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> ResponseReturnValue:
    """Show the own account; change the password."""
    form = ChangePasswordForm()
    shown = {"transfer_form": TransferForm(formdata=None), "sign_ins": open_sign_in.open_sign_ins(actor())}
    if form.validate_on_submit():
        try:
            staff = sign_in.check_own(actor(), form.present.value, request.remote_addr or "")
        except InvalidError as refusal:
            form.refuse(refusal)
            return render_template("people/account.html", form=form, **shown)  # status 200: the failure is to be kept
        if accepted(form, lambda: sign_in.change_password(actor(), staff, form.password.value)):
            flash(
                "パスワードを変更しました。ほかの端末からはサインアウトしています。カレンダーの専用のURLも使えなくなりました。"
            )
            return redirect(url_for("people.account"))
    return answer("people/account.html", form, **shown)


@blueprint.post("/account/transfer-code")
@signed_in
@by_password
@confirmed
def make_transfer_code() -> ResponseReturnValue:
    """Make a code with which another organisation can enter the person; show it once."""
    form = TransferForm()
    if not form.validate():
        raise InvalidError(form.ends_present.errors[0])
    code = transfer.make_code(actor(), ends_present=form.ends_present.value == "yes")
    return render_template("people/transfer_code.html", code=code, days=transfer.VALID_FOR.days)
