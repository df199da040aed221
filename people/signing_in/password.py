"""Passwords: hashed with argon2id, chosen by nobody but their owner."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from kernel.errors import InvalidError
from kernel.text import normalised

if TYPE_CHECKING:
    from collections.abc import Collection

SHORTEST = 12  # NIST SP 800-63B asks for length, not for kinds of characters.
LONGEST = 200
LONGEST_WEIGHED = 72  # what zxcvbn looks at
OUR_NAMES = ("tomomanabi", "ともまなび", "manabi")
"""Words that anybody would try first here (ASVS 5.0, 6.1.2)."""
STRONG_ENOUGH = 3  # of 4: 10^8 guesses and more


class _Kept:
    """What the application was started with: what hashes, and what nobody may have."""

    hasher = PasswordHasher()
    published: Collection[str] = ()


_kept = _Kept()


def set_cost(memory_kib: int, passes: int) -> None:
    """Set what a password costs to be hashed, when the application starts: argon2id, one lane."""
    _kept.hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
    _nobodys_hash.cache_clear()


def refuse(published: Collection[str]) -> None:
    """Let these passwords open nothing, because anybody can read them somewhere (ASVS 5.0, 6.3.2)."""
    _kept.published = frozenset(published)


def hashed(password: str, *about: str) -> str:
    """Return the hash of a new password; `about` are words that anybody would try first (name, e-mail address).

    Raises InvalidError where it is too short, too long or too easily guessed.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"パスワードは{SHORTEST}文字以上{LONGEST}文字以下にしてください。"
        raise InvalidError(message, field="password")
    words = [
        word
        for text in (*about, *OUR_NAMES)
        for word in (*re.split(r"[@\s]", text), *re.split(r"[@.\s]", text))
        if word
    ]
    if password in _kept.published or zxcvbn(password[:LONGEST_WEIGHED], user_inputs=words)["score"] < STRONG_ENOUGH:
        message = "推測されやすいパスワードです。関係のない言葉を三つ四つつなげるなど、ほかのものにしてください。"
        raise InvalidError(message, field="password")
    return _kept.hasher.hash(password)


def renewed(old_hash: str | None, password: str, *about: str) -> str:
    """Return the hash of a password that takes the place of another. Raises InvalidError as `hashed` does, and where it is the same."""
    if old_hash and _verifies(old_hash, password):
        message = "いままでと同じパスワードです。別のパスワードにしてください。"
        raise InvalidError(message, field="password")
    return hashed(password, *about)


@functools.cache
def _nobodys_hash() -> str:
    return _kept.hasher.hash("nobody has this password")


def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether a password is the hashed one. Takes as long where there is no hash, so that time tells nothing."""
    known = password_hash or _nobodys_hash()
    is_published = password in _kept.published
    as_before = normalised(password)  # what was kept of passwords until November 2026
    return (
        any(_verifies(known, said[:LONGEST]) for said in dict.fromkeys((password, as_before)))
        and password_hash is not None
        and not is_published
    )


def _verifies(password_hash: str, password: str) -> bool:
    try:
        return _kept.hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
