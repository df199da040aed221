"""Papers on A4 as PDF."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from kernel.typeset.pdf import compiled

if TYPE_CHECKING:
    from participation.papers.paper import Paper

HERE = Path(__file__).parent


def as_pdf(paper: Paper) -> bytes:
    """Return the paper as a PDF file."""
    return compiled(HERE / "paper.typ", asdict(paper))
