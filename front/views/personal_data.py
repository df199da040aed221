"""Pages of personal data: what is held of somebody, given to themselves or on a request by their office; and erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.download import download
from kernel.forms import accepted, answer

from people.access import actor, by_password, confirmed, requires, signed_in
from people.access_log import shows, taken_out
from people.permission import Permission

from participation.papers.printed import as_pdf

from front.blueprint import blueprint
from front.forms import DisclosureForm, EraseForm
from front.personal_data import disclosing, erasing, named_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/me/personal-data.json")
@signed_in
@by_password
@confirmed
def own_data() -> ResponseReturnValue:
    """Give somebody all that is held of them."""
    taken_out("保存している情報.json")
    content = disclosing.as_json(actor().staff_id).encode()
    return download(content, "application/json", "保存している情報.json")


@blueprint.route("/office/staff/<int:membership_id>/disclosure", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@confirmed
@shows("開示請求")
def disclosure(membership_id: int) -> ResponseReturnValue:
    """Take in a request of somebody to see what is held of them; show those that were taken in before."""
    form = DisclosureForm(received_on=clock.today().isoformat())
    if accepted(form, lambda: disclosing.take_in(actor(), membership_id, form.received_on.value)):
        flash("開示請求を受け付けました。別の担当者が確認すると、回答を保存できます。")
        return redirect(url_for("front.disclosure", membership_id=membership_id))
    person = disclosing.concerned(actor(), membership_id)
    since = clock.now() - disclosing.GOOD_FOR
    return answer("front/disclosure.html", form, person=person, requests=disclosing.requests_of(person), since=since)


@blueprint.get("/office/staff/<int:membership_id>/disclosure/<int:disclosure_id>")
@requires(Permission.MANAGE_STAFF)
@confirmed
@shows("開示請求の回答の確認")
def look_at_disclosure(membership_id: int, disclosure_id: int) -> ResponseReturnValue:
    """Show a second person what would be answered to a request, before they agree to it."""
    row = disclosing.to_decide(actor(), membership_id, disclosure_id)
    return render_template(
        "front/disclosure_answer.html", membership_id=membership_id, row=row, paper=disclosing.as_paper(row)
    )


@blueprint.post("/office/staff/<int:membership_id>/disclosure/<int:disclosure_id>")
@requires(Permission.MANAGE_STAFF)
@confirmed
def decide_on_disclosure(membership_id: int, disclosure_id: int) -> ResponseReturnValue:
    """Agree, as a second person, to answer a request, or let it go, by the button that was pressed."""
    if request.form.get("act") == "drop":
        disclosing.drop(actor(), membership_id, disclosure_id)
        flash("この請求の受け付けを取りやめました。回答するときは、もう一度受け付けてください。")
    else:
        disclosing.agree(actor(), membership_id, disclosure_id)
        flash("確認しました。30日のあいだ、回答を保存できます。")
    return redirect(url_for("front.disclosure", membership_id=membership_id))


@blueprint.get("/office/staff/<int:membership_id>/disclosure/<int:disclosure_id>.<any(pdf, json):ending>")
@requires(Permission.MANAGE_STAFF)
@confirmed
def answered_disclosure(membership_id: int, disclosure_id: int, ending: str) -> ResponseReturnValue:
    """Give out the answer to a request, to print or as data."""
    row = disclosing.answered(actor(), membership_id, disclosure_id)
    name = f"保有個人情報_{row.staff.name}.{ending}"
    taken_out(f"開示請求の回答（請求{row.id}、{ending}）")
    if ending == "pdf":
        return download(as_pdf(disclosing.as_paper(row)), "application/pdf", name)
    return download(disclosing.as_json(row.staff_id, row.organisation_id).encode(), "application/json", name)


@blueprint.route("/office/staff/<int:membership_id>/erase", methods=["GET", "POST"])
@requires(Permission.ERASE)
@confirmed
@shows("個人情報の消去")
def erase_person(membership_id: int) -> ResponseReturnValue:
    """Erase the personal data of somebody who has left, or who was entered by mistake, after a question that asks for the name."""
    form, by_mistake = EraseForm(), request.args.get("because") == "mistake"
    act = erasing.erase_mistaken if by_mistake else erasing.erase_former
    if accepted(form, lambda: act(actor(), membership_id, form.name.value)):
        flash("個人情報を消去しました。受講の件数は、氏名なしで残ります。")
        return redirect(url_for("front.staff_list" if by_mistake else "people.former_staff"))
    person = (erasing.mistaken if by_mistake else erasing.former)(actor(), membership_id)
    passages = named_in.passages(person.organisation_id, person.staff.name)
    return answer("front/erase.html", form, person=person, by_mistake=by_mistake, passages=passages)
