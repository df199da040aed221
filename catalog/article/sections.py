"""Headings: a short line, not a sentence, before a label or another heading; of one level or two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from catalog.article.line import key

if TYPE_CHECKING:
    from collections.abc import Callable

    from catalog.article.line import Line
    from catalog.article.model import ReadArticle

LONGEST = 40
SENTENCE_END = re.compile(
    r"。$|(?:です|ます|でした|ました|でしょう|ましょう|ません|ください|下さい|ございます)(?:か|ね|よ|が|し|けれど|けど|も|から|ので|の|わ|な|ー)*"
    r"(?:\(笑\)|[\s?!~.…」』)ー])*$|(?:思う|思い|考え|てい|でい)[^\s]{0,4}(?:けれど|けど|が|ので)も?[\s?!~.…]*$"
)
ASIDE = {"image", "caption", "note", "moderator"}


def mark_headings(lines: list[Line], is_caption: Callable[[Line], bool]) -> None:
    """Mark the headings among lines whose labels are known; each is known by what follows it.

    What stands where a heading would and names only people is a caption.
    """
    following = ""
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if line.kind in ASIDE:
            continue
        if (
            line.kind == ""
            and following in {"label", "heading"}
            and _may_be_heading(line)
            and not _after_label(lines, index)
        ):
            line.kind = "caption" if is_caption(line) else "heading"
            if line.kind in ASIDE:
                continue
        following = line.kind


def _may_be_heading(line: Line) -> bool:
    return len(line.plain) <= LONGEST and not SENTENCE_END.search(line.plain)


def _after_label(lines: list[Line], index: int) -> bool:
    for line in reversed(lines[:index]):
        if line.kind not in ASIDE:
            return line.kind == "label"
    return False


class Section:
    """The headings a remark stands under, followed through the article."""

    def __init__(self, article: ReadArticle) -> None:
        """Begin before the first heading."""
        self.article = article
        self.heading: str | None = None
        self.subheading: str | None = None

    def enter(self, lines: list[Line]) -> None:
        """Enter a section under the headings that follow each other directly."""
        names = [line.bare for line in lines]
        if len(names) > 1:
            self.heading, self.subheading = names[0], names[-1]
            if len(names) > 2:  # noqa: PLR2004
                self._warn(lines[1], f"見出しが{len(names)}つ続いています。はじめと終わりを使いました。")
        elif self.heading is None or self._is_on_agenda(names[0]):
            self.heading, self.subheading = names[0], None
        elif self.subheading is not None:
            self.subheading = names[0]
            self._warn(lines[0], f"「{names[0]}」が大見出しか小見出しか決められません。小見出しとしました。")
        else:
            self.heading = names[0]

    def _is_on_agenda(self, name: str) -> bool:
        items = [key(item) for item in self.article.agenda]
        return any(key(name) in item or item in key(name) for item in items)

    def _warn(self, line: Line, message: str) -> None:
        self.article.warn(line.number, "heading-level", message)
