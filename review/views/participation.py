"""The participation page (参加状況), as a page, as CSV and as XLSX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Response, render_template, request

from kernel import clock
from kernel.database import db
from kernel.page import page_number

from people.access import Permission, actor, requires

from courses.models import Level

from catalog.models import Curriculum, CurriculumState

from review import export, summary
from review.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def _summary() -> summary.Summary:
    wanted = summary.read_filter(request.args.to_dict(), page_number(request.args.get("page")))
    return summary.summarise(actor(), wanted)


@blueprint.get("/review")
@requires(Permission.READ_PARTICIPATION)
def participation() -> ResponseReturnValue:
    """Show the participation of the own organisation, or of all of them."""
    published = Curriculum.state == CurriculumState.PUBLISHED
    return render_template(
        "review/participation.html",
        summary=_summary(),
        curricula=db.session.execute(sa.select(Curriculum.slug, Curriculum.title).where(published)).all(),
        levels=list(Level),
        this_year=clock.current_fiscal_year(),
    )


@blueprint.get("/review/participation.csv")
@requires(Permission.READ_PARTICIPATION)
def participation_csv() -> ResponseReturnValue:
    """Download what is on the page as CSV."""
    return _download(export.as_csv(_summary()), "text/csv; charset=utf-8", "csv")


@blueprint.get("/review/participation.xlsx")
@requires(Permission.READ_PARTICIPATION)
def participation_xlsx() -> ResponseReturnValue:
    """Download what is on the page as an Excel workbook."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(export.as_xlsx(_summary()), kind, "xlsx")


def _download(content: bytes, kind: str, ending: str) -> Response:
    name = f"participation-{clock.today():%Y%m%d}.{ending}"
    return Response(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
