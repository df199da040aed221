"""A PostgreSQL server of its own for a run of tests, from the machine's own binaries, without durability."""

from __future__ import annotations

import os
import shutil
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


class Cluster:
    """A running server with databases of its own; stopped, it leaves nothing behind."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tomomanabi-pg-"))
        self.port = free_port()
        self.as_user = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres")
            self.as_user = ["runuser", "-u", "postgres", "--"]
        data, bin_ = self.folder / "data", binaries()
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        command = [
            *self.as_user,
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
        self.log = (self.folder / "log").open("w")
        self.process = subprocess.Popen(
            [*self.as_user, str(bin_ / "postgres"), "-D", str(data), *options],
            stdout=self.log, stderr=self.log, env=environment, cwd=self.folder,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        for _attempt in range(200):
            try:
                psycopg.connect(self._address("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        message = (self.folder / "log").read_text()
        raise RuntimeError(message)

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
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0])
        subprocess.run([*self.as_user, "kill", "-INT", str(pid)], check=False)
        self.process.wait(timeout=20)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
