"""Comparing an article with what is stored: what is new, what matches our summaries (照合済), and what is in conflict.

An article is known by its note key where its address is given, else by number and part. Where a remark that a course cites now
reads differently, both texts are shown.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel.database import db
from kernel.errors import ConflictError, InvalidError
from kernel.spelling import is_web_address
from kernel.vocabulary import Term

from catalog.article import ReadArticle, ReadRemark, parse
from catalog.models import Article, Motivation, Remark, Roundtable

if TYPE_CHECKING:
    import datetime as dt

NOTE_KEY = re.compile(r"/(n[0-9a-f]{8,})(?:[/?#]|$)")
LONGEST_ARTICLE = 300_000
LONGEST_LINE = 5000


class Match(Term):
    """How a remark that was read stands to the one that is stored."""

    NEW = "new", "新しい発言"
    VERIFIED = "verified", "照合済"
    SAME = "same", "変更なし"
    CHANGED = "changed", "変更あり"
    CONFLICT = "conflict", "要確認"

    @property
    def is_different(self) -> bool:
        """Tell whether both texts are to be looked at."""
        return self in {Match.CHANGED, Match.CONFLICT}


@dataclass(frozen=True)
class Correction:
    """What a person corrected by hand: speaker and headings of a remark, by position."""

    speaker: str
    heading: str | None
    subheading: str | None


@dataclass(frozen=True)
class Head:
    """What a person corrected by hand of an article itself: its title, when the roundtable was held, and of which municipalities."""

    title: str
    held_on: dt.date | None
    municipalities: tuple[str, ...]


@dataclass(frozen=True)
class ImportArticle:
    """An article to be imported: its text, its address if known, corrections by position, and of its head."""

    text: str
    url: str = ""
    corrections: dict[int, Correction] = field(default_factory=dict)
    accept_changes: bool = False
    head: Head | None = None


@dataclass(frozen=True)
class Compared:
    """A remark that was read, and the stored one it stands for."""

    read: ReadRemark
    stored: Remark | None
    match: Match
    cited: bool


@dataclass(frozen=True)
class Preview:
    """What an import would do."""

    reading: ReadArticle
    key: str
    article: Article | None
    remarks: tuple[Compared, ...]
    unchanged: bool

    @property
    def conflicts(self) -> list[Compared]:
        """Return the remarks that a course cites and that now read differently."""
        return [remark for remark in self.remarks if remark.match is Match.CONFLICT]

    def count(self, match: Match) -> int:
        """Return how many remarks stand like this."""
        return sum(remark.match is match for remark in self.remarks)


def digest_of(text: str) -> str:
    """Return the digest of an article's text; line ends and blank lines make no difference."""
    lines = [line.strip() for line in re.split(r"\r\n|\n|\r", text.lstrip("\ufeff"))]
    return hashlib.sha256("\n".join(line for line in lines if line).encode()).hexdigest()


def note_key_of(url: str) -> str | None:
    """Return the key by which the publisher knows an article, from its address."""
    match = NOTE_KEY.search(url)
    return match[1] if match else None


def key_of(reading: ReadArticle, note_key: str | None) -> str:
    """Return the key of an article: number and part (8-1, 30), else the note key, else its digest's beginning."""
    if reading.number is not None:
        return f"{reading.number}-{reading.part}" if reading.part else str(reading.number)
    return note_key or "a" + hashlib.sha256(reading.title.encode()).hexdigest()[:12]


