"""Secrets that people hold: drawn at random, read out in groups, kept as a digest; and those of other systems, kept under a key."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

if TYPE_CHECKING:
    from collections.abc import Sequence


def digest(secret: str) -> str:
    """Return the SHA-256 of a text: all that is kept of a secret (a link, a code), and what tells the same words again."""
    return hashlib.sha256(secret.encode()).hexdigest()


SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Signs of which none is taken for another: no 0, 1, I, L or O."""


def drawn(length: int) -> str:
    """Return so many signs drawn at random, to be typed or read out by people."""
    return "".join(secrets.choice(SIGNS) for _sign in range(length))


def grouped(signs: str) -> str:
    """Return signs in groups of four, as people read them out."""
    return "-".join(signs[place : place + 4] for place in range(0, len(signs), 4))


def in_signs(content: bytes, length: int) -> str:
    """Return bytes as so many signs; `length` must be enough for them."""
    number, signs = int.from_bytes(content), ""
    for _sign in range(length):
        number, place = divmod(number, len(SIGNS))
        signs = SIGNS[place] + signs
    return signs


def of_signs(signs: str, size: int) -> bytes | None:
    """Return the bytes that stand in signs, so many; None where others are among them, or they say more than that."""
    number = 0
    for sign in signs:
        place = SIGNS.find(sign)
        if place < 0:
            return None
        number = number * len(SIGNS) + place
    return number.to_bytes(size) if number < 1 << 8 * size else None


def sealed(keys: Sequence[str], secret: str) -> str:
    """Return a secret of another system as it is kept: under the first of the application's keys."""
    return _under(keys[:1]).encrypt(secret.encode()).decode()


def unsealed(keys: Sequence[str], kept: str) -> str:
    """Return a secret that was sealed under one of the keys, the present or former ones. Raises ValueError where none fits."""
    try:
        return _under(keys).decrypt(kept.encode()).decode()
    except InvalidToken as error:
        message = "sealed under another key"
        raise ValueError(message) from error


def _under(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys])
