"""A document as PDF from a template and data: tagged (PDF/UA-1), with an embedded Japanese font, so that 髙, 﨑 and 𠮷 come out right."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import noto_cjk_sans_jp_regular
import typst
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FONTS = Path(noto_cjk_sans_jp_regular.__file__).parent
GETA = "〓"
"""What stands in print for a character that there is no type for."""


@functools.cache
def _types() -> frozenset[int]:
    """Return the characters that the font has."""
    file = next(file for file in FONTS.rglob("*") if file.suffix in {".otf", ".ttf"})
    with TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


def printable(text: str) -> str:
    """Return a text with 〓 for each character that the font does not have; what only joins or varies one is left out."""
    plain = _JOINING.sub("", text)
    return "".join(sign if ord(sign) in _types() or ord(sign) in _VARYING else GETA for sign in plain)


_JOINING = re.compile("[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")
_VARYING = range(0xE0100, 0xE01F0)


def compiled(template: Path, said: dict[str, Any], **more: str) -> bytes:
    """Return what a template (`NAME.typ`) makes of what is said, as a PDF file; it finds it as `sys.inputs.NAME`."""
    content: bytes = typst.compile(
        template,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={template.stem: printable(json.dumps(said, ensure_ascii=False)), **more},
        pdf_standards=["ua-1"],
    )
    return content
