"""What was acknowledged is there afterwards, once, whatever happens to the machine: told by a ledger outside of it."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from ground import SECRET, make_app
from ledger import Clients, check
from postgresql import Cluster, free_port
from server import BIN, ROOT, Server, prepare

from kernel import clock

SAID = {0: "no answer", 302: "done", 401: "signed out", 422: "refused", 500: "ERROR", 503: "not now"}
pytestmark = pytest.mark.slow
MOUNT, UMOUNT = "/usr/bin/mount", "/usr/bin/umount"
TOKYO = clock.TOKYO


class Site:
    """An installation under a real server, with people at work."""

    def __init__(self, engine: str, folder: Path, disk: Path | None = None, **told: str) -> None:
        self.engine, self.disk = engine, disk or folder
        self.clock = folder / "clock"
        self.clock.write_text("0")
        self.cluster = Cluster(durable=True, on=disk) if engine == "postgresql" else None
        if self.cluster:
            self.cluster.create("site", None)
        self.url = self.cluster.url("site") if self.cluster else f"sqlite:///{self.disk}/site.sqlite"
        self.environment = {
            **os.environ, "DATABASE_URL": self.url, "SECRET_KEY": SECRET, "INSECURE_COOKIES": "1", "VAR": str(self.disk),
            "FILES_URL": f"file://{self.disk}/files", "WORKERS": "2", "CLOCK": str(self.clock), "PYTHONPATH": str(ROOT / "tests"), **told,
        }  # fmt: skip
        self.environment.pop("DEMO", None)
        prepare({**self.environment, **dict.fromkeys(told, "")} if "TMPDIR" in told else self.environment)
        self.clients = Clients(self.url, self.environment["FILES_URL"])
        self.server = Server(self.environment, "set_clock:create_app()")

    def end(self) -> None:
        self.clients.stop()
        with contextlib.suppress(OSError):
            self.server.kill()
        if self.cluster:
            self.cluster.stop()

    def report(self, fault: str) -> dict[str, int]:
        """Stop the work, start what is down anew, and look what is there."""
        self.clients.stop()
        found = check(self.clients.ledger, self.clients.app)
        answers = ", ".join(
            f"{count} × {SAID[status]}" for status, count in sorted(self.clients.ledger.answers.items())
        )
        sys.stdout.write(
            f"\n| {fault} | {self.engine} | {found['acknowledged']} | {found['lost']} | {found['twice']} | {answers} |\n"
        )
        assert found["acknowledged"] > 50
        assert found == {"acknowledged": found["acknowledged"], "lost": 0, "twice": 0, "files": 0, "miscounted": 0}
        assert set(self.clients.ledger.answers) <= {0, 302, 422, 503}, "nobody meets an error without a sentence"
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    return request.param


@pytest.fixture
def site(engine, tmp_path):
    made = Site(engine, tmp_path)
    yield made
    made.end()


def mount(folder: Path, options: str) -> None:
    """Put a disk of its own over a folder. Skips where nobody may."""
    command = [MOUNT, "-t", "tmpfs", "-o", options, "tmpfs", folder]
    if not Path(MOUNT).exists() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("nobody here may mount a disk")


@pytest.fixture
def disk():
    """A small disk of its own, which PostgreSQL's user reaches."""
    folder = Path(tempfile.mkdtemp(prefix="tomomanabi-disk-"))
    folder.chmod(0o755)
    mount(folder, "size=160m,mode=777")
    yield folder
    subprocess.run([UMOUNT, "--lazy", folder], check=False)
    folder.rmdir()


def filled(folder: Path) -> Path:
    """Fill a disk to the last byte."""
    rest = folder / "filler"
    with contextlib.suppress(OSError), rest.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return rest


def test_servers_that_are_killed_again_and_again(site):
    site.clients.work(site.server.port)
    for _time in range(4):
        for _worker in range(3):
            site.clients.wait_for(10)
            os.kill(site.server.workers[0], signal.SIGKILL)
        site.clients.wait_for(10)
        site.server.kill()
        site.server.start()
    site.clients.wait_for(20)
    site.report("12 workers and 4 whole servers killed")


@pytest.mark.parametrize("engine", ["postgresql"])  # SQLite runs inside the servers that are killed
def test_a_database_that_is_killed_again_and_again(site):
    site.clients.work(site.server.port)
    for _time in range(3):
        site.clients.wait_for(30)
        site.cluster.kill()
        site.cluster.start()
    site.clients.wait_for(50)
    site.report("the database killed 3 times")


