"""The participation page (参加状況), as a page, as CSV and as XLSX."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import render_template, request

from kernel import clock
from kernel.download import download
from kernel.errors import InvalidError
from kernel.page import address_with, page_number
from kernel.tables.comma_separated import as_csv
from kernel.tables.written_workbook import XLSX

from people.access import actor, requires
from people.permission import Permission

from courses.models import Level

from review import export, question
from review.blueprint import blueprint
from review.question import By
from review.summary import summarise

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from review.summary import Line, Summary


NAMES = {By.ORGANISATION: "organisation", By.COURSE: "course", By.CURRICULUM: "curriculum", By.LEVEL: "level"}


def _summary() -> Summary:
    return summarise(actor(), question.read(request.args.to_dict(), page_number(request.args.get("page"))))


@blueprint.get("/review")
@requires(Permission.READ_PARTICIPATION)
def participation() -> ResponseReturnValue:
    """Show the participation of the own organisation, or of all of them."""
    asked, unknown = question.read(request.args.to_dict(), page_number(request.args.get("page"))), ""
    try:
        seen = summarise(actor(), asked)
    except InvalidError as refusal:
        unknown = refusal.message
        seen = summarise(actor(), replace(asked, organisation=""))
    return render_template(
        "review/participation.html",
        summary=seen,
        unknown=unknown,
        may_choose=actor().scope(Permission.READ_PARTICIPATION).everywhere,
        choices=question.choices(asked, actor().organisation_ids),
        levels=list(Level),
        ways=list(By),
        narrowed=functools.partial(_narrowed, seen),
        address_behind=functools.partial(_behind, seen),
        this_year=clock.current_fiscal_year(),
        whose=_whose(seen),
        meanings=export.MEANINGS,
    ), 422 if unknown else 200


def _narrowed(seen: Summary, line: Line) -> str:
    """Return the arguments of the address that shows what a line is made of."""
    then = By.COURSE if seen.by in {By.CURRICULUM, By.LEVEL} else None
    chosen = {NAMES[seen.by]: line.reference, "by": then.value if then else "", "page": ""}
    return address_with({name: value for name, value in {**request.args.to_dict(), **chosen}.items() if value})


def _behind(seen: Summary, line: Line | None, what: str) -> str:
    """Return the arguments of the address that lists what a figure of a line, or of all, counts."""
    kept = {
        name: value
        for name, value in request.args.to_dict().items()
        if name in {"level", "curriculum", "course", "organisation"}
    }
    of_line = {NAMES[seen.by]: line.reference} if line else {}
    return address_with({**kept, **of_line, "year": seen.asked.fiscal_year, "what": what})


@blueprint.get("/review/participation.csv")
@requires(Permission.READ_PARTICIPATION)
def participation_csv() -> ResponseReturnValue:
    """Download what is on the page as CSV."""
    return _file(as_csv(export.table(_summary())), "text/csv", "csv")


@blueprint.get("/review/participation.xlsx")
@requires(Permission.READ_PARTICIPATION)
def participation_xlsx() -> ResponseReturnValue:
    """Download what is on the page as an Excel workbook."""
    summary = _summary()
    return _file(export.as_xlsx(export.of_summary(summary, _whose(summary))), XLSX, "xlsx")


def _whose(summary: Summary) -> str:
    """Return whose participation a summary tells of."""
    if summary.organisation:
        return summary.organisation.name
    return (summary.asked.prefecture or "すべての団体") if summary.is_of_all else actor().organisation_name


def _file(content: bytes, kind: str, ending: str) -> Response:
    return download(content, kind, f"参加状況_{clock.today():%Y%m%d}.{ending}")
