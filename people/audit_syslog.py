"""Sending the audit log to a syslog server (RFC 5424), which this application can write to and never change."""

from __future__ import annotations

import socket
from logging import LogRecord
from logging.handlers import SysLogHandler
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable

PORT = 514
KINDS = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}


class _Sender(SysLogHandler):
    """A handler that does not keep its failures to itself."""

    append_nul = False

    def handleError(self, record: LogRecord) -> None:  # noqa: ARG002, N802 - the library's name
        """Let the failure be known."""
        raise  # noqa: PLE0704 - called while one is handled


def sender(address: str) -> Callable[[str], None] | None:
    """Return what sends a line to the server at `udp://host:514` or `tcp://host:601`; None where no address is given.

    It raises OSError where the line cannot be sent.
    """
    if not address:
        return None
    parts = urlsplit(address)
    kind = KINDS[parts.scheme]
    host = socket.gethostname()

    def send(line: str) -> None:
        made = _Sender((parts.hostname or "", parts.port or PORT), facility=SysLogHandler.LOG_AUTHPRIV, socktype=kind)
        try:
            said = f"1 {clock.now().isoformat()} {host} tomomanabi - audit - {line}"
            made.emit(LogRecord("audit", 20, "", 0, f"{said}\n" if kind == socket.SOCK_STREAM else said, None, None))
        finally:
            made.close()

    return send
