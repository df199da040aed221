"""What stands beside the conversation: pictures, captions, notes, the moderator, credits, the closing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from catalog.article.line import IMAGE, SPACES, key

if TYPE_CHECKING:
    from catalog.article.line import Line

PICTURE_CAPTION = re.compile(r"^(?:見出し)?(?:画像|図表|図|写真|イメージ)\s?(?:\d+|[A-Z])?$")
MODERATOR = re.compile(r"^[―—–─ーｰ‐‑‒]{1,3}(?=\s|[^―—–─ー\s])")
CREDIT = re.compile(r"^(?:執筆者?|編集者?|編集・執筆|執筆・編集|取材|撮影|写真|文責|構成|ライター|文)\s?:")
BACK_NUMBERS = re.compile(r"^[【■◆]?\s?バックナンバー")
CLOSING = re.compile(
    r"(?:次回|後半|後編|前半|前編|第\d回|part\s?\d).{0,20}お楽しみに[!。~]*$|^本取組(?:について)?は|"
    r"^(?:後半|後編)(?:は|に|へ)(?:こちら|続|つづ)|^\(?(?:後半|後編)(?:に|へ)(?:続|つづ)く",
    re.IGNORECASE,
)
FOOTER = re.compile(r"^この記事が気に入ったら|サポートをしてみませんか|^(?:いいなと思ったら応援しよう|記事をサポート)")


def mark_asides(lines: list[Line]) -> None:
    """Give the lines that are no part of the conversation their kind, as far as the line itself tells."""
    after_back_numbers = False
    for line in lines:
        line.kind = "back number" if after_back_numbers else _kind(line)
        after_back_numbers = after_back_numbers or line.kind == "back number"
        if after_back_numbers and FOOTER.search(line.plain):
            line.kind = "footer"


def _kind(line: Line) -> str:
    if IMAGE.search(line.raw) and not line.text.strip(SPACES):
        return "image"
    if PICTURE_CAPTION.match(line.plain):
        return "caption"
    if line.plain.startswith("※"):
        return "note"
    if MODERATOR.match(line.text):
        return "moderator"
    if CREDIT.match(line.plain):
        return "credit"
    if BACK_NUMBERS.match(line.plain):
        return "back number"
    if FOOTER.search(line.plain):
        return "footer"
    if CLOSING.search(line.plain):
        return "closing"
    return ""


def mark_captions(lines: list[Line], captions: set[str]) -> None:
    """Mark the lines that repeat a participant's line or affiliation: captions under pictures."""
    for line in lines:
        if not line.kind and key(line.text) in captions:
            line.kind = "caption"


def unmark_closings_within(lines: list[Line]) -> None:
    """Take back that a line closes the article where somebody still speaks after it: then it is what is said."""
    labels = [index for index, line in enumerate(lines) if line.kind == "label"]
    for line in lines[labels[0] : labels[-1]] if labels else ():
        if line.kind == "closing":
            line.kind = ""
