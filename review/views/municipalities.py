"""The board of municipalities, as a page and as files: for who looks after all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from kernel import clock
from kernel.download import download
from kernel.errors import NotFoundError
from kernel.tables.comma_separated import as_csv

from people.access import actor, requires
from people.models import SizeClass
from people.organisation import prefecture_names
from people.permission import Permission

from review import municipalities as board
from review.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from review.municipalities import Question

USUAL = "東京都"
MOST_IN_A_FILE = 3000


def _asked() -> Question:
    """Return what is asked for. Raises NotFoundError for who does not look after all organisations."""
    if not actor().scope(Permission.READ_PARTICIPATION).everywhere:
        raise NotFoundError
    return board.ask(request.args.to_dict(), USUAL)


@blueprint.get("/review/municipalities")
@requires(Permission.READ_PARTICIPATION)
def municipalities() -> ResponseReturnValue:
    """Show who has joined, who plans, whom training reaches, and who is left behind."""
    asked = _asked()
    rows = board.municipalities(actor(), asked)
    return render_template(
        "review/municipalities.html",
        asked=asked,
        classes=board.by_size(asked),
        municipalities=rows,
        tiles=board.tiles(rows.rows),
        prefectures=prefecture_names(),
        sizes=list(SizeClass),
        standings=list(board.Standing),
        reaches=list(board.Reach),
    )


@blueprint.get("/review/municipalities.csv")
@requires(Permission.READ_PARTICIPATION)
def municipalities_csv() -> ResponseReturnValue:
    """Download the board as CSV."""
    rows = board.municipalities(actor(), _asked(), MOST_IN_A_FILE).rows
    head = ["団体コード", "都道府県", "団体", "規模", "登録職員", "研修担当", "採用", "今年度の受講", "12か月の受講"]
    lines = [
        [
            row.code, row.prefecture, row.name, row.size.label, row.staff_in_words, "あり" if row.has_coordinator else "なし",
            row.adopted, row.reach.label, "なし" if row.is_left_behind else "あり",
        ]
        for row in rows
    ]  # fmt: skip
    return download(as_csv([head, *lines]), "text/csv", f"自治体の状況_{clock.today():%Y%m%d}.csv")
