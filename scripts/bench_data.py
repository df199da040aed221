"""A large database for the bench: every local government with staff, thousands of courses, a million enrolments."""

from __future__ import annotations

import datetime as dt
import enum
import itertools
import json
import logging
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import current_app
from flask_migrate import upgrade

from kernel import clock
from kernel.database import db, slices
from kernel.settings import CONTENT

from people.models import Membership, Organisation, Post, Role, RoleGrant, Section, SizeClass, Staff
from people.organisation import load_organisations

from courses import catalogue_version
from courses.models import Course, CourseEdition, EditionState, Format, Level, Skill, Track, course_host, edition_skill
from courses.sessions.models import Meeting, TrainingSession

from catalog import starter_content
from catalog.models import Motivation, Remark
from catalog.search import index

from participation import enrolment_count
from participation.models import Enrolment, EnrolmentState

if TYPE_CHECKING:
    from collections.abc import Iterable

TOPICS = [
    "窓口",
    "文書",
    "会計",
    "福祉",
    "防災",
    "広報",
    "税務",
    "学校",
    "図書館",
    "道路",
    "議会",
    "統計",
    "人事",
    "契約",
    "環境",
]
ACTS = [
    "研修",
    "見直し",
    "電子化",
    "セキュリティ",
    "共同化",
    "データ活用",
    "AI活用",
    "オンライン化",
    "標準化",
    "相談会",
]
PLACES_OF_A_CLASS = 40
FULL_CLASSES = 200


@dataclass(frozen=True)
class Sizes:
    """How much there is of everything."""

    staff: int
    courses: int
    enrolments: int


