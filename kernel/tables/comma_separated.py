"""A table as CSV for Excel, as offices pass it on."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[Sequence[str | int | float]]) -> bytes:
    """Return rows as CSV: UTF-8 with BOM, lines end in CRLF, no cell can start a formula (ASVS 5.0, 1.2.10)."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows([_safe(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def _safe(cell: str | float) -> str | float:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
