"""Downloads of the office's papers, as a workbook or on A4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from kernel.errors import NotFoundError

from people.access import actor, requires, signed_in
from people.permission import Permission

from courses.sessions.training_session import session_for

from participation import enrolment as enrolments
from participation.blueprint import blueprint
from participation.joint import nominees
from participation.joint.views.nomination import list_of
from participation.papers import printed, sheets, workbook

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from participation.papers.paper import Paper

OF_HOSTS = {"roster": sheets.signature_roster, "attendance": sheets.attendance_sheet, "completions": sheets.completions}
OF_NOMINATORS = {"nominations": sheets.nomination_list, "result": sheets.result_notice}
ENDINGS = {
    "xlsx": (workbook.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (printed.as_pdf, "application/pdf"),
}


def _download(paper: Paper, ending: str) -> Response:
    make, kind = ENDINGS[ending]
    headers = {"Content-Disposition": f'attachment; filename="{paper.name}.{ending}"'}
    return Response(make(paper), content_type=kind, headers=headers)


@blueprint.get("/sessions/<int:session_id>/papers/<any(roster, attendance, completions):kind>.<any(xlsx, pdf):ending>")
@requires(Permission.PLAN_SESSIONS)
def host_paper(session_id: int, kind: str, ending: str) -> ResponseReturnValue:
    """Download a paper of the host."""
    return _download(OF_HOSTS[kind](actor(), session_for(actor(), session_id)), ending)


@blueprint.get("/sessions/<int:session_id>/papers/<any(nominations, result):kind>.<any(xlsx, pdf):ending>")
@requires(Permission.ENROL_STAFF)
def nominator_paper(session_id: int, kind: str, ending: str) -> ResponseReturnValue:
    """Download a paper of an organisation that nominates."""
    return _download(OF_NOMINATORS[kind](actor(), *list_of(session_id)), ending)


@blueprint.get("/enrolments/<int:enrolment_id>/report.<any(xlsx, pdf):ending>")
@signed_in
def report(enrolment_id: int, ending: str) -> ResponseReturnValue:
    """Download the template of the report that a participant writes."""
    enrolment = enrolments.own_enrolment(actor(), enrolment_id)
    if enrolment.session_id is None:
        raise NotFoundError
    return _download(sheets.report(enrolment, nominees.own_session(actor(), enrolment.session_id)), ending)