def test_a_disk_that_is_full(engine, tmp_path, disk):
    site = Site(engine, tmp_path, disk)
    try:
        site.clients.work(site.server.port)
        site.clients.wait_for(40)
        filler = filled(disk)
        time.sleep(4)
        filler.unlink()
        if site.cluster:
            with contextlib.suppress(subprocess.CalledProcessError):
                site.cluster.start()  # PostgreSQL ends itself where it cannot write its log
        site.clients.wait_for(40)
        site.report("the disk of the database and the files full for 4 s")
        assert site.clients.ledger.answers[503] + site.clients.ledger.answers[0] > 0, "it was full"
    finally:
        site.end()


@pytest.mark.parametrize("state", ["full", "read-only"])
def test_a_folder_for_temporary_files_that_takes_nothing(engine, tmp_path, disk, state):
    """What can be done without it is done, and an upload is refused in words."""
    site = Site(engine, tmp_path, TMPDIR=str(disk))
    try:
        site.clients.work(site.server.port)
        site.clients.wait_for(40)
        if state == "full":
            filled(disk)
        else:
            mount(disk, "ro")
        site.clients.wait_for(40)
        if state == "full":
            (disk / "filler").unlink()
        else:
            subprocess.run([UMOUNT, disk], check=True)
        site.clients.wait_for(40)
        site.report(f"the temporary folder {state}")
    finally:
        site.end()


def test_a_clock_that_goes_back_an_hour_and_over_the_fiscal_year(site):
    new_year = dt.datetime.combine(clock.fiscal_year_end() + dt.timedelta(days=1), dt.time(), TOKYO)
    begin = (new_year - dt.datetime.now(dt.UTC)).total_seconds()
    site.clock.write_text(str(begin - 6))
    site.clients.sign_in_at(new_year - dt.timedelta(minutes=5))
    site.clients.work(site.server.port)
    time.sleep(8)
    site.clients.wait_for(20)
    site.clock.write_text(str(begin - 3600))
    site.clients.wait_for(40)
    site.clock.write_text(str(begin))
    site.clients.wait_for(20)
    site.report("the clock over 1 April, an hour back, and forth again")
    assert site.clients.ledger.answers[401] == 0, "nobody was signed out"


def test_a_store_of_files_that_hangs(engine, tmp_path, monkeypatch):
    port = free_port()
    store = subprocess.Popen(
        [BIN / "moto_server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    told = {
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true", "FILES_URL": "s3://courses/files",
    }  # fmt: skip
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    site = None
    try:
        _make_bucket(port)
        site = Site(engine, tmp_path, **told)
        site.clients.work(site.server.port)
        site.clients.wait_for(40)
        store.send_signal(signal.SIGSTOP)
        threading.Timer(8, store.send_signal, [signal.SIGCONT]).start()
        site.clients.wait_for(80)
        time.sleep(8)
        site.report("the store of files hangs for 8 s")
    finally:
        store.send_signal(signal.SIGCONT)
        store.kill()
        store.wait()
        if site:
            site.end()


def _make_bucket(port: int) -> None:
    for _attempt in range(200):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("PUT", "/courses")
            connection.getresponse().read()
            connection.close()
            return
        time.sleep(0.1)


def test_a_backup_that_is_taken_while_people_work(site, tmp_path):
    """What was acknowledged before it began is in it; restored, it is equal row by row and file by file."""
    folder = tmp_path / "backups"
    site.clients.work(site.server.port)
    for _backup in range(2):
        site.clients.wait_for(60)
        before = site.clients.ledger.copy()
        flask("backup", folder, environment=site.environment)
    latest = max(folder.glob("2*"))
    site.clients.wait_for(20)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    url = f"sqlite:///{elsewhere}/site.sqlite"
    if site.cluster:
        site.cluster.create("elsewhere", None)
        url = site.cluster.url("elsewhere")
    other = {**site.environment, "DATABASE_URL": url, "FILES_URL": f"file://{elsewhere}/files"}
    flask("restore", latest, environment=other)
    assert ": equal" in flask("compare", latest, environment=other)
    asked = site.clients.ledger.asked
    found = check(before, make_app(url, other["FILES_URL"]))
    assert found == {"acknowledged": len(before.acknowledged), "lost": 0, "twice": 0, "files": 0, "miscounted": 0}
    assert len(asked) > len(before.asked), "people went on"
    site.report(f"a backup of {found['acknowledged']} acknowledged acts, restored")


def flask(*command: object, environment: dict[str, str]) -> str:
    answer = subprocess.run(
        [BIN / "flask", *map(str, command)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout
