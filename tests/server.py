"""A real server before the application: gunicorn on a port of its own, started, watched and stopped in one place."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from postgresql import free_port

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
APPLICATION = "app:create_app()"
ATTEMPTS, PAUSE = 300, 0.1


def environment_for(var: str | os.PathLike[str], **told: str) -> dict[str, str]:
    """Return what a server with sample data is told: where it keeps its data, and whatever else."""
    environment = {**os.environ, "DEMO": "1", "VAR": os.fspath(var), "WORKERS": "1"}
    environment.pop("DATABASE_URL", None)
    return {**environment, **told}


def prepare(environment: dict[str, str]) -> None:
    """Bring the database of a server up to date, with sample data where it is told so."""
    subprocess.run([BIN / "flask", "prepare"], cwd=ROOT, env=environment, check=True, capture_output=True)


class Server:
    """A server that answers once it is made; it must be stopped."""

    def __init__(
        self, environment: dict[str, str], application: str = APPLICATION, *options: str, checkout: Path = ROOT
    ) -> None:
        self.environment, self.application, self.options, self.checkout = environment, application, options, checkout
        self.port = int(environment.get("PORT") or free_port())
        self.start()

    @property
    def address(self) -> str:
        """Return where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers. Raises RuntimeError where it does not."""
        self.process = subprocess.Popen(
            [BIN / "gunicorn", "--bind", f"127.0.0.1:{self.port}", *self.options, "--no-control-socket", self.application],
            cwd=self.checkout, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        for _attempt in range(ATTEMPTS):
            try:
                self.get("/healthz")
            except OSError:
                time.sleep(PAUSE)
            else:
                return
        message = "the server did not answer"
        raise RuntimeError(message)

    def get(self, path: str, cookie: str = "") -> int:
        """Ask for a page as a client does, and return the status."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    @property
    def workers(self) -> list[int]:
        """Return the processes that serve."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(child) for child in children]

    def kill(self) -> None:
        """Kill every process at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Stop politely."""
        self.process.terminate()
        self.process.wait(timeout=30)
