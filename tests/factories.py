"""People, courses and sessions of tests: what a test does not name is filled in."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pypdf
import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import joinedload, selectinload

from kernel import clock
from kernel.database import add, db

from people.actor import actor_of
from people.joining.entry import JoinStaff, enter
from people.models import Membership, Organisation, Role, RoleGrant
from people.organisation import by_code_or_name
from people.signing_in import password

from courses import edition as editions
from courses.course import BeginCourse, begin
from courses.edition import EditionText, LessonText, ModuleText
from courses.lessons import quiz as quizzes
from courses.lessons import quiz_data
from courses.lessons.question import QuestionKind
from courses.models import Course, CourseEdition, Format, LessonKind, Level, Track
from courses.sessions import place
from courses.sessions.models import Audience, Meeting, TrainingSession
from courses.sessions.training_session import lock, session_for

from catalog.models import Motivation, Remark

from participation import enrolment as enrolments
from participation.application import enrol_in_session
from participation.models import Enrolment

from learning.models import Attempt

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from people.permission import Actor

    from courses.lessons.quiz import Asked

PASSWORD = "a long enough pass phrase"
_numbers = itertools.count(1)


@dataclass
class Person:
    """Somebody with a membership, who can sign in."""

    membership_id: int
    staff_id: int
    name: str
    email: str
    number: str
    organisation: str

    @property
    def actor(self) -> Actor:
        """The person as one who acts, with the roles held now."""
        actor = actor_of(self.staff_id)
        assert actor is not None
        return actor

    def browser(self) -> FlaskClient:
        """A browser in which the person has signed in."""
        client = current_app.test_client()
        answer = client.post("/sign-in", data={"account": self.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client


@dataclass
class Office:
    """An organisation, and people who work there."""

    id: int
    name: str
    code: str | None
    _people: dict[tuple[Role, ...], Person] = field(default_factory=dict)

    @classmethod
    def of(cls, code: str) -> Office:
        """The office of an organisation, by code or name."""
        row = by_code_or_name(code)
        return cls(row.id, row.name, row.code)

    def person(self, *roles: Role, name: str = "", department: str = "総務課") -> Person:
        """A new person with these roles beyond that of staff."""
        number = next(_numbers)
        email = f"person{number}@example.lg.jp"
        member = enter(
            JoinStaff(
                self.id, name or f"職員 {number}", f"ショクイン {number:04}", email, f"S{number:05}", department,
                joined_on=dt.date(2020, 4, 1),
            )
        )  # fmt: skip
        member.staff.password_hash = password.hashed(PASSWORD)
        member.grants = [RoleGrant(role=role, granted_at=clock.at(member.joined_on, dt.time())) for role in roles]
        person = Person(member.id, member.staff_id, member.staff.name, email, f"S{number:05}", self.name)
        db.session.commit()
        return person

    def _one(self, *roles: Role) -> Person:
        if roles not in self._people:
            self._people[roles] = self.person(*roles)
        return self._people[roles]

    @property
    def staff(self) -> Person:
        """A member of staff."""
        return self._one()

    @property
    def coordinator(self) -> Person:
        """The coordinator."""
        return self._one(Role.COORDINATOR)

    @property
    def administrator(self) -> Person:
        """The administrator."""
        return self._one(Role.ADMINISTRATOR)

    @property
    def secretary(self) -> Person:
        """Somebody of the secretariat."""
        return self._one(Role.SECRETARIAT)


def edition_text(**said: object) -> EditionText:
    """What an edition says."""
    usual = {
        "title": "窓口の案内文を書き直す", "summary": "伝わる案内文を書けるようになる。", "level": Level.BASIC,
        "format": Format.E_LEARNING, "minutes": 60, "target_staff": "窓口の職員", "objectives": ("案内文を書き直せる",),
        "track_id": db.session.scalars(sa.select(Track.id).order_by(Track.position)).first(), "skill_ids": (),
    }  # fmt: skip
    return EditionText(**{**usual, **said})  # type: ignore[arg-type]


def draft_course(author: Person, slug: str = "", **said: object) -> Course:
    """A course with a draft, of its author's organisation."""
    owner = author.actor.organisation_id
    assert owner is not None
    course = begin(author.actor, BeginCourse(slug or f"course-{next(_numbers)}", owner, edition_text(**said)))
    db.session.commit()
    return course


def edition_of(course: Course) -> CourseEdition:
    """The latest edition of a course, whole."""
    latest = db.session.scalars(
        sa.select(CourseEdition.id).where(CourseEdition.course_id == course.id).order_by(CourseEdition.number.desc())
    ).first()
    assert latest is not None
    return editions.whole(latest)


def with_a_lesson(course: Course) -> Course:
    """A course with a lesson that is to be finished, where it is an e-learning one."""
    edition = edition_of(course)
    if edition.format.is_own_pace and not edition.modules:
        editions.write_modules(edition, [ModuleText("本編", (LessonText("読む", "読みます。"),))])
    return course


def motivated(course: Course) -> Course:
    """A course to which a remark has been linked, and that has what publication asks for."""
    with_a_lesson(course)
    remark_id = db.session.scalars(sa.select(Remark.id).order_by(Remark.id)).first()
    add(Motivation(remark_id=remark_id, course_id=course.id, rationale="この声に応えるため"))
    db.session.commit()
    return course


