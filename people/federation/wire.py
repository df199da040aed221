"""What both protocols of federation share: a question to a provider, what is kept until its answer comes, and which addresses are believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from kernel.errors import InvalidError

if TYPE_CHECKING:
    from collections.abc import Mapping

LEEWAY = 60
"""Seconds by which the clocks of a provider and of this server may differ."""
UNREACHABLE = "認証基盤に接続できませんでした。アドレスと、このサーバーから接続できることを確かめてください。"
NOT_RIGHT = (
    "認証基盤の返事を確かめられませんでした。もう一度サインインしてください。続くときは、研修担当に知らせてください。"
)
NOT_AGAIN = "認証基盤で、あらためて本人の確認が行われませんでした。"


@dataclass(frozen=True)
class Asked:
    """A question to a provider: the address to go to, and what is kept until the answer comes."""

    address: str
    kept: dict[str, str]


class Client(Protocol):
    """What is needed to ask a provider who somebody is, and to take its answer."""

    def ask(self, back: str, *, again: bool = False) -> Asked:
        """Return the question, answered at the address `back`; `again`: they prove themselves anew. Raises InvalidError."""

    def answered(
        self, back: str, kept: Mapping[str, str], said: Mapping[str, str], *, again: bool = False
    ) -> dict[str, Any]:
        """Return the claims of an answer to the question of which `kept` was kept. Raises InvalidError for any other answer."""


def check_address(address: str, *, plain: bool, field: str, message: str) -> str:
    """Return the address of a provider. Raises InvalidError unless it is https; `plain` takes this machine's own http, too."""
    try:
        parts = urlsplit(address)
        is_own = plain and parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
        is_right = (parts.scheme == "https" or is_own) and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_right = False
    if not is_right:
        raise InvalidError(message, field=field)
    return address
