"""A question as a reader of files finds it: where it stands, and the question as data, or why it cannot be read."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import nh3

if TYPE_CHECKING:
    from collections.abc import Sequence

Found = tuple[str, dict[str, Any] | str]
"""Where a question stands, and the question as data (`quiz_data.question_from`), or why it cannot be read."""


def of_choices(rows: Sequence[tuple[str, bool, str]]) -> dict[str, Any]:
    """Return a question with choices as data: of one right choice, or of several."""
    kind = "single" if sum(right for _text, right, _told in rows) == 1 else "multiple"
    return {"kind": kind, "choices": [{"text": text, "right": right, "feedback": told} for text, right, told in rows]}


def without_tags(text: str) -> str:
    """Return the words of a text in HTML, a line for each paragraph."""
    lines = re.sub(r"<(?:br|/p|/div|/li)\b[^>]*>", "\n", text, flags=re.IGNORECASE)
    return re.sub(r"\n{2,}", "\n", html.unescape(nh3.clean(lines, tags=set()))).replace("\xa0", " ").strip()
