"""Sending the audit log to a syslog server (RFC 5424), which this application can write to and never change."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable

PORT, SECONDS = 514, 5
PRIORITY = 10 * 8 + 6
"""Facility authpriv, severity informational (RFC 5424, 6.2.1)."""
KINDS = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}


def sender(address: str) -> Callable[[list[str]], None] | None:
    """Return what sends lines to the server at `udp://host:514` or `tcp://host:601`; None where no address is given.

    It raises OSError where they cannot be sent, after a few seconds at the latest.
    """
    if not address:
        return None
    parts = urlsplit(address)
    kind, host = KINDS[parts.scheme], socket.gethostname()
    place = (parts.hostname or "", parts.port or PORT)

    def send(lines: list[str]) -> None:
        said = (f"<{PRIORITY}>1 {clock.now().isoformat()} {host} tomomanabi - audit - {line}" for line in lines)
        if kind == socket.SOCK_STREAM:
            with socket.create_connection(place, timeout=SECONDS) as connection:
                connection.sendall("".join(f"{line}\n" for line in said).encode())
                connection.shutdown(socket.SHUT_WR)
            return
        family, _kind, _protocol, _name, there = socket.getaddrinfo(*place, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as connection:
            connection.settimeout(SECONDS)
            for line in said:
                connection.sendto(line.encode(), there)

    return send
