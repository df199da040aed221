"""A line of an article: as it stands, and as it is compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kernel.spelling import normal_form

SPACES = " \u3000\u00a0"
IMAGE = re.compile(r"!\[[^\]]{0,1000}+\]\((?:[^()]|\([^()]{0,500}+\)){0,2000}+\)")
MARKS = re.compile(r"^(?:#{1,6}\s*|>\s+|-\s+|\*\s+)+")
TILDES = str.maketrans("〜～∼˜", "~~~~")


@dataclass
class Line:
    """A line that is not blank. `kind` is given while the article is read; a label also gets its speaker."""

    number: int
    raw: str
    kind: str = ""
    speaker: str = ""
    first_text: str = ""
    text: str = field(init=False)
    plain: str = field(init=False)

    def __post_init__(self) -> None:
        """Derive the text that is kept and the plain form that is compared."""
        self.text = IMAGE.sub("", self.raw).strip(SPACES + "\t\r\ufeff\u200b")
        self.plain = plain(self.text)

    @property
    def bare(self) -> str:
        """Return the text without the marks of Markdown around it: what a heading or a title says."""
        text = MARKS.sub("", self.text)
        return text.replace("**", "").strip(SPACES)


def plain(text: str) -> str:
    """Return text for comparing: NFKC, one kind of tilde, single spaces, no marks of Markdown around it."""
    folded = normal_form(text.translate(TILDES)).translate(TILDES)
    folded = MARKS.sub("", folded).replace("**", "")
    return re.sub(r"\s+", " ", folded).strip()


def key(text: str) -> str:
    """Return text without spaces and colons: captions write a participant's line with other separators."""
    return re.sub(r"[\s:・]", "", plain(text))


def lines_of(text: str) -> list[Line]:
    """Return the lines of an article that are not blank, numbered from 1 as an editor shows them."""
    numbered = enumerate(re.split(r"\r\n|\n|\r", text), 1)
    return [line for number, raw in numbered if (line := Line(number, raw)).raw.strip(SPACES + "\t\r\ufeff\u200b")]
