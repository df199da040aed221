"""How the server runs. A worker for each core; threads wait for the database and for slow clients."""

import contextlib
import gc
import ipaddress
import os
import socket
import sys

from gunicorn.http.errors import LimitRequestHeaders
from gunicorn.workers.gthread import ThreadWorker

TOO_MUCH = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>もう一度開いてください</title>
<h1>もう一度開いてください</h1><p>ブラウザーが、このサイトのクッキーを多く持ちすぎていたため、消しました。このページを読み込み直してください。
サインインしていたときは、もう一度サインインしてください。</p>""".encode()
FREED = b"""HTTP/1.1 431 Request Header Fields Too Large\r
Connection: close\r
Content-Type: text/html; charset=utf-8\r
Content-Length: %d\r
Cache-Control: no-store\r
Content-Security-Policy: default-src 'none'\r
X-Content-Type-Options: nosniff\r
Clear-Site-Data: "cookies"\r
\r
%s""" % (len(TOO_MUCH), TOO_MUCH)
MOST_OF_COOKIES = 1024 * 1024


class Worker(ThreadWorker):
    """Takes no more than its threads answer, and frees whoever was given more cookies than a request may carry."""

    def wait_for_and_dispatch_events(self, timeout):  # noqa: ANN001, ANN201 - gunicorn's
        """Leave the next one to another worker while every thread here is busy: it would wait here for the slowest."""
        busy = self.nr_conns - len(self.pending_conns) - len(self.keepalived_conns)
        if self.alive:
            self.set_accept_enabled(busy < self.cfg.threads)
        return super().wait_for_and_dispatch_events(timeout)

    def handle_error(self, req, client, addr, exc):  # noqa: ANN001, ANN201 - gunicorn's hook
        """Answer what cannot be read; Clear-Site-Data (W3C) takes the cookies of the domain away."""
        if not isinstance(exc, LimitRequestHeaders):
            return super().handle_error(req, client, addr, exc)
        with contextlib.suppress(OSError):
            client.settimeout(1)
            client.sendall(FREED)
            client.shutdown(socket.SHUT_WR)
            rest = 0
            while (
                piece := client.recv(65536)
            ) and rest < MOST_OF_COOKIES:  # who is cut off while sending reads no answer
                rest += len(piece)
        return None


worker_class = Worker
workers = int(os.environ.get("WORKERS", "2"))
threads = int(os.environ.get("THREADS", "4"))
preload_app = True  # a start that is refused is refused once, with its sentence
keepalive = 0  # gthread waits for the first byte of a kept connection, and a burst of clients would wait with it
control_socket_disable = True
timeout = 60
limit_request_line = 8190  # a search of the longest that a field takes, in the signs of an address
accesslog = os.environ.get("ACCESS_LOG")


def when_ready(server):  # noqa: ANN001, ANN201, ARG001 - gunicorn's hook
    """Leave what was loaded once out of the search for garbage: to look through all of it holds every thread for 0.2 seconds."""
    gc.collect()
    gc.freeze()


def post_fork(server, worker):  # noqa: ANN001, ANN201, ARG001 - gunicorn's hook
    """Let a thread that has little to do wait less for those that compute: it waits so long for each of them, again and again."""
    sys.setswitchinterval(0.001)


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
