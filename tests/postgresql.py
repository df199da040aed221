"""A PostgreSQL server of its own for a run of tests, from the machine's own binaries, without durability."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql


def binaries() -> Path:
    """Return the folder of initdb and postgres. Raises RuntimeError where the machine has none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    if not found:
        message = "PostgreSQL was not found: run `make tools`, or install postgresql."
        raise RuntimeError(message)
    return Path(found).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


AS_USER = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
"""PostgreSQL refuses to run as root."""


class Cluster:
    """A running server with databases of its own; stopped, it leaves nothing behind.

    Whoever is given the folder and port of one that runs already shares it.
    """

    def __init__(self, folder: str = "", port: int = 0, *, durable: bool = False, on: Path | None = None) -> None:
        self.durable = durable
        self.folder = Path(folder or tempfile.mkdtemp(prefix="tomomanabi-pg-", dir=on))
        self.port = port or free_port()
        if not folder:
            self._lay()
            self.start()

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}

    def _lay(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        command = [
            *AS_USER,
            str(binaries() / "initdb"),
            "-D",
            str(self.folder / "data"),
            "-A",
            "trust",
            "-U",
            "test",
            "-E",
            "UTF8",
            "--no-sync",
            "--wal-segsize=1" if self.durable else "--wal-segsize=16",
        ]
        subprocess.run(command, check=True, capture_output=True, env=self._environment, cwd=self.folder)

    def start(self) -> None:
        """Start the server, also after it was killed."""
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder, "max_connections": 120,
        }  # fmt: skip
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        start = [
            *AS_USER, str(binaries() / "pg_ctl"), "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", " ".join(options),
            "-w", "start",
        ]  # fmt: skip
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, env=self._environment, cwd=self.folder)

    def kill(self) -> None:
        """Kill every process of the server at once, as a power cut would."""
        lock = self.folder / "data" / "postmaster.pid"
        first = int(lock.read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for process in (first, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.5)
        for mark in (
            lock,
            *self.folder.glob(".s.PGSQL.*"),
        ):  # where nobody buries the dead, they are taken for the living
            mark.unlink()

    def address(self, name: str) -> str:
        return f"postgresql://test@127.0.0.1:{self.port}/{name}"

    def url(self, name: str) -> str:
        """Return SQLAlchemy's address of a database."""
        return self.address(name).replace("postgresql://", "postgresql+psycopg://")

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, name: str, template: str | None) -> None:
        """Create a database, as a copy of another one if it is named."""
        source = sql.Identifier(template or "template0")
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(name), source))

    def drop(self, name: str) -> None:
        """Drop a database and whoever is connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        stop = [*AS_USER, str(binaries() / "pg_ctl"), "-D", str(self.folder / "data"), "-m", "fast", "-w", "stop"]
        subprocess.run(stop, check=False, stdout=subprocess.DEVNULL, cwd=self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
