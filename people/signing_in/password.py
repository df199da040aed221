"""Passwords: hashed with argon2id, chosen by nobody but their owner."""

from __future__ import annotations

import functools
import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from zxcvbn import zxcvbn

from kernel.errors import InvalidError

SHORTEST = 12  # NIST SP 800-63B asks for length, not for kinds of characters.
LONGEST = 200
LONGEST_WEIGHED = 72  # what zxcvbn looks at
STRONG_ENOUGH = 3  # of 4: 10^8 guesses and more


@functools.cache
def _hasher(memory_kib: int, passes: int) -> PasswordHasher:
    return PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)


def _current_hasher() -> PasswordHasher:
    settings = current_app.extensions["settings"]
    return _hasher(settings.argon2_memory_kib, settings.argon2_passes)


def hashed(password: str, *about: str) -> str:
    """Return the hash of a new password; `about` are words that anybody would try first (name, e-mail address).

    Raises InvalidError where it is too short, too long or too easily guessed.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"パスワードは{SHORTEST}文字以上{LONGEST}文字以下にしてください。"
        raise InvalidError(message, field="password")
    words = [word for text in about for word in (*re.split(r"[@\s]", text), *re.split(r"[@.\s]", text)) if word]
    if zxcvbn(password[:LONGEST_WEIGHED], user_inputs=words)["score"] < STRONG_ENOUGH:
        message = "推測されやすいパスワードです。関係のない言葉を三つ四つつなげるなど、ほかのものにしてください。"
        raise InvalidError(message, field="password")
    return _current_hasher().hash(password)


@functools.cache
def _nobodys_hash(memory_kib: int, passes: int) -> str:
    return _hasher(memory_kib, passes).hash("nobody has this password")


def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether a password is the hashed one. Takes as long where there is no hash, so that time tells nothing."""
    settings = current_app.extensions["settings"]
    known = password_hash or _nobodys_hash(settings.argon2_memory_kib, settings.argon2_passes)
    try:
        return _current_hasher().verify(known, password[:LONGEST]) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
