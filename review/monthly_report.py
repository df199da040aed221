"""The monthly report (月の報告): who wants it is told at the beginning of each month how far training reaches the own office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import add, db

from review.models import ReportWish
from review.reach import reached

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor


def wants_it(actor: Actor) -> bool:
    """Tell whether somebody wants the monthly report."""
    return db.session.get(ReportWish, actor.staff_id) is not None


def wish(actor: Actor, *, wants: bool) -> None:
    """Ask for the monthly report, or for none any more; who asks again asks once."""
    row = db.session.get(ReportWish, actor.staff_id)
    if wants and not row:
        add(ReportWish(staff_id=actor.staff_id, since=clock.today()))
    elif row and not wants:
        db.session.delete(row)


def readers() -> Sequence[int]:
    """Return who wants the monthly report, and has wanted it since before this month began."""
    return db.session.scalars(
        sa.select(ReportWish.staff_id)
        .where(ReportWish.since < clock.today().replace(day=1))
        .order_by(ReportWish.staff_id)
    ).all()


def in_words(actor: Actor) -> str:
    """Return how far training reached the own office in the fiscal year of yesterday; empty where nobody works there."""
    year = clock.fiscal_year(clock.today() - clock.DAY)
    whole = reached(actor, year)[0]
    if not whole.staff:
        return ""
    return (
        f"{clock.fiscal_year_label(year)}（{clock.date_label(clock.today())}現在）：職員{whole.staff:,}人のうち、受講した人{whole.took:,}人"
        f"（受講率{whole.share_took:.1f}%）、修了した人{whole.finished:,}人（修了率{whole.share_finished:.1f}%）。"
        "部署ごとの数と、別紙に使える表は、参加状況のページにあります。"
    )
