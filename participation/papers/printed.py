"""Papers on A4 as PDF: tagged (PDF/UA-1), with an embedded Japanese font, so that 髙, 﨑 and 𠮷 come out right."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import noto_cjk_sans_jp_regular
import typst

from kernel.errors import InvalidError

if TYPE_CHECKING:
    from participation.papers.paper import Paper

FONTS = Path(noto_cjk_sans_jp_regular.__file__).parent


def as_pdf(paper: Paper) -> bytes:
    """Return the paper as a PDF file. Raises InvalidError where it holds a character that the font does not have."""
    return compiled("paper", asdict(paper), instead="Excelで保存してください。")


def compiled(template: str, said: dict[str, Any], *, instead: str = "", **more: str) -> bytes:
    """Return what a template makes of what is said, as a PDF file.

    Raises InvalidError as `as_pdf` does, with what can be done instead.
    """
    try:
        content: bytes = typst.compile(
            Path(__file__).parent / f"{template}.typ",
            font_paths=[FONTS],
            ignore_system_fonts=True,
            sys_inputs={template: json.dumps(said), **more},
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        message = f"PDFで印刷できない文字(絵文字など)が含まれています。{instead}"
        raise InvalidError(message) from error
    return content
