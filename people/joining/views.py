"""Pages on which people join: entered or welcomed by the office, invited, corrected, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.errors import InvalidError, NotFoundError
from kernel.fields import options
from kernel.forms import accepted, answer
from kernel.page import page_number, page_of
from kernel.text import number_in

from people import membership, organisation
from people.access import actor, confirmed, public, public_address, requires, sends_mail
from people.access_log import shows
from people.blueprint import blueprint
from people.joining import applicant, entry, invitation, rejoining, transfer
from people.joining.forms import AcceptForm, InviteForm, LeaveForm, ResumeForm, StaffForm, WelcomeForm
from people.models import Membership
from people.permission import Permission
from people.sections import post, section

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from wtforms import SelectChoice  # type: ignore[attr-defined]

    from people.models import Organisation


def chosen_organisation() -> Organisation | None:
    """Return the organisation that the address names, if the actor manages its staff. Raises NotFoundError."""
    text = request.args.get("organisation", "")
    if not text:
        return None
    organisation_id = number_in(text)
    if organisation_id is None or not actor().may(Permission.MANAGE_STAFF, organisation_id):
        raise NotFoundError
    return organisation.organisation(organisation_id)


@blueprint.route("/office/staff/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def new_staff() -> ResponseReturnValue:
    """Enter a person, then hand over the invitation link."""
    form = _staff_form()
    if entered := accepted(form, lambda: entry.join(actor(), form.command())):
        flash(f"{entered.staff.name}さんを登録しました。次に、招待のリンクを渡してください。")
        return redirect(url_for("people.staff_member", membership_id=entered.id))
    return answer("people/staff_form.html", form, person=None, **_to_pick(form))


@blueprint.route("/office/staff/welcome", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def welcome_staff() -> ResponseReturnValue:
    """Enter a person who comes from another organisation, with the code that the person made."""
    form = WelcomeForm(joined_on=clock.today().isoformat())
    form.organisation_id.choices = _where_to_enter()
    if entered := accepted(form, lambda: transfer.welcome(actor(), form.command())):
        flash(f"{entered.staff.name}さんを登録しました。これまでの受講の記録は、本人のマイページに残っています。")
        return redirect(url_for("people.staff_member", membership_id=entered.id))
    return answer("people/welcome.html", form, **_to_pick(form))


def _to_pick(form: StaffForm | WelcomeForm) -> dict[str, list[str]]:
    """Return what sections and posts the organisation of a form has, by their names."""
    organisation_id = form.organisation_id.first
    return {
        "sections": [row.title for row in section.sections_of(organisation_id)],
        "posts": [row.name for row in post.posts_of(organisation_id)],
    }


def _staff_form(person: Membership | None = None) -> StaffForm:
    form = StaffForm(obj=person.staff if person else None, data=_membership_data(person))
    own = options([(person.organisation_id, person.organisation.name)]) if person else _where_to_enter()
    form.organisation_id.choices = own
    return form


def _where_to_enter() -> list[SelectChoice]:
    """Return the organisation in which people are entered: the one that the address names, else the own one."""
    if chosen := chosen_organisation():
        return options([(chosen.id, chosen.name)])
    own = actor().organisation_with(Permission.MANAGE_STAFF)
    return options([(own, organisation.organisation(own).name)] if own else [])


def _membership_data(person: Membership | None) -> dict[str, str | int | None]:
    if person is None:
        return {"joined_on": clock.today().isoformat()}
    names = ("staff_number", "department", "post", "organisation_id")
    return {**{name: getattr(person, name) for name in names}, "joined_on": person.joined_on.isoformat()}


@blueprint.route("/office/staff/<int:membership_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@confirmed
@shows("職員の登録の訂正")
def edit_staff(membership_id: int) -> ResponseReturnValue:
    """Correct a person's entry."""
    person = membership.managed_membership(actor(), membership_id)
    form = _staff_form(person)
    if accepted(form, lambda: entry.correct(actor(), membership_id, form.correction())):
        flash("登録を訂正しました。")
        return redirect(url_for("people.staff_member", membership_id=membership_id))
    person = membership.managed_membership(actor(), membership_id)
    return answer("people/staff_form.html", form, person=person, **_to_pick(form))


