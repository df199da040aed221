"""The agenda (議題) after the participants; older articles have none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.article.line import Line
    from catalog.article.model import ReadArticle

TITLE = re.compile(r"^[【\[<(■◆●○]?\s?(?:議題|主な議題|テーマ|アジェンダ)\s?[】\]>)]?\s?:?\s?")
ITEM = re.compile(r"[①-⑳]\s*([^①-⑳]+)")


def read_agenda(article: ReadArticle, lines: list[Line]) -> int:
    """Read the agenda, if there is one; return the index of the first line after it, else 0."""
    start = next((index for index, line in enumerate(lines) if not line.kind and _is_title(line)), None)
    if start is None or not _stands_in_the_head(lines[:start]):
        return 0
    lines[start].kind = "block title"
    if items := _items(_after_title(lines[start])):
        lines[start].kind = "agenda"
        article.agenda += items
    for index, line in enumerate(lines[start + 1 :], start + 1):
        if line.kind == "image":
            continue
        if not ITEM.match(line.bare):
            return index
        line.kind = "agenda"
        article.agenda += _items(line.bare)
    return len(lines)


def _stands_in_the_head(before: list[Line]) -> bool:
    """Tell whether only the head comes before a line: where participants are listed, nothing after their list."""
    listed = [index for index, line in enumerate(before) if line.kind == "participant"]
    after = before[listed[-1] + 1 :] if listed else []
    return not any(line.kind == "" for line in after)


def _is_title(line: Line) -> bool:
    rest = TITLE.sub("", line.plain, count=1)
    if line.plain.endswith("。"):
        return False
    return rest != line.plain and (not rest or bool(ITEM.match(_after_title(line))))


def _after_title(line: Line) -> str:
    return re.sub(r"^[^①-⑳]*", "", line.text)


def _items(text: str) -> list[str]:
    return [item.strip(" \u3000\u00a0、") for item in ITEM.findall(text)]
