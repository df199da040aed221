"""The vocabulary: the words that the index holds, so that what nobody wrote leads to what somebody did.

A process keeps the words it has read until the catalogue's version has moved on.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from rapidfuzz import process
from rapidfuzz.distance import OSA

from kernel.database import db
from kernel.spelling import folded

from courses.catalogue_version import Kept

from catalog.search.models import DocumentKind, SearchPosting
from catalog.search.words import reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalog.search.query import Query

ENDS_IN_HIRAGANA = re.compile("[ぁ-ゖ]$")
"""Verbs and the like: in their dictionary form they are no words to look for."""
KANA_ONLY = re.compile("[ぁ-ゖァ-ヺー]{2,}")
AT_THE_DESK = {
    "えくせる": "表計算",
    "excel": "表計算",
    "すぷれっどしーと": "表計算",
    "めあど": "メールアドレス",
    "まいなかーど": "マイナンバーカード",
    "はんこ": "押印",
}
"""What people say at their desks, folded, and the word that courses use for it."""
NEAR = 0.25
"""What share of a word's signs may differ between what was typed and what may have been meant."""
LONGEST_WORD = 30
MOST_NEAR = 3
MOST_SUGGESTED = 8


@dataclass(frozen=True)
class Vocabulary:
    """The words of what is published, the most frequent first: by spelling and by reading, both folded."""

    by_spelling: Mapping[str, str]
    by_reading: Mapping[str, Sequence[str]]

    def said_as(self, typed: str) -> str | None:
        """Return the word that is written otherwise and read as what was typed in kana; None where there is none."""
        if not KANA_ONLY.fullmatch(typed):
            return None
        return next((word for word in self.by_reading.get(_sounds(typed), ()) if word != typed), None)

    def near(self, typed: str) -> list[str]:
        """Return the words that were probably meant, the nearest first: one slip in four signs, by spelling or reading."""
        wanted = folded(typed)[:LONGEST_WORD]
        slips = int(len(wanted) * NEAR)
        if not slips:
            return []
        found: dict[str, float] = {}
        for words in (self.by_spelling, {said: words[0] for said, words in self.by_reading.items()}):
            for key, distance, _place in process.extract(
                wanted, words.keys(), scorer=OSA.distance, score_cutoff=slips, limit=MOST_NEAR
            ):
                found[words[key]] = min(distance, found.get(words[key], distance))
        return sorted((word for word in found if word != typed), key=lambda word: found[word])[:MOST_NEAR]

    def beginning(self, typed: str) -> list[str]:
        """Return words that begin as what was typed, in spelling or reading, the most frequent first."""
        wanted = folded(typed)
        if not wanted:
            return []
        found = [word for spelling, word in self.by_spelling.items() if spelling.startswith(wanted)]
        for said, words in self.by_reading.items() if KANA_ONLY.fullmatch(typed) else ():
            if said.startswith(_sounds(typed)):
                found += words
        return list(dict.fromkeys(found))[:MOST_SUGGESTED]


def _sounds(text: str) -> str:
    """Return how a text sounds, whatever the kana; long vowels are written or not."""
    return folded(text).replace("ー", "")


def _read() -> Vocabulary:
    counts: Counter[str] = Counter(
        dict(
            db.session.execute(
                sa.select(SearchPosting.token, sa.func.count())
                .where(
                    SearchPosting.kind.in_([DocumentKind.COURSE, DocumentKind.LESSON]),
                    ~SearchPosting.token.startswith("#"),
                )
                .group_by(SearchPosting.token)
                .order_by(SearchPosting.token)
            ).all()
        )
    )
    words = [
        word
        for word, _count in counts.most_common()
        if 1 < len(word) <= LONGEST_WORD and not word.isdecimal() and not ENDS_IN_HIRAGANA.search(word)
    ]
    by_reading: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        by_reading[_sounds(reading(word))].append(word)
    return Vocabulary({folded(word): word for word in reversed(words)}, by_reading)


current = Kept(_read).current
"""Return the vocabulary as the catalogue has it now."""


def other_spelling(query: Query) -> str | None:
    """Return the text of a query with words of the desk and words in kana as the catalogue writes them; None where none is."""
    kept = current()
    parts = query.text.split()
    meant = [AT_THE_DESK.get(folded(part)) or kept.said_as(part) or part for part in parts]
    return " ".join(meant) if meant != parts else None


def near_queries(query: Query) -> list[str]:
    """Return what may have been meant: the query with its unknown words replaced by near ones, the nearest first."""
    kept = current()
    parts = query.text.split()[:MOST_NEAR]
    offers = [([part] if folded(part) in kept.by_spelling else kept.near(part)) for part in parts]
    if not all(offers):
        return []
    return [
        text
        for place in range(max(len(offer) for offer in offers))
        if (text := " ".join(offer[min(place, len(offer) - 1)] for offer in offers)) != query.text
    ]
