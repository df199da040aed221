"""Spelling: forms in which two spellings of one name, number or address meet. For comparing only, never for showing."""

from __future__ import annotations

import re
import sys
import unicodedata
from decimal import Decimal
from email.headerregistry import Address
from functools import cache, lru_cache
from typing import Literal
from urllib.parse import urlsplit

import joyokanji  # type: ignore[import-untyped]

UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
"""Signs that nobody sees and that copying from a page or a mail leaves in a text."""

LONGEST_NUMBER = 40
LONGEST_ADDRESS = 254
LONGEST_KEPT = 100
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u200c\u200d]")
_KANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)} | {ord("ヵ"): "か", ord("ヶ"): "け"}
_DASHES = re.compile("[\u02d7\u2010-\u2015\u2043\u2212\u2500\u2501\u30fc\ufe58\ufe63\uff0d\uff70]")
_MINUS = re.compile("^[-\u02d7\u2010-\u2015\u2043\u2212\u2500\u2501\u30fc\ufe58\ufe63\uff0d\uff70▲△]")
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})"
_POWERS = {"百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "億": 10**8, "兆": 10**12}
_PART = re.compile(rf"({_DIGITS})({'|'.join(sorted(_POWERS, key=len, reverse=True))}|$)")
_NUMBER = re.compile(rf"(?:{_DIGITS}(?:{'|'.join(_POWERS)})){{0,5}}(?:{_DIGITS})?")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_USUAL_ADDRESS = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,63}")
"""What addresses of offices look like: nothing in them could be taken otherwise."""
_AS_TEXT = re.compile("""^=?["']?(.*?)["']?$""")
_PAIRS = """
    髙高 𠮷吉 﨑崎 嵜崎 邉辺 齋斎 齊斉 濵浜 嶋島 嶌島 隝島 㠀島 冨富 峯峰 栁柳 桒桑 舘館 槗橋 凜凛 晧皓 渕淵 渊淵 薮藪 篭籠 薗園
    礒磯 埜野 舩船 鉃鉄 靏鶴 靍鶴 鳯鳳 兎兔 萠萌 昻昂 曻昇 壷壺 槙槇 桧檜 蔣蒋 鷗鴎 遙遥 穐秋 籏旗 巌巖 晄晃 凉涼 祢禰 頴穎 舗舖
    朖朗 姬姫 竈竃
"""
"""Characters that personnel lists write for one another in names and that are no old forms of the Jōyō Kanji."""
_NAMES = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})
MOST_MARKS = 30
"""Combining marks in a row that are kept; no language writes more (UAX #15, 13, Stream-Safe Text Format)."""


def normal_form(text: str, form: Literal["NFC", "NFKC"] = "NFKC") -> str:
    """Return text in a normal form. Of combining marks in a row the first 30 are kept: ordering a run takes the square of its length."""
    return text if text.isascii() else unicodedata.normalize(form, _marks_in_a_row().sub(r"\1", text))


@cache
def _marks_in_a_row() -> re.Pattern[str]:
    """Return the pattern of a run that is too long: of characters that are, or begin in their normal form with, a combining mark."""
    marks = (
        character
        for character in map(chr, range(0x300, sys.maxunicode + 1))
        if unicodedata.combining(character)
        or (unicodedata.decomposition(character) and unicodedata.combining(unicodedata.normalize("NFKD", character)[0]))
    )
    several = f"[{''.join(marks)}]"
    return re.compile(f"({several}{{{MOST_MARKS}}}){several}+")


