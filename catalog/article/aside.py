"""What stands beside the conversation: pictures, captions, notes, the moderator, credits, the closing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from catalog.article.line import IMAGE, SPACES, key

if TYPE_CHECKING:
    from catalog.article.line import Line

PICTURE_CAPTION = re.compile(
    r"""^(?:
        (?:見出し)?(?:画像|図表|図|写真|イメージ|スライド|キャプチャー?|スクリーンショット|スクショ|サムネイル|ロゴ|集合写真|バナー|資料|動画)
            (?:画像)?\s?(?:[\d.]+|[A-Z])?                                                 # a picture, and its number
        |(?:図表?|表|写真|画像|スライド|資料)\s?\d+(?:[\s:.、・)-].*)?                       # 図1 研修の流れ
        |(?:スクリーンショット|スクショ|キャプチャー?|Screenshot|Screen\s?Shot)[\s_(:-]?.*
        |(?:IMG|DSCN?|PXL|image|photo|picture|slide|figure)[-_\s]?\d[\w.-]*                 # as cameras and tools name them
        |[\w\s().~-]+\.(?:png|jpe?g|gif|webp|svg|heic|bmp|tiff?|pdf|pptx?|mp4|mov)           # a file
        |.*(?:自動的に生成された説明|が含まれている画像|が含まれる画像)[^。]*                       # what office software puts there
        |.*(?:の集合写真|の(?:写真|画像|イラスト|スクリーンショット|キャプチャ|ロゴ|外観|様子)(?:です)?|記念撮影(?:の様子)?)
        |(?:左|右|前列|後列|手前|写真)(?:から|左|右)?[\s::)].*
        |[^。、]{0,20}(?:一同|の(?:皆|みな)(?:さん|さま|様)方?)
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
"""What stands under or instead of a picture: a word for it, the name of a file, what a tool wrote, who is on it."""
LONGEST_CAPTION = 60
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
    if len(line.plain) <= LONGEST_CAPTION and PICTURE_CAPTION.match(line.plain):
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
