"""The sample staff of a demonstration: fictional people with fixed passwords, for a machine of one's own only."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import yaml
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, db

from people.joining.entry import JoinStaff, enter
from people.models import Membership, Role, RoleGrant, Staff
from people.organisation import by_code_or_name
from people.signing_in import open_sign_in, password

from courses.models import Course, CourseEdition
from courses.sessions.models import AdmissionRule, Audience, Meeting, TrainingSession
from courses.sessions.place import take

from catalog.models import Adoption, Curriculum

from participation import enrolment_count
from participation.joint.models import Nomination, NominationList
from participation.models import Enrolment, EnrolmentState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DOMAIN = "example.lg.jp"


def load(file: Path) -> int:
    """Add the sample people, their sessions, adoptions and some enrolments; return how many people were new."""
    plan = yaml.safe_load(file.read_text(encoding="utf-8"))
    if db.session.scalar(sa.select(Staff.id).where(Staff.email == f"{plan['people'][0]['account']}@{DOMAIN}")):
        return 0
    members = [_enter(person) for person in plan["people"]]
    for organisation in plan["offices"]:
        members += _office(organisation, plan["names"])
    for session in plan["sessions"]:
        _plan(session)
    for adoption in plan["adoptions"]:
        _adopt(adoption)
    for place, member in enumerate(members):
        _enrol(member, place, plan["taken"])
    enrolment_count.recount()
    return len(members)


def sign_ins(file: Path) -> list[str]:
    """Return one line for each role: the role, e-mail address and password of its sample person."""
    plan = yaml.safe_load(file.read_text(encoding="utf-8"))
    lines = []
    for person in plan["people"]:
        if person.get("sample"):
            account, secret = f"{person['account']}@{DOMAIN}", person["password"]
            lines.append(
                f"  {person['sample']:<14} {account:<34} {secret}   ({person['organisation']} {person['name']})"
            )
    return lines


def passwords(file: Path) -> frozenset[str]:
    """Return the passwords of the sample people, which anybody can read."""
    plan = yaml.safe_load(file.read_text(encoding="utf-8"))
    return frozenset(person["password"] for person in plan["people"])


def signing_in(file: Path) -> Sequence[Staff]:
    """Return the sample people of this database who have a password."""
    plan = yaml.safe_load(file.read_text(encoding="utf-8"))
    addresses = [f"{person['account']}@{DOMAIN}" for person in plan["people"]]
    return db.session.scalars(
        sa.select(Staff).where(Staff.email.in_(addresses), Staff.password_hash.is_not(None))
    ).all()


def lock_out(file: Path) -> int:
    """Take their password from the sample people and sign them out everywhere; return how many there were."""
    people = signing_in(file)
    for person in people:
        person.password_hash = None
        open_sign_in.end_all(person)
    return len(people)


def _enter(person: dict[str, Any]) -> Membership:
    organisation = by_code_or_name(person["organisation"])
    member = enter(
        JoinStaff(
            organisation.id, person["name"], person["reading"], f"{person['account']}@{DOMAIN}", person.get("number"),
            person["department"], person.get("post", ""), joined_on=dt.date(clock.current_fiscal_year(), 4, 1),
        )
    )  # fmt: skip
    member.staff.password_hash = password.hashed(person["password"])
    member.grants = [RoleGrant(role=Role(role)) for role in person.get("roles", ())]
    db.session.flush()
    return member


def _office(organisation: dict[str, Any], names: list[list[str]]) -> list[Membership]:
    """Enter the colleagues of an office, who have no password and show what lists and figures look like."""
    office = by_code_or_name(organisation["organisation"])
    members = []
    for place in range(organisation["staff"]):
        surname, surname_reading = names[(place + organisation["first"]) % len(names)][:2]
        given, given_reading = names[(place * 7 + organisation["first"]) % len(names)][2:]
        members.append(
            enter(
                JoinStaff(
                    office.id, f"{surname} {given}", f"{surname_reading} {given_reading}", None, f"{1001 + place}",
                    organisation["departments"][place % len(organisation["departments"])],
                    joined_on=dt.date(clock.current_fiscal_year() - 1, 4, 1),
                )
            )
        )  # fmt: skip
    return members


def _edition(slug: str) -> CourseEdition:
    return db.session.scalars(
        sa.select(CourseEdition).join(Course, Course.published_id == CourseEdition.id).where(Course.slug == slug)
    ).one()


def _plan(session: dict[str, Any]) -> None:
    day = clock.today() + dt.timedelta(days=session["in_days"])
    days = [day + dt.timedelta(weeks=week) for week in range(session.get("weeks", 1))]
    meetings = [Meeting(starts_at=clock.at(on, dt.time(14)), ends_at=clock.at(on, dt.time(16))) for on in days]
    giving = AdmissionRule(session.get("giving", "first come"))
    last_day = day - dt.timedelta(days=10 if giving is AdmissionRule.NOMINATION else 1)
    closes = clock.at(clock.today() if session.get("closed") else last_day, dt.time())
    planned = add(
        TrainingSession(
            edition_id=_edition(session["course"]).id,
            host_id=by_code_or_name(session["host"]).id,
            starts_at=meetings[0].starts_at,
            ends_at=meetings[-1].ends_at,
            meetings=meetings,
            place=session.get("place", ""),
            meeting_link=session.get("link", ""),
            lecturers=session.get("lecturers", []),
            capacity=session["capacity"],
            minimum=session.get("minimum", 1),
            giving=giving,
            audience=Audience.ALL,
            applications_open_at=clock.at(clock.today() - dt.timedelta(days=30), dt.time()),
            applications_close_at=closes,
        )
    )
    for code, people in session.get("taking_part", {}).items():
        _take_part(planned, by_code_or_name(code).id, people)
    for code, names in session.get("nominees", {}).items():
        _nominate(planned, by_code_or_name(code).id, names)


def _take_part(session: TrainingSession, organisation_id: int, people: int) -> None:
    """Give the first so many people of an organisation a place."""
    members = db.session.scalars(
        sa.select(Membership)
        .options(joinedload(Membership.organisation))
        .where(Membership.organisation_id == organisation_id)
        .order_by(Membership.id)
        .limit(people)
    ).all()
    edition = db.session.get_one(CourseEdition, session.edition_id)
    for member in members:
        add(
            Enrolment(
                staff_id=member.staff_id,
                course_id=edition.course_id,
                edition_id=edition.id,
                session_id=session.id,
                organisation_id=organisation_id,
                size_class=member.organisation.size_class,
                level=edition.level,
                fiscal_year=clock.current_fiscal_year(),
            )
        )
    take(session, len(members))


def _nominate(session: TrainingSession, organisation_id: int, names: int) -> None:
    """Put the last so many of an office's colleagues on its list."""
    people = db.session.scalars(
        sa.select(Membership.staff_id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Membership.id.desc())
        .limit(names)
    ).all()
    add(NominationList(session_id=session.id, organisation_id=organisation_id))
    for position, staff_id in enumerate(people, 1):
        add(Nomination(session_id=session.id, organisation_id=organisation_id, staff_id=staff_id, position=position))


