"""Pages of the record: certificates issued, confirmed and revoked; what was learned elsewhere; the record as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from flask import flash, redirect, render_template, request, url_for

from kernel.download import download
from kernel.errors import NotFoundError
from kernel.forms import ReasonForm, accepted, answer
from kernel.secret import grouped as in_groups

from people.access import actor, public, public_address, requires, signed_in, visitor
from people.access_log import shows
from people.permission import Permission

from participation.blueprint import blueprint
from participation.record import certificate, history, outside_learning
from participation.record.forms import OutsideForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LONGEST_NUMBER = 40


@blueprint.post("/enrolments/<int:enrolment_id>/certificate")
@signed_in
def issue_certificate(enrolment_id: int) -> ResponseReturnValue:
    """Issue the certificate of an own completion, once, and lead to it."""
    made = certificate.issue(actor(), enrolment_id)
    return redirect(url_for("participation.confirm_certificate", number=made.number))


@blueprint.get("/certificates")
@public
def find_certificate() -> ResponseReturnValue:
    """Ask for the number that stands on a certificate."""
    number = request.args.get("number", "").strip()[:LONGEST_NUMBER]
    if number:
        return redirect(url_for("participation.confirm_certificate", number=number))
    return render_template("participation/find_certificate.html", number="")


@blueprint.get("/certificates/<number>")
@public
def confirm_certificate(number: str) -> ResponseReturnValue:
    """Confirm a certificate to anybody who has its number: course, date and the holder's initial."""
    try:
        return _page(number, ReasonForm(formdata=None))
    except NotFoundError:
        return render_template("participation/find_certificate.html", number=number[:LONGEST_NUMBER]), 404


def _page(number: str, form: ReasonForm) -> ResponseReturnValue:
    found, person = certificate.by_number(number), visitor()
    page = url_for("participation.confirm_certificate", number=found.number)
    return answer(
        "participation/certificate.html",
        form,
        certificate=found,
        grouped=in_groups(found.number),
        code=segno.make(public_address(page), error="m").svg_data_uri(scale=4, border=0),
        is_valid=certificate.is_valid(found),
        beside=certificate.beside(found),
        initial=certificate.initial(found),
        is_mine=person is not None and person.staff_id == found.enrolment.staff_id,
        may_revoke=certificate.may_revoke(person, found) and found.revoked_at is None,
    )


@blueprint.post("/certificates/<number>/revoke")
@requires(Permission.WRITE_COURSES)
def revoke_certificate(number: str) -> ResponseReturnValue:
    """Revoke a certificate, with a reason."""
    form = ReasonForm()
    if accepted(form, lambda: certificate.revoke(actor(), number, form.reason.value)):
        flash("修了証を取り消しました。確認のページに、取り消したことが表示されます。")
        return redirect(url_for("participation.confirm_certificate", number=number))
    return _page(number, form)


@blueprint.get("/me/record.json")
@signed_in
def record_json() -> ResponseReturnValue:
    """Download the own record of learning for another system."""
    return download(history.as_json(actor()).encode(), "application/json", "学習記録.json")


@blueprint.route("/me/outside", methods=["GET", "POST"])
@requires(Permission.TAKE_PART)
def outside() -> ResponseReturnValue:
    """Show what one learned elsewhere; declare more."""
    form = OutsideForm()
    if accepted(form, lambda: outside_learning.declare(actor(), form.command())):
        flash("登録しました。研修担当が確認すると「確認ずみ」になります。")
        return redirect(url_for("participation.outside"))
    return answer("participation/outside.html", form, rows=outside_learning.own(actor()))


@blueprint.post("/me/outside/<int:learning_id>/withdraw")
@requires(Permission.TAKE_PART)
def withdraw_outside(learning_id: int) -> ResponseReturnValue:
    """Take back what one declared."""
    outside_learning.withdraw(actor(), learning_id)
    flash("取り下げました。")
    return redirect(url_for("participation.outside"))


@blueprint.get("/office/outside")
@requires(Permission.ENROL_STAFF)
@shows("ほかで学んだことの確認")
def outside_to_confirm() -> ResponseReturnValue:
    """Show what the own staff declared."""
    return render_template("participation/outside_to_confirm.html", rows=outside_learning.waiting_for(actor()))


@blueprint.post("/office/outside/<int:learning_id>/confirm")
@requires(Permission.ENROL_STAFF)
def confirm_outside(learning_id: int) -> ResponseReturnValue:
    """Confirm what one of the own staff declared."""
    row = outside_learning.confirm(actor(), learning_id)
    flash(f"{row.staff.name}さんの「{row.title}」を確認しました。")
    return redirect(url_for("participation.outside_to_confirm"))
