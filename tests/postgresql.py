"""A PostgreSQL server of its own for a run of tests, from the machine's own binaries, without durability."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
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

    def __init__(self, folder: str = "", port: int = 0) -> None:
        self.folder = Path(folder or tempfile.mkdtemp(prefix="tomomanabi-pg-"))
        self.port = port or free_port()
        if not folder:
            self._start()

    def _start(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        data, bin_ = self.folder / "data", binaries()
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        command = [
            *AS_USER,
            str(bin_ / "initdb"),
            "-D",
            str(data),
            "-A",
            "trust",
            "-U",
            "test",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(command, check=True, capture_output=True, env=environment, cwd=self.folder)
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder, "fsync": "off",
            "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 120,
        }  # fmt: skip
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        start = [
            *AS_USER, str(bin_ / "pg_ctl"), "-D", str(data), "-l", str(self.folder / "log"), "-o", " ".join(options),
            "-w", "start",
        ]  # fmt: skip
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, env=environment, cwd=self.folder)

    def _address(self, name: str) -> str:
        return f"postgresql://test@127.0.0.1:{self.port}/{name}"

    def url(self, name: str) -> str:
        """Return SQLAlchemy's address of a database."""
        return self._address(name).replace("postgresql://", "postgresql+psycopg://")

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
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
