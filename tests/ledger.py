"""A ledger outside of what is tried: what clients asked for, and what of it they were told is done."""

from __future__ import annotations

import http.client
import itertools
import os
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import sqlalchemy as sa
from factories import Office, draft_course
from ground import SECRET, make_app
from itsdangerous import URLSafeTimedSerializer

from kernel.database import db

from people.models import OpenSignIn, Staff
from people.signing_in import open_sign_in

from courses import storage
from courses.models import Asset, Course, CourseEdition, Format, Module

from participation import enrolment_count
from participation.models import Enrolment, EnrolmentCount

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from flask import Flask

DONE = 302
CLIENTS, LEARNERS = 4, 24


@dataclass
class Ledger:
    """What was asked for and what was acknowledged, each as its kind and its name; how everything was answered."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    def copy(self) -> Ledger:
        """Return the ledger as it stands."""
        return Ledger(list(self.asked), list(self.acknowledged), Counter(self.answers))


@dataclass
class Act:
    """Something that a client asks for: its kind, its name, where, by whom, with what."""

    kind: str
    name: str
    path: str
    cookie: str
    body: bytes
    media_type: str = "application/x-www-form-urlencoded"


class Clients:
    """People at work: they enter staff, enrol, add modules and files, and note what they are told."""

    def __init__(self, url: str, files_url: str = "") -> None:
        self.app = make_app(url, files_url)
        self.ledger = Ledger()
        self._threads: list[threading.Thread] = []
        self._lock, self._numbers, self._stopped = threading.Lock(), itertools.count(1), threading.Event()
        self.token = str(URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps("x"))
        with self.app.app_context():
            office = Office.of("133035")
            self.office_id = office.id
            draft_course(office.coordinator, "ledger")
            self.coordinator = self._cookie(office.coordinator.staff_id)
            people = [office.person().staff_id for _number in range(LEARNERS)]
            courses = db.session.scalars(
                sa.select(Course.slug)
                .join(CourseEdition, CourseEdition.id == Course.published_id)
                .where(CourseEdition.format == Format.E_LEARNING)
                .order_by(Course.slug)
            ).all()
            keys = {person: self._cookie(person) for person in people}
            self._enrolments = iter([(person, slug, keys[person]) for slug in courses for person in people])
            db.session.commit()
            db.session.remove()
            db.engine.dispose()

    def _cookie(self, staff_id: int) -> str:
        token = open_sign_in.begin(staff_id, "", "").token
        said = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return f"session={said.dumps({'_user_id': token, 'csrf_token': 'x'})}"

    def sign_in_at(self, moment: dt.datetime) -> None:
        """Let everybody have signed in at a moment."""
        with self.app.app_context():
            when = dict.fromkeys(("began_at", "seen_at", "confirmed_at"), moment)
            db.session.execute(sa.update(OpenSignIn).values(when))
            db.session.commit()
            db.session.remove()
            db.engine.dispose()

    def _next(self) -> Act:
        number = next(self._numbers)
        kind = ("staff", "enrolment", "module", "file")[number % 4]
        if kind == "enrolment" and (found := next(self._enrolments, None)):
            person, slug, cookie = found
            return Act(kind, f"{person} {slug}", f"/courses/{slug}/enrol", cookie, self._form())
        if kind == "module":
            return Act(
                kind, f"単元 {number}", "/studio/ledger/modules", self.coordinator, self._form(title=f"単元 {number}")
            )
        if kind == "file":
            name, sent = f"{number}.webm", os.urandom(20_000)
            head = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token}\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
            body = head.encode() + sent + b"\r\n--x--\r\n"
            return Act(kind, name, "/studio/ledger/assets", self.coordinator, body, "multipart/form-data; boundary=x")
        email = f"ledger{number}@example.lg.jp"
        form = self._form(
            name=f"新任 {number}",
            reading="シンニン",
            email=email,
            joined_on="2026-04-01",
            organisation_id=str(self.office_id),
        )
        return Act("staff", email, "/office/staff/new", self.coordinator, form)

    def _form(self, **said: str) -> bytes:
        return urlencode({"csrf_token": self.token, **said}).encode()

    def work(self, port: int, pause: float = 0.0) -> None:
        """Work until `stop`: whoever gets no answer waits a little and does the next thing."""

        def do() -> None:
            while not self._stopped.is_set():
                with self._lock:
                    act = self._next()
                    self.ledger.asked.append((act.kind, act.name))
                status = self._send(port, act)
                with self._lock:
                    self.ledger.answers[status] += 1
                    if status == DONE:
                        self.ledger.acknowledged.append((act.kind, act.name))
                time.sleep(pause if status == DONE else 0.1)

        self._threads = [threading.Thread(target=do, daemon=True) for _client in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _send(self, port: int, act: Act) -> int:
        """Send an act; return the status, 401 where it led to the sign-in, 0 where nothing came back."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            headers = {"Cookie": act.cookie, "Content-Type": act.media_type, "Referer": f"http://127.0.0.1:{port}/"}
            connection.request("POST", act.path, act.body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return 0
        else:
            return 401 if "/sign-in" in (answer.getheader("Location") or "") else answer.status
        finally:
            connection.close()

    def wait_for(self, many: int, seconds: float = 60) -> None:
        """Wait until so many more acts are acknowledged."""
        until, most = len(self.ledger.acknowledged) + many, time.monotonic() + seconds
        while len(self.ledger.acknowledged) < until:
            if time.monotonic() > most:
                message = f"nobody gets on: {self.ledger.answers}"
                raise TimeoutError(message)
            time.sleep(0.05)

    def stop(self) -> None:
        """Let everybody finish what they are at."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()


FOUND: dict[str, Callable[[], list[str]]] = {
    "staff": lambda: list(db.session.scalars(sa.select(Staff.email).where(Staff.email.is_not(None)))),  # type: ignore[arg-type]
    "enrolment": lambda: [
        f"{person} {slug}"
        for person, slug in db.session.execute(
            sa.select(Enrolment.staff_id, Course.slug).join(Course, Course.id == Enrolment.course_id)
        )
    ],
    "module": lambda: list(db.session.scalars(sa.select(Module.title))),
    "file": lambda: list(db.session.scalars(sa.select(Asset.name))),
}


def check(ledger: Ledger, app: Flask) -> dict[str, int]:
    """Return how much was acknowledged, lost, done twice, miscounted, and how many files that rows name are not whole."""
    with app.app_context():
        there = {kind: Counter(find()) for kind, find in FOUND.items()}
        found = {
            "acknowledged": len(ledger.acknowledged),
            "lost": sum(there[kind][name] == 0 for kind, name in ledger.acknowledged),
            "twice": sum(there[kind][name] > 1 for kind, name in ledger.asked),
            "files": sum(
                not app.extensions["files"].is_whole(digest)
                for digest in db.session.scalars(sa.select(storage.named().subquery().c.digest)).all()
            ),
            "miscounted": len(_counted() ^ (enrolment_count.recount() or _counted())),
        }
        db.session.rollback()
        db.session.remove()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        db.engine.dispose()
        return found


def _counted() -> set[tuple[object, ...]]:
    return {
        tuple(row)
        for row in db.session.execute(sa.select(*EnrolmentCount.__table__.columns).where(EnrolmentCount.enrolled > 0))
    }
