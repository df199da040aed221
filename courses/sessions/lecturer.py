"""Lecturers (講師): the people of whom an organisation knows that they teach, in which fields and when they can; never public.

A session shows the names of those who were chosen for it, to whoever has signed in; the rest of what is known stays with the organisation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from kernel.database import NOW, add, db
from kernel.errors import ConflictError, NotFoundError

from people import audit
from people.act import Act
from people.permission import Permission

from courses.sessions.models import Lecturer, Meeting, TrainingSession, session_lecturer

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from people.permission import Actor

MOST = 200


@dataclass(frozen=True)
class KnowLecturer:
    """What is known of a lecturer."""

    name: str
    affiliation: str
    fields: str
    availability: str
    contact: str


@dataclass(frozen=True)
class Known:
    """A lecturer, and in how many sessions they have taught and are going to."""

    lecturer: Lecturer
    taught: int
    coming: int


def pool(actor: Actor, text: str = "") -> list[Known]:
    """Return the lecturers whom the actor's organisations know, by name; those of whom a word is said."""
    ends = (
        sa.select(session_lecturer.c.lecturer_id, TrainingSession.ends_at)
        .join(TrainingSession, TrainingSession.id == session_lecturer.c.session_id)
        .where(TrainingSession.cancelled_at.is_(None), TrainingSession.called_off_at.is_(None))
        .subquery()
    )
    statement = (
        sa.select(
            Lecturer,
            sa.func.count().filter(ends.c.ends_at <= NOW),
            sa.func.count().filter(ends.c.ends_at > NOW),
        )
        .outerjoin(ends, ends.c.lecturer_id == Lecturer.id)
        .where(actor.scope(Permission.PLAN_SESSIONS).where(Lecturer.organisation_id))
        .group_by(Lecturer.id)
        .order_by(Lecturer.name, Lecturer.id)
        .limit(MOST)
    )
    if text:
        said = (Lecturer.name, Lecturer.affiliation, Lecturer.fields, Lecturer.availability)
        statement = statement.where(sa.or_(*(column.icontains(text, autoescape=True) for column in said)))
    return [Known(*row) for row in db.session.execute(statement)]


def lecturer(actor: Actor, lecturer_id: int) -> Lecturer:
    """Return a lecturer whom the actor's organisations know. Raises NotFoundError."""
    row = db.session.scalar(
        sa.select(Lecturer).where(
            Lecturer.id == lecturer_id, actor.scope(Permission.PLAN_SESSIONS).where(Lecturer.organisation_id)
        )
    )
    if row is None:
        raise NotFoundError
    return row


def sessions_of(row: Lecturer) -> Sequence[TrainingSession]:
    """Return the sessions in which somebody teaches or taught, the latest first."""
    return db.session.scalars(
        sa.select(TrainingSession)
        .join(session_lecturer, session_lecturer.c.session_id == TrainingSession.id)
        .join(TrainingSession.edition)
        .options(contains_eager(TrainingSession.edition), joinedload(TrainingSession.host))
        .where(session_lecturer.c.lecturer_id == row.id)
        .order_by(TrainingSession.starts_at.desc())
        .limit(50)
    ).all()


def note(actor: Actor, organisation_id: int, command: KnowLecturer, row: Lecturer | None = None) -> Lecturer:
    """Enter a lecturer into the pool of an organisation of the actor, or write anew what is known of one.

    Raises NotFoundError for another organisation, ConflictError for one of the same name and affiliation.
    """
    if organisation_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    there = db.session.scalar(
        sa.select(Lecturer.id).where(
            Lecturer.organisation_id == organisation_id,
            Lecturer.name == command.name,
            Lecturer.affiliation == command.affiliation,
            Lecturer.id != (row.id if row else 0),
        )
    )
    if there:
        message = "同じ氏名と所属の講師が、すでに登録されています。"
        raise ConflictError(message, field="name")
    row = row or Lecturer(organisation_id=organisation_id)
    for name, value in vars(command).items():
        setattr(row, name, value)
    add(row)
    audit.record(actor, Act.LECTURER_NOTED, "講師", organisation_id=organisation_id, lecturer=row.id)
    db.session.flush()
    return row


def forget(actor: Actor, row: Lecturer) -> None:
    """Take a lecturer out of the pool; sessions keep the names that they show."""
    db.session.execute(sa.delete(session_lecturer).where(session_lecturer.c.lecturer_id == row.id))
    db.session.delete(row)
    audit.record(actor, Act.LECTURER_FORGOTTEN, "講師", organisation_id=row.organisation_id, lecturer=row.id)
    db.session.flush()


def choose(actor: Actor, session: TrainingSession, lecturer_ids: Collection[int]) -> None:
    """Say who of the pool teaches in a session of the own organisation; others of the pool teach in it no more."""
    own = actor.scope(Permission.PLAN_SESSIONS).where(Lecturer.organisation_id)
    found = db.session.execute(
        sa.select(Lecturer.id, Lecturer.name).where(Lecturer.id.in_(lecturer_ids), own).order_by(Lecturer.name)
    ).all()
    before = dict(chosen_for(session.id))
    db.session.execute(sa.delete(session_lecturer).where(session_lecturer.c.session_id == session.id))
    if found:
        db.session.execute(
            sa.insert(session_lecturer), [{"session_id": session.id, "lecturer_id": row.id} for row in found]
        )
    gone = {name for id_, name in before.items() if id_ not in {row.id for row in found}}
    said = [name for name in session.lecturers if name not in gone]
    session.lecturers = [*(row.name for row in found if not _is_said(row.name, said)), *said]
    db.session.flush()


def _is_said(name: str, said: Sequence[str]) -> bool:
    return any(re.split("[（(]", one)[0].strip() == name for one in said)


def chosen_for(session_id: int) -> list[tuple[int, str]]:
    """Return id and name of those of the pool who teach in a session."""
    rows = db.session.execute(
        sa.select(Lecturer.id, Lecturer.name)
        .join(session_lecturer, session_lecturer.c.lecturer_id == Lecturer.id)
        .where(session_lecturer.c.session_id == session_id)
    )
    return [(id_, name) for id_, name in rows]


def busy(session: TrainingSession) -> list[str]:
    """Return the names of those who teach in another session at the time of one of the meetings of a session."""
    here, there = session_lecturer.alias(), session_lecturer.alias()
    mine, theirs = aliased(Meeting), aliased(Meeting)
    return list(
        db.session.scalars(
            sa.select(Lecturer.name)
            .join(here, here.c.lecturer_id == Lecturer.id)
            .join(there, there.c.lecturer_id == Lecturer.id)
            .join(TrainingSession, TrainingSession.id == there.c.session_id)
            .join(mine, mine.session_id == here.c.session_id)
            .join(theirs, theirs.session_id == there.c.session_id)
            .where(
                here.c.session_id == session.id,
                TrainingSession.id != session.id,
                TrainingSession.cancelled_at.is_(None),
                TrainingSession.called_off_at.is_(None),
                theirs.starts_at < mine.ends_at,
                theirs.ends_at > mine.starts_at,
            )
            .distinct()
            .order_by(Lecturer.name)
        )
    )


def choices(actor: Actor, chosen: Sequence[tuple[int, str]] = ()) -> list[tuple[int, str]]:
    """Return the lecturers who can be chosen for a session, id and name with affiliation: those already chosen among them, however many there are."""
    offered = {
        known.lecturer.id: " ".join(filter(None, (known.lecturer.name, known.lecturer.affiliation)))
        for known in pool(actor)
    }
    return list({**offered, **{id_: name for id_, name in chosen if id_ not in offered}}.items())
