"""The report of an office for its assembly (議会・庁内への報告): reach by section, the months beside the target, and who is behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.download import download
from kernel.errors import NotFoundError
from kernel.forms import accepted, answer
from kernel.tables.comma_separated import as_csv
from kernel.tables.written_workbook import XLSX

from people.access import actor, requires
from people.access_log import shows, taken_out
from people.permission import Permission

from participation import target

from review import behind, export, monthly_report, months, question, reach
from review.blueprint import blueprint
from review.forms import TargetForm

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from review.export import Annex

BY_SECTION, BY_MONTH = "部署ごとの受講", "月ごとの受講"


def _year() -> int:
    """Return the fiscal year that is asked for. Raises NotFoundError for who may read nobody's names."""
    if not actor().scope(Permission.READ_NAMES):
        raise NotFoundError
    return question.read(request.args.to_dict(), 1).fiscal_year


def _own() -> int:
    """Return the own organisation, of which the months and the target are. Raises NotFoundError where there is none."""
    own = actor().own_organisation(Permission.READ_PARTICIPATION)
    if own not in actor().scope(Permission.READ_NAMES):
        raise NotFoundError
    return own


@blueprint.post("/review/monthly")
@requires(Permission.READ_PARTICIPATION)
def wish_report() -> ResponseReturnValue:
    """Ask for the monthly report, or for none any more."""
    _own()
    wanted = "no" not in request.args
    monthly_report.wish(actor(), wants=wanted)
    flash("来月から、月はじめに報告をお送りします。" if wanted else "月の報告をお送りしません。")
    return redirect(url_for("review.sections"))


@blueprint.get("/review/sections")
@requires(Permission.READ_PARTICIPATION)
def sections() -> ResponseReturnValue:
    """Show how far training reaches the staff of the own office, by section."""
    year = _year()
    return render_template(
        "review/sections.html", rows=reach.reached(actor(), year), year=year, meanings=export.MEANINGS_OF_REACH,
        is_wanted=monthly_report.wants_it(actor()) if actor().organisation_with(Permission.READ_PARTICIPATION) else None,
    )  # fmt: skip


@blueprint.get("/review/sections.<ending>")
@requires(Permission.READ_PARTICIPATION)
def sections_file(ending: str) -> ResponseReturnValue:
    """Download the reach by section, as a workbook or CSV."""
    year = _year()
    return _file(export.of_sections(reach.reached(actor(), year), year, actor().organisation_name), BY_SECTION, ending)


@blueprint.route("/review/months", methods=["GET", "POST"])
@requires(Permission.READ_PARTICIPATION)
def monthly() -> ResponseReturnValue:
    """Show the months of the own office beside the year before and the target, and set the target."""
    year, own = _year(), _own()
    form = TargetForm(people=target.target_of([own], year))
    if accepted(form, lambda: target.set_target(actor(), own, year, form.people.value)):
        flash(f"{clock.fiscal_year_label(year)}の目標を決めました。" if form.people.value else "目標をなくしました。")
        return redirect(url_for("review.monthly", year=year))
    return answer("review/months.html", form, months=months.months_of([own], year), year=year)


@blueprint.get("/review/months.<ending>")
@requires(Permission.READ_PARTICIPATION)
def months_file(ending: str) -> ResponseReturnValue:
    """Download the months, as a workbook or CSV."""
    found = months.months_of([_own()], _year())
    return _file(export.of_months(found, actor().organisation_name), BY_MONTH, ending)


def _file(annex: Annex, name: str, ending: str) -> Response:
    """Answer with an annex as a file. Raises NotFoundError for an ending that there is not."""
    name = f"{name}_{clock.today():%Y%m%d}.{ending}"
    if ending == "csv":
        return download(as_csv(annex.table), "text/csv", name)
    if ending == "xlsx":
        return download(export.as_xlsx(annex), XLSX, name)
    raise NotFoundError


@blueprint.get("/review/enrolments")
@requires(Permission.READ_PARTICIPATION)
@shows("参加状況の内訳")
def enrolments() -> ResponseReturnValue:
    """List the enrolments of the own office that a figure counts."""
    _year()
    asked = behind.ask(request.args.to_dict())
    return render_template("review/enrolments.html", behind=asked, enrolments=behind.enrolments(actor(), asked))


@blueprint.get("/review/enrolments.csv")
@requires(Permission.READ_PARTICIPATION)
def enrolments_csv() -> ResponseReturnValue:
    """Download the enrolments that a figure counts, as CSV."""
    _year()
    rows = behind.every(actor(), behind.ask(request.args.to_dict()))
    name = f"参加状況の内訳_{clock.today():%Y%m%d}.csv"
    taken_out(name)
    return download(as_csv(export.table_of_enrolments(rows)), "text/csv", name)