def put(table: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Insert many rows: by COPY on PostgreSQL, by one prepared statement on SQLite. What a row does not name has its default."""
    columns: list[str] = []
    for part in slices((_whole(table, row) for row in rows), 20_000):
        columns = columns or list(part[0])
        if db.session.get_bind().dialect.name == "postgresql":
            raw = db.session.connection().connection.cursor()
            with raw.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in part:
                    copy.write_row([row[name] for name in columns])
        else:
            marks = ", ".join("?" for _name in columns)
            statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"
            cursor = db.session.connection().connection.cursor()
            cursor.executemany(statement, [[_plain(row[name]) for name in columns] for row in part])
    if db.session.get_bind().dialect.name == "postgresql" and "id" in columns:
        db.session.execute(
            sa.text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))")
        )


def _whole(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with the defaults of the columns that must have a value."""
    lacking = (column for column in table.columns if not column.nullable and column.default and column.name not in row)
    return row | {column.name: _default(column.default) for column in lacking}


def _default(default: Any) -> Any:
    """Return what a column holds by default, as it is stored."""
    value = default.arg(None) if default.is_callable else default.arg
    if isinstance(value, list | dict):
        return json.dumps(value)
    return value.value if isinstance(value, enum.Enum) else value


def _plain(value: Any) -> Any:
    """Return a value as SQLAlchemy stores it on SQLite."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, dt.date) else value


def fill(sizes: Sizes) -> None:
    """Fill an empty database."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()
    for name in ("organisations.csv", "hosts.csv"):
        load_organisations(CONTENT / name)
    starter_content.load(CONTENT, current_app.extensions["files"])
    db.session.commit()
    chance = random.Random(20261121)
    organisations = db.session.scalars(sa.select(Organisation.id).order_by(Organisation.id)).all()
    _people(sizes.staff, organisations, chance)
    courses = _courses(sizes.courses, organisations, chance)
    _enrolments(sizes, courses, organisations, chance)
    enrolment_count.recount()
    catalogue_version.changed()
    db.session.commit()
    if db.session.get_bind().dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
    else:
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()


def _people(count: int, organisations: Any, chance: random.Random) -> None:
    put(Staff.__table__, (
        {"id": n, "name": f"職員 {n}", "reading": f"ショクイン {chance.randrange(10**6):06}", "email": f"s{n}@example.lg.jp", "sign_in_epoch": 1, "search_key": f"職員{n}"}
        for n in range(1, count + 1)
    ))  # fmt: skip
    sections = {(office, topic): n for n, (office, topic) in enumerate(itertools.product(organisations, range(15)), 1)}
    posts = {office: n for n, office in enumerate(organisations, 1)}
    put(Section.__table__, (
        {"id": n, "organisation_id": office, "name": TOPICS[topic] + "課", "title": TOPICS[topic] + "課", "path": f"{n}/"}
        for (office, topic), n in sections.items()
    ))  # fmt: skip
    put(Post.__table__, ({"id": n, "organisation_id": office, "name": "主事"} for office, n in posts.items()))
    put(Membership.__table__, (
        {"id": n, "staff_id": n, "organisation_id": organisations[n % len(organisations)], "staff_number": f"{n}", "number_key": f"{n}", "section_id": sections[organisations[n % len(organisations)], n % 15], "post_id": posts[organisations[n % len(organisations)]], "joined_on": dt.date(2020, 4, 1)}
        for n in range(1, count + 1)
    ))  # fmt: skip
    roles = (
        (n, role)
        for n in range(1, 2 * len(organisations) + 1)
        for role in [Role.COORDINATOR if n <= len(organisations) else Role.ADMINISTRATOR]
    )
    put(RoleGrant.__table__, ({"membership_id": n, "role": role.value, "granted_at": clock.now()} for n, role in roles))
    put(RoleGrant.__table__, [{"membership_id": 5000, "role": Role.SECRETARIAT.value, "granted_at": clock.now()}])


def _courses(count: int, organisations: Any, chance: random.Random) -> list[tuple[int, int, str, bool]]:
    """Return (course id, edition id, level, is e-learning) of each course."""
    tracks = db.session.scalars(sa.select(Track.id)).all()
    skills = db.session.scalars(sa.select(Skill.id)).all()
    remarks = db.session.scalars(sa.select(Remark.id)).all()
    first = (db.session.scalar(sa.select(sa.func.max(Course.id))) or 0) + 1
    first_edition = (db.session.scalar(sa.select(sa.func.max(CourseEdition.id))) or 0) + 1
    made, editions = [], []
    for n in range(count):
        level, format_ = chance.choice(list(Level)), chance.choice(list(Format))
        topic, act = chance.choice(TOPICS), chance.choice(ACTS)
        made.append((first + n, first_edition + n, level.value, format_ is Format.E_LEARNING))
        editions.append({
            "id": first_edition + n, "course_id": first + n, "number": 1, "state": EditionState.PUBLISHED.value, "title": f"{topic}の{act} その{n + 1}",
            "summary": f"{topic}の仕事で{act}を進める手順を、{chance.choice(TOPICS)}の例で学ぶ。", "level": level.value, "format": format_.value,
            "minutes": chance.choice([30, 60, 90, 120, 180, 300]), "target_staff": f"{topic}の担当者", "objectives": '["手順を説明できる", "自分の課で試せる"]',
            "track_id": chance.choice(tracks), "changed_at": clock.now(), "published_at": clock.now() - dt.timedelta(minutes=n), "review_note": "",
        })  # fmt: skip
    put(
        Course.__table__,
        ({"id": id_, "slug": f"bench-{id_}", "owner_id": chance.choice(organisations)} for id_, *_rest in made),
    )
    put(CourseEdition.__table__, editions)
    db.session.execute(
        sa.text("UPDATE course SET published_id = id + :d WHERE id >= :first"),
        {"d": first_edition - first, "first": first},
    )
    put(
        edition_skill,
        (
            {"edition_id": edition, "skill_id": skill}
            for _id, edition, *_rest in made
            for skill in chance.sample(list(skills), 3)
        ),
    )
    put(course_host, ({"course_id": id_, "organisation_id": chance.choice(organisations)} for id_, *_rest in made))
    put(Motivation.__table__, (
        {"remark_id": remark, "course_id": id_, "rationale": "この声に応えるため", "written_on": clock.today()}
        for id_, *_rest in made for remark in chance.sample(list(remarks), 2)
        if remark not in remarks[:12] or id_ % 100 == 0
    ))  # fmt: skip
    db.session.flush()
    for course in db.session.scalars(sa.select(Course).where(Course.id >= first)):
        index.index_course(course)
    db.session.commit()
    return made


def _enrolments(
    sizes: Sizes, courses: list[tuple[int, int, str, bool]], organisations: Any, chance: random.Random
) -> None:
    """Spread enrolments over people, courses and three years; each course of a class has a session of forty."""
    classes = [course for course in courses if not course[3]]
    first = (db.session.scalar(sa.select(sa.func.max(TrainingSession.id))) or 0) + 1
    begin = clock.now() + dt.timedelta(days=20)
    put(TrainingSession.__table__, (
        {"id": first + n, "edition_id": course[1], "host_id": organisations[n % len(organisations)], "starts_at": begin, "ends_at": begin + dt.timedelta(hours=2),
         "place": "会議室", "meeting_link": "", "capacity": PLACES_OF_A_CLASS, "taken": PLACES_OF_A_CLASS if n < FULL_CLASSES else 0, "audience": "all",
         "applications_open_at": clock.now() - dt.timedelta(days=9), "applications_close_at": begin - dt.timedelta(days=1), "cancelled_because": ""}
        for n, course in enumerate(classes)
    ))  # fmt: skip
    meeting = {
        "starts_at": begin,
        "ends_at": begin + dt.timedelta(hours=2),
        "place": "",
        "meeting_link": "",
        "cancelled_because": "",
        "sequence": 0,
    }
    put(Meeting.__table__, ({"session_id": first + n, **meeting} for n in range(len(classes))))
    e_learning = [course for course in courses if course[3]]
    per_person = max(1, sizes.enrolments // sizes.staff)
    year, now = clock.current_fiscal_year(), clock.now()

    def rows() -> Iterable[dict[str, Any]]:
        for n in range(FULL_CLASSES * PLACES_OF_A_CLASS):
            yield _row(
                1 + n % sizes.staff,
                classes[n // PLACES_OF_A_CLASS],
                EnrolmentState.ENROLLED,
                year,
                first + n // PLACES_OF_A_CLASS,
            )
        for n in range(sizes.enrolments - FULL_CLASSES * PLACES_OF_A_CLASS):
            place = n % per_person
            course = e_learning[(n * 7919 + chance.randrange(3)) % len(e_learning)]
            state = chance.choices([EnrolmentState.COMPLETED, EnrolmentState.IN_PROGRESS], [5, 1 if place == 0 else 0])[
                0
            ]
            yield _row(1 + (n // per_person) % sizes.staff, course, state, year - place % 3, None)

    def _row(
        staff_id: int, course: tuple[int, int, str, bool], state: EnrolmentState, in_year: int, session_id: int | None
    ) -> dict[str, Any]:
        done = state is EnrolmentState.COMPLETED
        return {
            "staff_id": staff_id, "course_id": course[0], "edition_id": course[1], "session_id": session_id,
            "organisation_id": organisations[staff_id % len(organisations)], "size_class": SizeClass.MIDDLE.value, "fiscal_year": in_year,
            "level": course[2], "state": state.value, "enrolled_at": now, "completed_at": now if done else None,
        }  # fmt: skip

    put(Enrolment.__table__, rows())