def is_web_address(text: str) -> bool:
    """Tell whether a text is an address that a page may link to: https or http with a host, and nothing that runs (ASVS 5.0, 1.2.2)."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(host) and text.isprintable() and " " not in text


def folded(text: str) -> str:
    """Return a form in which spellings of one word or name meet.

    Width, case, kana, spaces, signs that nobody sees, variation sequences, compatibility ideographs, old forms
    (常用漢字表, 平成22年内閣告示第2号) and the usual variants in names make no difference.
    """
    if text.isascii():
        return "".join(text.split()).casefold()
    return _folded_line(text) if len(text) <= LONGEST_KEPT else _folded(text)


@lru_cache(maxsize=4096)
def _folded_line(text: str) -> str:
    """Return the form of a word or a name; in a list the same ones come again and again."""
    return _folded(text)


def _folded(text: str) -> str:
    plain = _SELECTORS.sub("", UNSEEN.sub("", normal_form(text)))
    plain = joyokanji.convert(plain.translate(_NAMES)).replace("〻", "々")
    return normal_form(re.sub(r"\s+", "", str(plain).casefold().translate(_KANA)), "NFC")


@cache
def usual_character(character: str) -> str:
    """Return the form in which a character is usually written: for old forms and variants the usual one, for what nobody sees nothing."""
    if UNSEEN.match(character) or _SELECTORS.match(character):
        return ""
    return str(joyokanji.convert(character.translate(_NAMES)))


def folded_word(text: str) -> str:
    """Return a form in which spellings of one word meet, as `folded`, and more than in names.

    Every sign for a dash, a full stop behind it and the long vowel at the end of a word from abroad (コンピューター,
    コンピュータ: 外来語の表記, 平成3年内閣告示第2号; JIS Z 8301) make no difference.
    """
    plain = re.sub(r"(?<=[ァ-ヶー]{2})ー(?![ァ-ヶー])", "", normal_form(text).strip().rstrip("。."))
    return _DASHES.sub("-", folded(plain))


def without_unit(text: str, unit: str) -> str:
    """Return what was typed as a number without the unit that stands behind the field already."""
    plain = normal_form(text).strip().removesuffix("。").rstrip()
    unit = normal_form(unit).strip()
    return plain.removesuffix(unit).rstrip() if unit else plain


def typed_number(text: str, unit: str = "") -> Decimal | None:
    """Return the number that a text says as people type it; None where it says none.

    Full-width digits, every sign for minus (also ▲), 約, 千 万 億, commas between groups of three digits and a unit
    behind it are understood; 1,5 says no number.
    """
    plain = re.sub(r"\s+", "", UNSEEN.sub("", without_unit(text, unit)))
    plain = re.sub("^(?:約|およそ|ほぼ)", "", plain).rstrip(".").replace("、", ",")
    sign = -1 if _MINUS.match(plain) else 1
    plain = _MINUS.sub("", plain).removeprefix("+")
    if not plain or len(plain) > LONGEST_NUMBER or not _NUMBER.fullmatch(plain):
        return None
    parts = [Decimal(digits.replace(",", "")) * _POWERS.get(power, 1) for digits, power in _PART.findall(plain)]
    return sign * sum(parts, Decimal(0))


def folded_number(text: str) -> str:
    """Return a form in which spellings of one staff number meet.

    Width, case, spaces, every sign for a dash and what a table program puts around a number to keep its zeros
    (`'00123`, `="00123"`) make no difference. Zeros at the front do.
    """
    if text.isascii() and text.isalnum():
        return text.casefold()
    plain = re.sub(r"\s+", "", UNSEEN.sub("", _DASHES.sub("-", normal_form(text)))).casefold()
    return _AS_TEXT.sub(r"\1", _DASHES.sub("-", plain))


def plain_address(text: str) -> str:
    """Return an e-mail address without what copying put around it: `<a@b>`, `mailto:a@b`, `a@b.`, unseen signs."""
    plain = UNSEEN.sub("", normal_form(text)).strip().lower()
    if plain.endswith(">") and "@" in (inside := plain[:-1].rpartition("<")[2]):
        plain = inside.strip()
    return plain.removeprefix("mailto:").rstrip(".")


def is_address(text: str) -> bool:
    """Tell whether mail can be sent to an address: its shape, its length (RFC 5321, 4.5.3.1), and that the mail library takes it."""
    if len(text) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(text):
        return False
    if _USUAL_ADDRESS.fullmatch(text):
        return True
    try:
        return Address(addr_spec=text).addr_spec == text
    except Exception:  # noqa: BLE001 - the library raises what it happens to run into (cpython 134155)
        return False
