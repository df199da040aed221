"""Text as people type it, normalised once at the form's border; and as a heading shows it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import cache, lru_cache

import budoux
from markupsafe import Markup

from kernel.spelling import UNSEEN, normal_form

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")
_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}


def normalised(text: str) -> str:
    """Return text in NFKC without control characters and signs that nobody sees, line ends as \\n, and no space at its ends.

    Full-width letters and half-width kana become the usual ones. The name characters 髙, 﨑 and 𠮷 are
    not touched by NFKC; the compatibility ideographs that are (U+F900 to U+FAFF) are kept as typed,
    because they stand in people's names.
    """  # noqa: D301
    if text.isascii() and text.isprintable():
        return text.strip()
    parts = re.split(
        "([\uf900-\ufaff])", _CONTROL.sub("", UNSEEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))
    )
    return "".join(part if index % 2 else normal_form(part) for index, part in enumerate(parts)).strip()


def as_written(text: str) -> str:
    """Return text for people to read, with the signs that were chosen for it (①, ㎡, ～, （）): in NFC, else as `normalised` does."""
    plain = _CONTROL.sub("", UNSEEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))
    return normal_form(plain, "NFC").strip()


def shortened(text: str, length: int) -> str:
    """Return the text, cut to at most `length` characters with … where something was left out."""
    return text if len(text) <= length else text[: length - 1] + "…"


def decoded(content: bytes) -> str:
    """Return the text of an office's file, whatever its encoding. Raises UnicodeDecodeError as `encoding_of` does."""
    return content.decode(encoding_of(content))


def encoding_of(content: bytes) -> str:
    """Return the encoding of an office's file: UTF-8 or UTF-16, with or without BOM, else CP932 or EUC-JP.

    Nothing is guessed: the byte NUL stands in no text but one in UTF-16, in the half that is empty for ASCII. What is EUC-JP
    throughout would be half-width katakana in CP932; a word of CP932 in full width is no EUC-JP.

    Raises UnicodeDecodeError where it is none of them.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in content:
        is_little = content[1::2].count(0) > content[::2].count(0)
        return "utf-16-le" if is_little else "utf-16-be"
    if _can_be(content, "utf-8-sig"):
        return "utf-8-sig"
    if not _can_be(content, "cp932"):
        content.decode("euc_jp")
        return "euc_jp"
    text = content.decode("cp932")
    is_plain = not _HALF_WIDTH.search(text) or _ONLY_HALF_WIDTH.fullmatch(text)
    return "cp932" if is_plain or not _can_be(content, "euc_jp") else "euc_jp"


def _can_be(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


_HALF_WIDTH = re.compile("[｡-ﾟ]")
_ONLY_HALF_WIDTH = re.compile("[\x00-\x7fｦ-ﾟ]*")
"""Half-width kana and nothing else that is Japanese: EUC-JP would show marks (｡｢｣､･) for kana, and other signs for kanji."""

LARGEST_ID = 2**31
"""No id of a row is as large (INTEGER in PostgreSQL)."""


def number_in(text: str, below: int = 10**9) -> int | None:
    """Return the whole number that a text of digits says, from 0; None where it says none, or one not below a bound."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(below)):
        return None
    return int(text) if int(text) < below else None


def in_katakana(text: str) -> str:
    """Return a reading with katakana for hiragana."""
    return text.translate(_TO_KATAKANA)


def private_signs(text: str) -> str:
    """Return the characters of a text that only the machine it was typed on knows (外字), each once."""
    return "".join(dict.fromkeys(sign for sign in text if unicodedata.category(sign) == "Co"))


@cache
def _phrase_parser() -> budoux.Parser:
    return budoux.load_default_japanese_parser()


@lru_cache(maxsize=4096)
def phrases(text: str) -> Markup:
    """Return a heading as HTML that breaks between phrases, never inside a word; what is HTML already stays as it is."""
    if isinstance(text, Markup) and "<" in text:
        return text
    parts = _phrase_parser().parse(str(text.unescape()) if isinstance(text, Markup) else text)
    return Markup('<span class="phrases">{}</span>').format(Markup("<wbr>").join(parts))
