"""A paper on A4 as PDF: tagged (PDF/UA-1), with an embedded Japanese font, so that 髙, 﨑 and 𠮷 come out right."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import noto_cjk_sans_jp_regular
import typst

from kernel.errors import InvalidError

if TYPE_CHECKING:
    from participation.papers.paper import Paper

TEMPLATE = Path(__file__).parent / "paper.typ"
FONTS = Path(noto_cjk_sans_jp_regular.__file__).parent


def as_pdf(paper: Paper) -> bytes:
    """Return the paper as a PDF file. Raises InvalidError where it holds a character that the font does not have."""
    try:
        content: bytes = typst.compile(
            TEMPLATE,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            sys_inputs={"paper": json.dumps(asdict(paper))},
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        message = "PDFで印刷できない文字(絵文字など)が含まれています。Excelで保存してください。"
        raise InvalidError(message) from error
    return content