def _adopt(adoption: dict[str, Any]) -> None:
    curriculum_id = db.session.scalars(sa.select(Curriculum.id).where(Curriculum.slug == adoption["curriculum"])).one()
    add(
        Adoption(
            organisation_id=by_code_or_name(adoption["organisation"]).id,
            curriculum_id=curriculum_id,
            due_on=clock.today() + dt.timedelta(days=adoption["due_in_days"]),
        )
    )


def _enrol(member: Membership, place: int, taken: list[str]) -> None:
    """Give somebody a few enrolments of this year and the last one: some finished, some not."""
    for number, slug in enumerate(taken):
        if (place * 5 + number * 3) % 7 > 3 or (member.staff.password_hash and number > 1):  # noqa: PLR2004
            continue
        edition = _edition(slug)
        if not edition.format.is_own_pace:
            continue
        done = (place + number) % 3 != 0
        last_year = (place + number) % 4 == 1
        when = clock.now() - dt.timedelta(days=330 if last_year else 20 + place % 60)
        add(
            Enrolment(
                staff_id=member.staff_id,
                course_id=edition.course_id,
                edition_id=edition.id,
                organisation_id=member.organisation_id,
                size_class=member.organisation.size_class,
                level=edition.level,
                fiscal_year=clock.fiscal_year(clock.local(when).date()),
                enrolled_at=when,
                state=EnrolmentState.COMPLETED if done else EnrolmentState.IN_PROGRESS,
                completed_at=when + dt.timedelta(days=5) if done else None,
            )
        )
