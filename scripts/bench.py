"""Measure the pages on a large database, on SQLite and PostgreSQL, against a bare Flask page in the same run.

Usage: make bench   (STAFF, COURSES and ENROLMENTS make it smaller; BEFORE=folder compares with another checkout)

For each page: the queries, the CPU time the server spends on it (the worker's own clock over many requests), the
median and 95th percentile that one client sees under the real server, and the ratio of CPU to the bare page.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "scripts")]

import measured_sign_in
import sqlalchemy as sa
from app import create_app
from bench_data import (
    Sizes,
    fill,
)
from postgresql import Cluster
from server import Server

from kernel import clock
from kernel.database import db
from kernel.settings import Settings

from people.models import (
    Membership,
    Organisation,
    Role,
)

from catalog.models import Adoption, Curriculum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

SECRET = "the secret of a bench, which no installation has: 0123456789"
REQUESTS, WARM_UP = 200, 30
TURNS = 400
TARGETS = dict.fromkeys(
    ("participation, all", "duties", "report by section", "report by month", "municipalities"), 10.0
)
USUAL_TARGET, MOST_QUERIES = 3.0, 8


@dataclass(frozen=True)
class Page:
    """A page to be measured: its name, address and who opens it."""

    name: str
    address: str
    cookie: str = ""


@dataclass(frozen=True)
class Figures:
    """What was measured of a page; times in milliseconds."""

    page: Page
    queries: int
    cpu: float
    median: float
    p95: float


class Measured(Server):
    """A server with one worker, whose CPU time can be read."""

    def cpu(self) -> float:
        """Return the CPU time of the worker in milliseconds."""
        threads = Path(f"/proc/{self.workers[0]}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6

    def cpu_after(self, page: Page) -> float:
        """Return the CPU time of the worker in milliseconds after one more request."""
        self.get(page.address, page.cookie)
        return self.cpu()

    def measure(self, page: Page, requests: int = REQUESTS, warm_up: int = WARM_UP) -> tuple[float, float, float]:
        """Return CPU a page, median and 95th percentile, in milliseconds."""
        for _request in range(warm_up):
            status = self.get(page.address, page.cookie)
            if status != 200:  # noqa: PLR2004
                message = f"{page.name}: {page.address} answered {status}"
                raise RuntimeError(message)
        before, times = self.cpu(), []
        for _request in range(requests):
            begin = time.perf_counter()
            self.get(page.address, page.cookie)
            times.append(1000 * (time.perf_counter() - begin))
        cpu = (self.cpu() - before) / requests
        return cpu, statistics.median(times), statistics.quantiles(times, n=20)[-1]


def settings(url: str) -> Settings:
    """Return the settings of the application that is measured."""
    return Settings(secret_key=SECRET, database_url=url, secure_cookies=False)


def cookie(app: Flask, staff_id: int) -> str:
    """Return the cookie of somebody who has signed in."""
    return "session=" + measured_sign_in.cookie(app, staff_id)


def pages(app: Flask) -> list[Page]:
    """Return the pages to be measured, in the eyes of those who use them."""
    with app.app_context():
        ask = db.session.scalar
        session_id, host_id = db.session.execute(
            sa.text("SELECT id, host_id FROM training_session ORDER BY taken DESC, id LIMIT 1")
        ).one()
        course = ask(
            sa.text(
                "SELECT c.slug FROM course c JOIN enrolment e ON e.course_id = c.id WHERE e.session_id IS NULL GROUP BY c.slug ORDER BY count(*) DESC, c.slug LIMIT 1"
            )
        )
        by_role = {}
        for role, organisation_id in (
            (Role.COORDINATOR, host_id),
            (Role.ADMINISTRATOR, host_id),
            (Role.SECRETARIAT, None),
        ):
            by_role[role] = ask(
                sa.text(
                    "SELECT m.staff_id FROM membership m JOIN role_grant g ON g.membership_id = m.id WHERE g.role = :role"
                    + (" AND m.organisation_id = :organisation" if organisation_id else "")
                    + " ORDER BY m.id LIMIT 1"
                ),
                {"role": role.value, **({"organisation": organisation_id} if organisation_id else {})},
            )
        learner = ask(
            sa.text("SELECT staff_id FROM enrolment GROUP BY staff_id ORDER BY count(*) DESC, staff_id LIMIT 1")
        )
        assert ask(sa.select(sa.func.count()).select_from(Organisation)) >= 1788  # noqa: PLR2004
        newcomers = ask(sa.select(Curriculum.id).where(Curriculum.slug == "newcomers"))
        if not ask(sa.select(sa.exists().where(Adoption.organisation_id == host_id))):
            db.session.add(Adoption(organisation_id=host_id, curriculum_id=newcomers, due_on=clock.today()))
            db.session.commit()
        member = ask(sa.select(sa.func.min(Membership.id)).where(Membership.organisation_id == host_id))
        db.session.remove()
    return [
        Page("catalogue", "/catalog"),
        Page("catalogue, filtered", "/catalog?level=1&format=e-learning&page=3"),
        Page("search", "/catalog?q=%E7%A0%94%E4%BF%AE"),
        Page("course", f"/courses/{course}", cookie(app, learner)),
        Page("remark", "/remarks/8-1/11"),
        Page("my page", "/me", cookie(app, learner)),
        Page("roster", f"/sessions/{session_id}", cookie(app, by_role[Role.COORDINATOR])),
        Page("participation, own", "/review", cookie(app, by_role[Role.ADMINISTRATOR])),
        Page("participation, all", "/review", cookie(app, by_role[Role.SECRETARIAT])),
        Page("duties", "/office/duties", cookie(app, by_role[Role.COORDINATOR])),
        Page("staff list", "/office/staff", cookie(app, by_role[Role.COORDINATOR])),
        Page("person", f"/office/staff/{member}/record", cookie(app, by_role[Role.COORDINATOR])),
        Page("sessions of an office", "/office/sessions", cookie(app, by_role[Role.COORDINATOR])),
        Page("report by section", "/review/sections", cookie(app, by_role[Role.ADMINISTRATOR])),
        Page("report by month", "/review/months", cookie(app, by_role[Role.ADMINISTRATOR])),
        Page("municipalities", "/review/municipalities", cookie(app, by_role[Role.SECRETARIAT])),
    ]


def count_queries(app: Flask, page: Page) -> int:
    """Return how many queries a page asks once the process is warm."""
    asked: list[str] = []
    with app.app_context():
        engine = db.engine
    note = lambda *event: None if event[2].startswith("BEGIN") else asked.append(event[2])  # noqa: E731
    client = app.test_client()
    if page.cookie:
        client.set_cookie("session", page.cookie.removeprefix("session="), domain="localhost")
    client.get(page.address)
    sa.event.listen(engine, "before_cursor_execute", note)
    client.get(page.address)
    sa.event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def measure(name: str, url: str, sizes: Sizes) -> Iterator[str]:
    """Fill a database, measure every page and yield the lines of the table."""
    app = create_app(settings(url))
    begin = time.perf_counter()
    with app.app_context():
        fill(sizes)
        db.session.remove()
    yield f"## {name} (loaded in {time.perf_counter() - begin:.0f} s)\n"
    told = {
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "INSECURE_COOKIES": "1",
        "SECOND_FACTOR": "optional",
        "WORKERS": "1",
    }
    environment = {**os.environ, **told, "PYTHONPATH": f"{ROOT}:{ROOT / 'scripts'}"}
    bare_server = Measured(environment, "bench_bare:make_app()")
    bare = Figures(Page("bare page", "/"), 1, *bare_server.measure(Page("bare page", "/")))
    bare_server.stop()
    server = Measured(environment)
    found = [Figures(page, count_queries(app, page), *server.measure(page)) for page in pages(app)]
    server.stop()
    yield "| page | queries | CPU ms | median ms | p95 ms | CPU / bare | target |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | --- |"
    for figures in (bare, *found):
        ratio, target = figures.cpu / bare.cpu, TARGETS.get(figures.page.name, USUAL_TARGET)
        met = ratio <= target and figures.queries <= MOST_QUERIES
        verdict = "" if figures is bare else f"{'met' if met else 'MISSED'} (≤ {target:g}×, ≤ {MOST_QUERIES} queries)"
        yield (
            f"| {figures.page.name} | {figures.queries} | {figures.cpu:.1f} | {figures.median:.1f} | {figures.p95:.1f} "
            f"| {ratio:.1f} | {verdict} |"
        )
    yield ""
    if before := os.environ.get("BEFORE"):
        yield from compare(pages(app), environment, Path(before))


def compare(of: list[Page], environment: dict[str, str], before: Path) -> Iterator[str]:
    """Ask every page in turn, request by request, of another checkout on the same database; yield the table of ratios.

    Each request's CPU time is read, and the medians are compared: what disturbs the machine meets both alike.
    """
    servers = [Measured({**environment, "PYTHONPATH": str(checkout)}, checkout=checkout) for checkout in (before, ROOT)]
    yield "| page | CPU ms before | CPU ms after | after / before |"
    yield "| --- | ---: | ---: | ---: |"
    for page in of:
        for server in servers:
            server.measure(page, WARM_UP, warm_up=1)
        clocks = [[server.cpu_after(page) for server in servers] for _turn in range(TURNS)]
        old, new = (statistics.median(b - a for a, b in pairwise(clock)) for clock in zip(*clocks, strict=True))
        yield f"| {page.name} | {old:.2f} | {new:.2f} | {new / old:.2f} |"
    for server in servers:
        server.stop()
    yield ""


def main() -> None:
    """Measure on both databases and print the table."""
    sizes = Sizes(
        staff=int(os.environ.get("STAFF", "200000")),
        courses=int(os.environ.get("COURSES", "5000")),
        enrolments=int(os.environ.get("ENROLMENTS", "1000000")),
    )
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    print(f"{sizes.staff:,} staff, {sizes.courses:,} courses, {sizes.enrolments:,} enrolments; {os.cpu_count()} cores")
    print(
        f"Python {sys.version.split()[0]}; {model[1] if model else 'unknown processor'}; {REQUESTS} requests a page\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        for line in measure("SQLite", f"sqlite:///{folder}/bench.sqlite", sizes):
            print(line, flush=True)
    cluster = Cluster()
    try:
        cluster.create("bench", None)
        for line in measure("PostgreSQL", cluster.url("bench"), sizes):
            print(line, flush=True)
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
