"""Pages of the staff list: who belongs to the office, narrowed, with the columns that the reader wants, and acts on many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.download import download
from kernel.errors import NotFoundError
from kernel.page import page_number
from kernel.tables.comma_separated import as_csv
from kernel.tables.written_workbook import XLSX

from people.access import actor, confirmed, public_address, requires, sends_mail
from people.access_log import shows, taken_out
from people.membership import managed_among
from people.organisation import organisation
from people.permission import Permission
from people.sections.post import posts_of
from people.sections.section import sections_of
from people.signing_in import password_link

from courses.course import latest_edition, own_pace_courses

from participation.papers.workbook import as_xlsx

from front.blueprint import blueprint
from front.office import learners as own_learners
from front.office import staff

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from people.models import Organisation

MOST_CHOSEN = 200


def _asked() -> staff.StaffQuestion:
    return staff.ask(request.args, request.args.getlist("show"))


def _chosen(question: staff.StaffQuestion) -> Organisation | None:
    """Return the organisation that the address names, if the actor manages its staff. Raises NotFoundError."""
    if not request.args.get("organisation"):
        return None
    if question.organisation is None or not actor().may(Permission.MANAGE_STAFF, question.organisation):
        raise NotFoundError
    return organisation(question.organisation)


@blueprint.get("/office/staff")
@requires(Permission.MANAGE_STAFF)
@shows("職員の一覧")
def staff_list() -> ResponseReturnValue:
    """List the own organisation's staff."""
    question = _asked()
    chosen = _chosen(question)
    own = chosen.id if chosen else actor().organisation_with(Permission.MANAGE_STAFF)
    return render_template(
        "front/staff_list.html",
        question=question,
        chosen=chosen,
        found=staff.staff_list(actor(), question),
        sections=sections_of(own) if own else [],
        posts=posts_of(own) if own else [],
        shown=list(staff.Shown),
        orders=list(staff.Order),
        groups=list(staff.Whose),
        cell=staff.cell,
    )


@blueprint.get("/office/staff.xlsx")
@requires(Permission.MANAGE_STAFF)
def staff_workbook() -> ResponseReturnValue:
    """Download all the staff that is asked for, with the columns that are shown."""
    name, question = f"職員の一覧_{clock.today():%Y%m%d}.xlsx", _asked()
    _chosen(question)
    taken_out(name)
    return download(as_xlsx(staff.paper(actor(), question)), XLSX, name)


@blueprint.get("/office/staff.csv")
@requires(Permission.MANAGE_STAFF)
def staff_csv() -> ResponseReturnValue:
    """Download the same as CSV, the table alone."""
    name, question = f"職員の一覧_{clock.today():%Y%m%d}.csv", _asked()
    _chosen(question)
    taken_out(name)
    return download(as_csv(staff.paper(actor(), question).table), "text/csv", name)


@blueprint.get("/office/staff/act")
@requires(Permission.MANAGE_STAFF)
def act_on_staff() -> ResponseReturnValue:
    """Lead whoever chose some of the staff to the page of the act that was pressed."""
    ids = request.args.getlist("row", type=int)[:MOST_CHOSEN]
    if not ids:
        flash("職員を選んでから押してください。", "info")
        return redirect(url_for("front.staff_list"))
    match request.args.get("act"):
        case "move":
            return redirect(url_for("people.move_staff", row=ids))
        case "hand-over":
            return redirect(url_for("front.hand_over", row=ids))
        case "enrol":
            return redirect(url_for("front.enrol_chosen", row=ids))
        case "leave":
            return redirect(url_for("people.leave_together", row=ids))
        case "links":
            return redirect(url_for("front.ask_for_links", row=ids))
        case _:
            return redirect(url_for("front.remind", person=ids))


@blueprint.get("/office/enrol")
@requires(Permission.ENROL_STAFF)
@shows("まとめて申し込む職員")
def enrol_chosen() -> ResponseReturnValue:
    """Ask in which course the chosen staff are to be enrolled, then lead to the list in which they stand."""
    ids = request.args.getlist("row", type=int)[:MOST_CHOSEN]
    if slug := request.args.get("course"):
        return redirect(url_for("participation.enrol_staff", slug=slug, row=ids))
    return render_template(
        "front/enrol_chosen.html",
        people=managed_among(actor(), ids),
        courses=own_pace_courses(actor().organisation_ids),
        rows=ids,
    )


@blueprint.route("/office/courses/<slug>/learners", methods=["GET", "POST"])
@requires(Permission.ENROL_STAFF)
@shows("自団体の受講者")
def learners(slug: str) -> ResponseReturnValue:
    """Show who of the own staff takes or took a course; withdraw those who were chosen."""
    edition, _titles = latest_edition(slug)
    if request.method == "POST":
        found = own_learners.withdraw_together(actor(), request.form.getlist("row", type=int)[:MOST_CHOSEN])
        if found.names:
            flash(f"{'さん、'.join(found.names)}さんの受講を取りやめました。もう一度申し込むと、続きから始まります。")
        for sentence in found.refused:
            flash(f"取りやめられませんでした。{sentence}", "info")
        if not found.names and not found.refused:
            flash("取りやめる人を選んでください。", "info")
        return redirect(url_for("front.learners", slug=slug))
    group = next((one for one in own_learners.Group if one.value == request.args.get("which")), own_learners.Group.OPEN)
    page = own_learners.learners_of(actor(), slug, group, page_number(request.args.get("page")))
    return render_template(
        "front/learners.html",
        slug=slug,
        edition=edition,
        learners=page,
        group=group,
        groups=list(own_learners.Group),
        counts=own_learners.counts_of(actor(), slug),
        sections=own_learners.sections_of(page.rows),
    )


@blueprint.route("/office/staff/links", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@confirmed
@shows("招待のリンクの一覧")
def ask_for_links() -> ResponseReturnValue:
    """Make links for those of the chosen staff who cannot sign in yet, as slips to print and hand over."""
    ids = request.args.getlist("row", type=int)[:MOST_CHOSEN]
    people = [one for one in managed_among(actor(), ids) if not one.staff.password_hash]
    if not people:
        flash("選んだ人は、みなサインインできます。", "info")
        return redirect(url_for("front.staff_list"))
    by_mail = sends_mail()
    if request.method == "GET":
        return render_template("front/ask_for_links.html", people=people, by_mail=by_mail)
    if by_mail and "mail" in request.form:
        sent, rest = password_link.invite_by_mail(actor(), people), len(people)
        paper = f"アドレスのない{rest - sent}人には、紙で渡してください。" if sent < rest else ""
        flash(f"{sent}人に、招待のリンクをメールで送ります。{paper}")
        return redirect(url_for("front.staff_list"))
    made = zip(people, password_link.issue_for_all(actor(), people), strict=True)
    slips = [
        (person, address, segno.make(address, error="m").svg_data_uri(scale=3, border=1))
        for person, token in made
        for address in [public_address(url_for("people.new_password", token=token))]
    ]
    return render_template("front/link_slips.html", slips_of=slips, until=password_link.good_until())
