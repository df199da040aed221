"""Secrets that people hold: drawn at random, read out in groups, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets


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
