"""Downloads of papers: those of the office as a workbook or on A4, certificate and record of a person on A4."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import segno
from flask import current_app, flash, redirect, url_for

from kernel import clock
from kernel.download import download
from kernel.errors import NotFoundError
from kernel.forms import accepted, answer
from kernel.secret import grouped
from kernel.tables.written_workbook import XLSX
from kernel.typeset.pdf import compiled

from people.access import actor, confirmed, requires, signed_in
from people.access_log import taken_out
from people.permission import Permission

from courses.sessions.training_session import session_for

from participation import enrolment as enrolments
from participation.blueprint import blueprint
from participation.joint import nominees
from participation.joint.views.nomination import list_of
from participation.papers import letterhead as letterheads
from participation.papers import printed, sheets, workbook
from participation.papers.forms import LetterheadForm
from participation.record import certificate, history, outside_learning

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from participation.papers.paper import Paper

OF_HOSTS = {"roster": sheets.signature_roster, "attendance": sheets.attendance_sheet, "completions": sheets.completions}
OF_NOMINATORS = {"nominations": sheets.nomination_list, "result": sheets.result_notice}
ENDINGS = {
    "xlsx": (workbook.as_xlsx, XLSX),
    "pdf": (printed.as_pdf, "application/pdf"),
}


def _file(paper: Paper, ending: str) -> Response:
    make, kind = ENDINGS[ending]
    return download(make(paper), kind, f"{paper.name}.{ending}")


@blueprint.get("/sessions/<int:session_id>/papers/<any(roster, attendance, completions):kind>.<any(xlsx, pdf):ending>")
@requires(Permission.PLAN_SESSIONS)
@confirmed
def host_paper(session_id: int, kind: str, ending: str) -> ResponseReturnValue:
    """Download a paper of the host."""
    return _taken_out(OF_HOSTS[kind](actor(), session_for(actor(), session_id)), ending)


@blueprint.get("/sessions/<int:session_id>/papers/<any(nominations, result):kind>.<any(xlsx, pdf):ending>")
@requires(Permission.ENROL_STAFF)
@confirmed
def nominator_paper(session_id: int, kind: str, ending: str) -> ResponseReturnValue:
    """Download a paper of an organisation that nominates."""
    return _taken_out(OF_NOMINATORS[kind](actor(), *list_of(session_id)), ending)


def _taken_out(paper: Paper, ending: str) -> Response:
    taken_out(f"{paper.name}.{ending}")
    return _file(paper, ending)


@blueprint.get("/enrolments/<int:enrolment_id>/report.<any(xlsx, pdf):ending>")
@signed_in
def report(enrolment_id: int, ending: str) -> ResponseReturnValue:
    """Download the template of the report that a participant writes."""
    enrolment = enrolments.own_enrolment(actor(), enrolment_id)
    if enrolment.session_id is None:
        raise NotFoundError
    return _file(sheets.report(actor(), enrolment, nominees.own_session(actor(), enrolment.session_id)), ending)


@blueprint.route("/office/letterhead", methods=["GET", "POST"])
@requires(Permission.ENROL_STAFF)
def letterhead() -> ResponseReturnValue:
    """Show and set how the office heads its letters."""
    own = actor().own_organisation(Permission.ENROL_STAFF)
    now = letterheads.letterhead_of(own)
    form = LetterheadForm(number=now.number, sender=now.sender, stamps="\n".join(now.stamps))
    if accepted(form, lambda: letterheads.set_letterhead(actor(), own, form.said())):
        flash("書類の決まりを保存しました。これから出す書類に入ります。")
        return redirect(url_for("participation.letterhead"))
    return answer("participation/letterhead.html", form, now=letterheads.letterhead_of(own))


@blueprint.get("/certificates/<number>.pdf")
@signed_in
def certificate_pdf(number: str) -> ResponseReturnValue:
    """Download an own certificate as PDF."""
    mine = certificate.own_certificate(actor(), number)
    page = url_for("participation.confirm_certificate", number=mine.number)
    address = f"{current_app.extensions['settings'].public_url}{page}"
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", scale=4, border=0)
    said = {
        "heading": "修了証",
        "holder": mine.holder,
        "line": "次の講座を修了したことを証します。",
        "title": mine.title,
        "edition": f"第{mine.edition_number}版",
        "completed": clock.era_label(mine.completed_on),
        "affiliation": mine.affiliation,
        "hours": f"学習時間の目安 {mine.minutes}分" if mine.minutes else "",
        "issuer": mine.issuer,
        "signed_by": mine.signed_by,
        "seal": "印" if mine.issuer else "",
        "number": f"番号 {grouped(mine.number)}",
        "confirm": "この修了証は、次のページで確かめられます。",
        "address": address,
        "picture": "修了証を確かめるページのQRコード",
    }
    content = compiled(printed.HERE / "certificate.typ", said, picture=picture.getvalue().decode())
    return download(content, "application/pdf", f"修了証_{mine.title}_{mine.holder}.pdf")


@blueprint.get("/me/record.pdf")
@signed_in
def record_pdf() -> ResponseReturnValue:
    """Download the own record of learning as PDF."""
    issuer = current_app.extensions["settings"].operator.name
    paper = sheets.record(actor(), history.history(actor()), outside_learning.own(actor()), issuer)
    return _file(paper, "pdf")
