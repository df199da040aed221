"""Pages on which an organisation looks after its staff: entered, corrected, invited, given roles, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.errors import NotFoundError
from kernel.forms import accepted, answer, options
from kernel.page import page_number, page_of

from people import membership, organisation, password_link, staff, transfer
from people.access import Permission, actor, requires
from people.forms import (
    LeaveForm,
    RolesForm,
    StaffForm,
    WelcomeForm,
)
from people.models import Membership, Organisation
from people.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from wtforms import SelectChoice  # type: ignore[attr-defined]

LONGEST_ID = 10


@blueprint.get("/office/staff")
@requires(Permission.MANAGE_STAFF)
def staff_list() -> ResponseReturnValue:
    """List the own organisation's staff."""
    text, chosen = request.args.get("q", "")[:100], chosen_organisation()
    statement = staff.managed_memberships(actor(), text)
    if chosen:
        statement = statement.where(Membership.organisation_id == chosen.id)
    people = page_of(statement, page_number(request.args.get("page")), size=50)
    return render_template("people/staff_list.html", people=people, text=text, chosen=chosen)


def chosen_organisation() -> Organisation | None:
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
    if chosen := chosen_organisation():
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
