"""A mail server on the loopback."""

from __future__ import annotations

import asyncio
import email
import email.policy
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from postgresql import free_port

from kernel.settings import Mail

if TYPE_CHECKING:
    from email.message import EmailMessage


class PostOffice:
    """Keeps what it takes, refuses everything, dawdles, or hangs up over the letters to some."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.hangs_up_over: set[str] = set()
        self.unknown: set[str] = set()
        self.refuses, self.dawdles = False, False
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: object, _session: object, envelope: Any, address: str, _options: object
    ) -> str:
        """Say whether somebody is known here."""
        if address in self.unknown:
            return "550 nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, server: Any, _session: object, envelope: Any) -> str:  # noqa: N802 - the library's name
        """Answer a letter."""
        if self.refuses:
            return "451 try again later"
        if self.hangs_up_over & set(envelope.rcpt_tos):
            server.transport.abort()
            return "421 gone"
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        if self.dawdles:
            await asyncio.sleep(20)
        return "250 taken"

    @property
    def mail(self) -> Mail:
        """The settings of who sends by it."""
        return Mail(host="127.0.0.1", port=self.port, sender="no-reply@manabi.example.lg.jp")
