"""Opening day: many people ask for few places at once, under the real server with several workers, on both databases.

Usage: make rush   (REQUESTS, PEOPLE, PLACES, WORKERS, CLIENTS make it smaller or larger)

For each database: the places given (each by the count on the session and by the enrolments), the requests refused
politely, the errors, the times a client waits, and the ratio of successful claims a second to the same statements
run bare on one connection. Then the same again with every server process killed (SIGKILL) in the middle and the
server started anew: whether an acknowledged place is lost or one is given twice.
"""

from __future__ import annotations

import datetime as dt
import http.client
import itertools
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "scripts")]

import measured_sign_in
import sqlalchemy as sa
from app import create_app
from flask import current_app
from flask_migrate import upgrade
from itsdangerous import URLSafeTimedSerializer
from postgresql import Cluster
from server import Server

from kernel import clock
from kernel.database import db
from kernel.settings import (
    CONTENT,
    Settings,
)

from people.actor import actor_of
from people.joining.entry import (
    JoinStaff,
    enter,
)
from people.models import Organisation
from people.organisation import load_organisations

from courses.models import Course, CourseEdition
from courses.sessions.models import (
    Meeting,
    TrainingSession,
)
from courses.sessions.training_session import session_for

from catalog import starter_content

from participation import enrolment as enrolments
from participation.application import enrol_in_session
from participation.models import (
    Enrolment,
    EnrolmentState,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

SECRET = "the secret of a rush, which no installation has: 0123456789"
REQUESTS = int(os.environ.get("REQUESTS", "20000"))
PEOPLE = int(os.environ.get("PEOPLE", "2000"))
PLACES = int(os.environ.get("PLACES", "500"))
WORKERS = os.environ.get("WORKERS", "3")
CLIENTS = int(os.environ.get("CLIENTS", "50"))
GIVEN, REFUSED = 302, 409


@dataclass
class Rush:
    """What came of a rush: answers by status, waiting times in milliseconds, who was told to have a place."""

    answers: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    interrupted: int = 0
    seconds_to_full: float = 0.0


def settings(url: str) -> Settings:
    """Return the settings of the application that is rushed."""
    return Settings(secret_key=SECRET, database_url=url, secure_cookies=False)


def prepare(app: Flask) -> list[int]:
    """Lay the database with people of many organisations; return the people."""
    with app.app_context():
        upgrade()
        for name in ("organisations.csv", "hosts.csv"):
            load_organisations(CONTENT / name)
        starter_content.load(CONTENT, current_app.extensions["files"])
        organisations = db.session.scalars(sa.select(Organisation.id).where(Organisation.code.is_not(None))).all()
        since = dt.date(2020, 4, 1)
        people = [
            enter(
                JoinStaff(office, f"職員 {number}", f"ショクイン {number}", None, f"R{number}", joined_on=since)
            ).staff_id
            for number, office in zip(range(PEOPLE), itertools.cycle(organisations), strict=False)
        ]
        db.session.commit()
        db.session.remove()
        return people


def open_session(app: Flask, slug: str) -> int:
    """Open a session for applications, first come, first served; return its id."""
    with app.app_context():
        edition = db.session.scalars(
            sa.select(CourseEdition).join(Course, Course.published_id == CourseEdition.id).where(Course.slug == slug)
        ).one()
        begins = clock.now() + dt.timedelta(days=20)
        ends = begins + dt.timedelta(hours=2)
        host = db.session.scalars(sa.select(Organisation.id).where(Organisation.code.is_(None)).limit(1)).one()
        session = TrainingSession(
            edition_id=edition.id, host_id=host, starts_at=begins, ends_at=ends, place="講堂", capacity=PLACES,
            meetings=[Meeting(starts_at=begins, ends_at=ends)], applications_open_at=clock.now() - dt.timedelta(days=1),
            applications_close_at=begins - dt.timedelta(days=1),
        )  # fmt: skip
        db.session.add(session)
        db.session.commit()
        made = session.id
        db.session.remove()
        return made


def signed_in(app: Flask, staff_id: int) -> tuple[str, str]:
    """Return the cookie and the form token of somebody who has signed in."""
    cookie = measured_sign_in.cookie(app, staff_id, csrf_token="rush")
    return f"session={cookie}", URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps("rush")


def rush(app: Flask, server: Server, session_id: int, people: list[int], *, kill_at: int | None = None) -> Rush:
    """Let everybody ask again and again; where `kill_at` places are acknowledged, kill the server and start it anew."""
    keys = {staff_id: signed_in(app, staff_id) for staff_id in people}
    queue, lock, seen = iter(range(REQUESTS)), threading.Lock(), Rush()
    began, is_killed = time.perf_counter(), kill_at is None

    def ask() -> None:
        nonlocal is_killed
        while True:
            with lock:
                number = next(queue, None)
            if number is None:
                return
            staff_id = people[number % len(people)]
            begin = time.perf_counter()
            try:
                status = post(server.port, session_id, *keys[staff_id])
            except (OSError, http.client.HTTPException):
                with lock:
                    seen.interrupted += 1
                time.sleep(0.2)
                continue
            with lock:
                seen.answers[status] += 1
                seen.times.append(1000 * (time.perf_counter() - begin))
                if status == GIVEN:
                    seen.acknowledged.append(staff_id)
                    seen.seconds_to_full = time.perf_counter() - began
                if not is_killed and kill_at is not None and len(seen.acknowledged) >= kill_at:
                    is_killed = True
                    server.kill()
                    server.start()

    clients = [threading.Thread(target=ask) for _number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return seen


def post(port: int, session_id: int, cookie: str, token: str) -> int:
    """Ask for a place; return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"/sessions/{session_id}/enrol", f"csrf_token={token}", headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def places_of(app: Flask, session_id: int) -> tuple[int, list[int]]:
    """Return how many places the session counts, and who has one."""
    with app.app_context():
        taken = db.session.scalars(sa.select(TrainingSession.taken).where(TrainingSession.id == session_id)).one()
        having = db.session.scalars(
            sa.select(Enrolment.staff_id).where(
                Enrolment.session_id == session_id, Enrolment.state != EnrolmentState.WITHDRAWN
            )
        ).all()
        db.session.remove()
        return taken, list(having)


def bare(app: Flask, session_id: int, people: list[int]) -> float:
    """Return how many claims a second the statements alone come to, on one connection, each committed."""
    with app.app_context():
        begin = time.perf_counter()
        for staff_id in people[:PLACES]:
            actor = actor_of(staff_id)
            assert actor is not None
            enrol_in_session(actor, enrolments.entrant(actor), session_for(actor, session_id))
            db.session.commit()
            db.session.expire_all()
        seconds = time.perf_counter() - begin
        db.session.remove()
        return min(PLACES, len(people)) / seconds


def measure(name: str, url: str) -> Iterator[str]:
    """Rush one database and yield the lines of the report."""
    app = create_app(settings(url))
    people = prepare(app)
    alone = bare(app, open_session(app, "guideline-localize"), people)
    session_id = open_session(app, "expert-collaboration")
    told = {
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "INSECURE_COOKIES": "1",
        "SECOND_FACTOR": "optional",
        "WORKERS": WORKERS,
    }
    server = Server({**os.environ, **told})
    seen = rush(app, server, session_id, people)
    taken, having = places_of(app, session_id)
    quantiles = statistics.quantiles(seen.times, n=100)
    errors = sum(count for status, count in seen.answers.items() if status not in {GIVEN, REFUSED}) + seen.interrupted
    a_second = len(seen.acknowledged) / seen.seconds_to_full
    yield f"## {name}\n"
    yield "| what | figure |"
    yield "| --- | ---: |"
    yield f"| places / given / enrolments | {PLACES} / {taken} / {len(having)} |"
    yield f"| told to have a place | {len(seen.acknowledged)} |"
    yield f"| refused politely | {seen.answers[REFUSED]:,} |"
    yield f"| errors | {errors} |"
    yield f"| waiting p50 / p95 / p99 | {quantiles[49]:.0f} / {quantiles[94]:.0f} / {quantiles[98]:.0f} ms |"
    yield f"| successful claims a second | {a_second:.0f} |"
    yield f"| the same claims without a server, on one connection | {alone:.0f} a second |"
    yield f"| ratio | {a_second / alone:.2f} |"
    session_id = open_session(app, "saas-requirements")
    seen = rush(app, server, session_id, people, kill_at=PLACES // 3)
    server.stop()
    taken, having = places_of(app, session_id)
    lost = set(seen.acknowledged) - set(having)
    yield f"| killed in the middle: places / given | {PLACES} / {taken} |"
    yield f"| acknowledged places lost | {len(lost)} |"
    yield f"| people with two places | {len(having) - len(set(having))} |"
    yield f"| requests that the kill interrupted | {seen.interrupted} |"
    yield ""
    if not (taken == len(having) == PLACES and not lost and not errors):
        yield "FAILED: see the table\n"


def main() -> None:
    """Rush both databases and print the report."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    print(
        f"{REQUESTS:,} requests of {PEOPLE:,} people for {PLACES} places; {WORKERS} workers, {CLIENTS} clients at once"
    )
    print(f"{os.cpu_count()} cores shared with the clients; {model[1] if model else 'unknown processor'}")
    print("PostgreSQL runs without fsync here, SQLite with synchronous=FULL.\n")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for line in measure("SQLite", f"sqlite:///{folder}/rush.sqlite"):
            print(line, flush=True)
            failed = failed or line.startswith("FAILED")
    cluster = Cluster()
    try:
        cluster.create("rush", None)
        for line in measure("PostgreSQL", cluster.url("rush")):
            print(line, flush=True)
            failed = failed or line.startswith("FAILED")
    finally:
        cluster.stop()
    sys.exit(failed)


if __name__ == "__main__":
    main()
