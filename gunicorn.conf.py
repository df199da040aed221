"""How the server runs. A worker for each core; threads wait for the database and for slow clients."""

import ipaddress
import os
import sys

worker_class = "gthread"
workers = int(os.environ.get("WORKERS", "2"))
threads = int(os.environ.get("THREADS", "4"))
preload_app = True  # a start that is refused is refused once, with its sentence
keepalive = 0  # gthread waits for the first byte of a kept connection, and a burst of clients would wait with it
control_socket_disable = True
timeout = 60
limit_request_line = 8190  # a search of the longest that a field takes, in the signs of an address
accesslog = os.environ.get("ACCESS_LOG")


def on_starting(server):  # noqa: ANN001, ANN201 - gunicorn's hook
    """Refuse a demonstration that others could reach: its passwords are published."""
    if os.environ.get("DEMO") != "1":
        return
    for host in (address[0] for address in server.cfg.address if isinstance(address, tuple)):
        if host != "localhost" and not (_is_address(host) and ipaddress.ip_address(host).is_loopback):
            sys.exit(f"DEMO=1 has sample sign-ins that anybody can read: it starts on 127.0.0.1 only, not on {host}.")


def _is_address(host):  # noqa: ANN001, ANN202
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