@blueprint.route("/office/staff/<int:membership_id>/leave", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@shows("所属の終了")
def leave(membership_id: int) -> ResponseReturnValue:
    """End a membership, after a question that names the person."""
    form = LeaveForm(last_day=clock.today().isoformat())

    def end() -> Membership:
        return entry.leave(actor(), membership_id, form.last_day.value)

    if left := accepted(form, end):
        day = clock.date_label(form.last_day.value)
        flash(f"{left.staff.name}さんの所属を{day}までにしました。誤りのときは「所属が終わった人」から取り消せます。")
        return redirect(url_for("front.staff_list"))
    return answer("people/leave.html", form, person=membership.managed_membership(actor(), membership_id))


@blueprint.route("/office/staff/leave", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@shows("所属の終了")
def leave_together() -> ResponseReturnValue:
    """End the memberships of several of the staff with one last day."""
    ids = request.args.getlist("row", type=int)[: entry.MOST_AT_ONCE]
    people, form = membership.managed_among(actor(), ids), LeaveForm(last_day=clock.today().isoformat())
    if not people:
        flash("所属を終える人を選んでください。", "info")
        return redirect(url_for("front.staff_list"))
    chosen = [one.id for one in people]
    if accepted(form, lambda: [entry.leave(actor(), one, form.last_day.value) for one in chosen]):
        day = clock.date_label(form.last_day.value)
        flash(f"{len(chosen)}人の所属を{day}までにしました。誤りのときは「所属が終わった人」から取り消せます。")
        return redirect(url_for("front.staff_list"))
    return answer("people/leave_together.html", form, people=membership.managed_among(actor(), ids))


@blueprint.get("/office/staff/former")
@requires(Permission.MANAGE_STAFF)
@shows("以前いた職員の一覧")
def former_staff() -> ResponseReturnValue:
    """List who left the own organisation."""
    text, chosen = request.args.get("q", "")[:100], chosen_organisation()
    statement = rejoining.former_memberships(actor(), text)
    if chosen:
        statement = statement.where(Membership.organisation_id == chosen.id)
    people = page_of(statement, page_number(request.args.get("page")), size=50)
    return render_template("people/former_staff.html", people=people, text=text, chosen=chosen)


@blueprint.route("/office/staff/<int:membership_id>/resume", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@shows("所属の終了の取り消し")
def resume(membership_id: int) -> ResponseReturnValue:
    """Take back the end of a membership, or let who left belong again from a day on."""
    form = ResumeForm(joined_on=clock.today().isoformat())

    def act() -> Membership:
        if form.how.value == "resume":
            return rejoining.resume(actor(), membership_id)
        if form.joined_on.day is None:
            message = "もう一度所属する日を入力してください。"
            raise InvalidError(message, field="joined_on")
        return rejoining.rejoin(actor(), membership_id, form.joined_on.value)

    if belonging := accepted(form, act):
        flash(f"{belonging.staff.name}さんの所属を登録しました。受講の記録はつながっています。")
        return redirect(url_for("people.staff_member", membership_id=belonging.id))
    return answer("people/resume.html", form, person=rejoining.ended_membership(actor(), membership_id))


def _organisation_id() -> int:
    """Return the organisation that the address names, else the own one. Raises NotFoundError where there is none."""
    chosen = chosen_organisation()
    return chosen.id if chosen else actor().own_organisation(Permission.MANAGE_STAFF)


@blueprint.route("/office/invitation", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@confirmed
@shows("招待のリンク")
def invite() -> ResponseReturnValue:
    """Show the invitation of an organisation; make a new one and show its link once."""
    organisation_id, form = _organisation_id(), InviteForm()
    if not sends_mail():
        del form.at_once  # nothing would come to the address
    if token := accepted(form, lambda: invitation.invite(actor(), organisation_id, form.command())):
        address = public_address(url_for("people.accept_invitation", token=token))
        return render_template(
            "people/invitation_link.html", address=address, organisation=organisation.organisation(organisation_id)
        )
    return answer(
        "people/invitation.html",
        form,
        organisation=organisation.organisation(organisation_id),
        invitations=invitation.open_ones(organisation_id),
        sections=[row.title for row in section.sections_of(organisation_id)],
        applicants=applicant.waiting(actor(), organisation_id),
    )


@blueprint.post("/office/invitation/applicants")
@requires(Permission.MANAGE_STAFF)
@confirmed
def decide_on_applicants() -> ResponseReturnValue:
    """Confirm those who entered themselves, or let them go, by the button that was pressed."""
    organisation_id = _organisation_id()
    ids = request.form.getlist("applicant", type=int)
    if not ids:
        flash("人を選んでから押してください。")
    elif request.form.get("act") == "decline":
        flash(
            f"{applicant.decline(actor(), organisation_id, ids)}人の申し込みを取り下げました。本人はもう一度申し込めます。"
        )
    else:
        found = applicant.confirm(actor(), organisation_id, ids)
        if found.entered:
            flash(f"{len(found.entered)}人を登録しました。本人が決めたパスワードでサインインできます。")
        for sentence in found.refused:
            flash(f"登録できませんでした。{sentence}")
    return redirect(url_for("people.invite", organisation=organisation_id))


@blueprint.post("/office/invitation/end", defaults={"invitation_id": None})
@blueprint.post("/office/invitation/<int:invitation_id>/end")
@requires(Permission.MANAGE_STAFF)
def end_invitation(invitation_id: int | None) -> ResponseReturnValue:
    """End an invitation of an organisation; by the address of the first version every one."""
    organisation_id = _organisation_id()
    invitation.end(actor(), organisation_id, invitation_id)
    flash("招待のリンクを終わりにしました。すでに登録した人と申し込んだ人は、そのままです。")
    return redirect(url_for("people.invite", organisation=organisation_id))


@blueprint.route("/join/<token>", methods=["GET", "POST"])
@public
def accept_invitation(token: str) -> ResponseReturnValue:
    """Enter oneself as staff of the organisation that invites."""
    form, opened = AcceptForm(), invitation.opened(token)
    if not opened.needs_approval:
        del form.password, form.again  # chosen by the link that comes by mail
    if accepted(form, lambda: invitation.accept(token, form.command())):
        flash(
            f"{form.name.value}さんの登録を受け付けました。研修担当が確かめると、いま決めたパスワードでサインインできるようになります。"
            if opened.needs_approval
            else f"{form.email.value}にメールを送ります。届いたリンクからパスワードを決めると、サインインできます。"
        )
        return redirect(url_for("people.sign_in_page"))
    return answer("people/accept_invitation.html", form, invitation=opened)