def published(slug: str) -> tuple[Course, CourseEdition]:
    """A course of the starter content and its published edition."""
    course = db.session.scalars(sa.select(Course).where(Course.slug == slug)).one()
    assert course.published_id is not None
    return course, editions.whole(course.published_id)


def session_of(slug: str, host: Office, **planned: object) -> TrainingSession:
    """A training session in ten days, open for applications, for 20 people of all organisations."""
    _course, edition = published(slug)
    begins = clock.now() + dt.timedelta(days=10)
    usual = {
        "edition_id": edition.id, "host_id": host.id, "starts_at": begins, "ends_at": begins + dt.timedelta(hours=2),
        "place": "2階会議室", "capacity": 20, "audience": Audience.ALL,
        "applications_open_at": clock.now() - dt.timedelta(days=5),
        "applications_close_at": clock.now() + dt.timedelta(days=5),
    }  # fmt: skip
    said = {**usual, **planned}
    meeting = Meeting(starts_at=said["starts_at"], ends_at=said["ends_at"])
    made = add(TrainingSession(**{"meetings": [meeting], **said})).id
    db.session.commit()
    return db.session.scalars(
        sa.select(TrainingSession)
        .options(
            joinedload(TrainingSession.edition).joinedload(CourseEdition.course), selectinload(TrainingSession.meetings)
        )
        .where(TrainingSession.id == made)
    ).one()


def offered(slug: str) -> Course:
    """A course with its published edition, as it is enrolled in."""
    db.session.expire_all()
    return db.session.scalars(sa.select(Course).options(joinedload(Course.published)).where(Course.slug == slug)).one()


def enrols(person: Person, course: Course) -> Enrolment:
    """Let somebody take a course at the own pace."""
    actor = person.actor
    return enrolments.enrol_in_course(actor, enrolments.entrant(actor), offered(course.slug))


def joins(person: Person, session: TrainingSession) -> Enrolment:
    """Let somebody take a place in a session; one that has begun was entered before."""
    actor = person.actor
    if session.starts_at <= clock.now():
        held = lock(session.id)
        place.take(held)
        return enrolments.enter(actor, enrolments.entrant(actor), held.edition, held)
    return enrol_in_session(actor, enrolments.entrant(actor), session_for(actor, session.id))


def membership(person: Person) -> Membership:
    """A person's membership, as it stands in the database."""
    return db.session.scalars(
        sa.select(Membership)
        .options(joinedload(Membership.staff), joinedload(Membership.organisation), selectinload(Membership.grants))
        .where(Membership.id == person.membership_id)
    ).one()


def organisation_named(name: str) -> Organisation:
    """An organisation of this name."""
    return db.session.scalars(sa.select(Organisation).where(Organisation.name == name)).one()


def right_answer(one: Asked) -> list[str]:
    """The answer to a question that is right, as the page would send it."""
    question = one.question
    match question.kind:
        case QuestionKind.SINGLE | QuestionKind.MULTIPLE:
            return [str(place) for place, choice in enumerate(one.order) if question.choices[choice].right]
        case QuestionKind.TRUE_FALSE:
            return ["true" if question.right else "false"]
        case QuestionKind.ORDERING:
            return [str(item + 1) for item in one.order]
        case QuestionKind.NUMBER:
            return [str(question.answer)]
        case _:
            return [question.answers[0]]


def sent(one: Asked, answer: list[str]) -> dict[str, str | list[str]]:
    """An answer as the fields of the page."""
    if one.question.kind is QuestionKind.ORDERING:
        return {f"q-{one.number}-{place}": value for place, value in enumerate(answer)}
    return {f"q-{one.number}": answer}


def open_attempt(enrolment_id: int) -> tuple[int, list[Asked]]:
    """The open attempt of an enrolment, and what it asks."""
    attempt = db.session.scalars(
        sa.select(Attempt)
        .options(joinedload(Attempt.lesson))
        .where(Attempt.enrolment_id == enrolment_id, Attempt.submitted_at.is_(None))
        .execution_options(populate_existing=True)
    ).one()
    return attempt.id, quizzes.asked(quiz_data.quiz_from(attempt.lesson.content), attempt.seed)


def passes_the_quiz(browser: FlaskClient, enrolment_id: int, lesson_id: int) -> None:
    """Let a learner answer everything of a quiz rightly."""
    assert browser.post(f"/learn/{enrolment_id}/{lesson_id}/attempt").status_code == 302
    attempt_id, asked = open_attempt(enrolment_id)
    fields = {name: value for one in asked for name, value in sent(one, right_answer(one)).items()}
    assert browser.post(f"/attempts/{attempt_id}/submit", data=fields).status_code == 302


def learns_everything(browser: FlaskClient, enrolment_id: int) -> None:
    """Let a learner take all required lessons of an enrolment, in order."""
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    for module in editions.whole(enrolment.edition_id).modules:
        for lesson in module.lessons:
            if lesson.kind is LessonKind.QUIZ:
                passes_the_quiz(browser, enrolment_id, lesson.id)
            elif lesson.required:
                assert browser.post(f"/learn/{enrolment_id}/{lesson.id}/finish").status_code == 302


def words_of_pdf(content: bytes) -> str:
    """What is printed on a paper."""
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
