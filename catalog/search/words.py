"""Words: how a text is cut into tokens in which spellings and synonyms of one word meet.

SudachiPy's normalised forms join サーバ and サーバー, 引越し and 引っ越し; its synonym groups join DX and
デジタルトランスフォーメーション. A `Tokenizer` is not thread-safe, so each thread has its own.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from sudachipy import Dictionary, SplitMode

from kernel.spelling import normal_form, usual_character

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sudachipy import Morpheme, Tokenizer

WORD_CLASSES = frozenset({"名詞", "動詞", "形容詞", "形状詞", "接頭辞", "接尾辞", "代名詞"})
LONGEST_TEXT = 12_000  # Sudachi takes at most 49,149 bytes at once.
A_PIECE = 1_000
ENDS = "。\n !?"
KEPT_TEXTS = 4096
_local = threading.local()


@dataclass(frozen=True)
class Word:
    """A word in a text: where it stands in the given text, and the tokens it is found by."""

    begin: int
    end: int
    tokens: frozenset[str]


@cache
def _dictionary() -> Dictionary:
    return Dictionary()


def _tokenizer() -> Tokenizer:
    if not hasattr(_local, "tokenizer"):
        _local.tokenizer = _dictionary().tokenizer()
    return _local.tokenizer


@lru_cache(maxsize=KEPT_TEXTS)
def words(text: str) -> tuple[Word, ...]:
    """Return the words of a text in order; compounds also give the words they consist of.

    The words of texts read lately are kept: titles and summaries are marked again and again.
    """
    plain, places = _plain(text[:LONGEST_TEXT])
    plain = plain[:LONGEST_TEXT]
    found: list[Word] = []
    for start, piece in _pieces(plain):
        there = places[start : start + len(piece) + 1]
        for morpheme in _tokenizer().tokenize(piece, SplitMode.C):
            parts = morpheme.split(SplitMode.A)
            if len(parts) > 1:
                found += [word for part in parts if (word := _word(part, there))]
            if word := _word(morpheme, there):
                found.append(word)
    return tuple(found)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text after sentences into pieces that are read at once, each with its place: a long one takes more than its share."""
    start = 0
    while start < len(text):
        piece = text[start : start + A_PIECE]
        if start + A_PIECE < len(text):
            after = max(piece.rfind(end) for end in ENDS) + 1
            piece = piece[:after] if after else piece
        yield start, piece
        start += len(piece)


def _plain(text: str) -> tuple[str, list[int]]:
    """Return the text in NFKC, lower case and usual characters, and for each of its characters the place in the text given."""
    characters: list[str] = []
    places: list[int] = []
    index = 0
    while index < len(text):
        following = index + 1
        while following < len(text) and text[following] in "ﾞﾟ\u3099\u309a":  # voiced marks belong to the letter
            following += 1
        for character in normal_form(text[index:following]).casefold():
            for usual in usual_character(character):
                characters.append(usual)
                places.append(index)
        index = following
    places.append(len(text))
    return "".join(characters), places


def _word(morpheme: Morpheme, places: list[int]) -> Word | None:
    if morpheme.part_of_speech()[0] not in WORD_CLASSES:
        return None
    normal = morpheme.normalized_form().casefold()
    if not normal.strip():
        return None
    tokens = {normal, *(f"#{group}" for group in morpheme.synonym_group_ids())}
    return Word(places[morpheme.begin()], places[morpheme.end()], frozenset(tokens))


def reading(word: str) -> str:
    """Return how a word is read, in katakana; what has no reading stands as it is."""
    return "".join(
        morpheme.surface() if morpheme.reading_form() in {"", "キゴウ"} else morpheme.reading_form()
        for morpheme in _tokenizer().tokenize(word, SplitMode.C)
    )