def preview(command: ImportArticle) -> Preview:
    """Read an article and compare it with what is stored. Raises InvalidError where it holds no remark."""
    if len(command.text) > LONGEST_ARTICLE:
        message = "記事が長すぎます。一つの記事だけを入れてください。"
        raise InvalidError(message, field="text")
    for number, line in enumerate(re.split(r"\r\n|\n|\r", command.text), 1):
        if len(line) > LONGEST_LINE:
            message = f"{number}行目が長すぎます（{LONGEST_LINE:,}文字まで）。段落ごとに改行してください。"
            raise InvalidError(message, field="text")
    reading = parse(command.text)
    if not reading.remarks:
        message = "発言が一つも見つかりません。記事の全文（参加者から最後の発言まで）が入っているか確かめてください。"
        raise InvalidError(message, field="text")
    if command.head:
        reading.title, reading.held_on = command.head.title or reading.title, command.head.held_on
        reading.municipalities = list(command.head.municipalities)
    if command.url and not is_web_address(command.url):
        message = "記事のURLは https:// で始まるものを入力してください。"
        raise InvalidError(message, field="url")
    note_key = note_key_of(command.url)
    key = key_of(reading, note_key)
    article = _stored(key, note_key)
    if note_key and article and article.note_key not in {None, note_key}:
        message = f"同じ回（{key}）の別の記事が取り込まれています。記事のURLと回数を確かめてください。"
        raise ConflictError(message, field="url")
    stored = {remark.position: remark for remark in article.remarks} if article else {}
    _correct(reading, command.corrections, stored)
    cited = _cited(article) if article else set()
    compared = tuple(_compare(remark, stored.get(remark.position), cited) for remark in reading.remarks)
    gone = {position for position in stored if position > len(reading.remarks)}
    if article and article.digest and gone & {row.position for row in article.remarks if row.id in cited}:
        message = f"講座が引用している発言（{min(gone)}番目）が、この記事にはありません。記事の全文か確かめてください。"
        raise ConflictError(message, field="text")
    same_text = article is not None and article.digest == digest_of(command.text)
    corrected = [row for row in compared if row.read.position in command.corrections]
    unchanged = same_text and all(_reads_alike(row) for row in corrected) and _is_headed_alike(command.head, article)
    return Preview(reading, key, article, compared, unchanged)


def _correct(reading: ReadArticle, corrections: dict[int, Correction], stored: dict[int, Remark]) -> None:
    """Put in what was corrected by hand: now, or when the same remark was imported before."""
    for place, remark in enumerate(reading.remarks):
        before = stored.get(remark.position)
        if remark.position in corrections:
            reading.remarks[place] = replace(remark, **vars(corrections[remark.position]))
        elif before is not None and before.text is not None and before.sha256 == remark.sha256:
            names = ("speaker", "heading", "subheading")
            reading.remarks[place] = replace(remark, **{name: getattr(before, name) for name in names})


def _stored(key: str, note_key: str | None) -> Article | None:
    known = Article.key == key if note_key is None else sa.or_(Article.key == key, Article.note_key == note_key)
    return db.session.scalars(
        sa.select(Article)
        .options(
            selectinload(Article.remarks),
            joinedload(Article.roundtable).selectinload(Roundtable.participants),
        )
        .where(known)
        .order_by(Article.id)
    ).first()


def _cited(article: Article) -> set[int]:
    return set(
        db.session.scalars(
            sa.select(Motivation.remark_id)
            .join(Remark, Remark.id == Motivation.remark_id)
            .where(Remark.article_id == article.id)
        )
    )


def _compare(read: ReadRemark, stored: Remark | None, cited: set[int]) -> Compared:
    if stored is None:
        return Compared(read, None, Match.NEW, cited=False)
    is_cited = stored.id in cited
    if stored.sha256 == read.sha256:
        match = Match.SAME if stored.text is not None else Match.VERIFIED
    else:
        match = Match.CONFLICT if is_cited else Match.CHANGED
    return Compared(read, stored, match, is_cited)


def _reads_alike(row: Compared) -> bool:
    """Tell whether speaker and headings are those that are stored."""
    names = ("speaker", "heading", "subheading")
    return row.stored is not None and all(getattr(row.read, name) == getattr(row.stored, name) for name in names)


def _is_headed_alike(head: Head | None, article: Article | None) -> bool:
    """Tell whether title, day and municipalities are those that are stored."""
    if head is None or article is None:
        return True
    table = article.roundtable
    return (head.title or article.title, head.held_on, list(head.municipalities)) == (
        article.title,
        table.held_on,
        list(table.municipalities),
    )
