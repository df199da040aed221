"""Audience (対象の団体): whose staff may take a place in a training session."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import InvalidError

from people.models import Organisation, SizeClass

from courses.models import Course, CourseEdition
from courses.offer import is_meant_for
from courses.sessions.models import Audience, TrainingSession, session_audience


@dataclass(frozen=True)
class WhoMayCome:
    """Whose staff may take a place: all, or those of some prefectures, size classes or organisations."""

    audience: Audience = Audience.ALL
    prefectures: tuple[str, ...] = ()
    sizes: tuple[SizeClass, ...] = ()
    organisation_ids: frozenset[int] = frozenset()


def check(open_to: WhoMayCome) -> None:
    """Raise InvalidError where a kind of audience is chosen without saying which."""
    for kind, named, message, field in (
        (Audience.PREFECTURE, open_to.prefectures, "都道府県を一つ以上選んでください。", "prefectures"),
        (Audience.SIZE, open_to.sizes, "団体の規模を一つ以上選んでください。", "sizes"),
        (Audience.CHOSEN, open_to.organisation_ids, "団体を一つ以上入力してください。", "organisations"),
    ):
        if open_to.audience is kind and not named:
            raise InvalidError(message, field=field)


def label(session: TrainingSession) -> str:
    """Return whose staff may come, in words (the course must be loaded, and the chosen organisations where there are any)."""
    if session.audience is Audience.PREFECTURE:
        return f"{session.audience_prefectures.replace(' ', '、')}の団体"
    if session.audience is Audience.SIZE:
        return "、".join(size.label for size in SizeClass if size.value in session.audience_sizes) + "の団体"
    if session.audience is Audience.CHOSEN:
        return "、".join(organisation.name for organisation in session.chosen)
    return session.audience.label if session.edition.course.is_for_all else "この講座の対象の団体"


def columns(open_to: WhoMayCome) -> dict[str, object]:
    """Return the columns that say whose staff may come."""
    return {
        "audience": open_to.audience,
        "audience_prefectures": " ".join(open_to.prefectures) if open_to.audience is Audience.PREFECTURE else "",
        "audience_sizes": "".join(size.value for size in open_to.sizes) if open_to.audience is Audience.SIZE else "",
    }


def chosen(open_to: WhoMayCome) -> list[Organisation]:
    """Return the organisations that are chosen one by one."""
    ids = open_to.organisation_ids if open_to.audience is Audience.CHOSEN else ()
    return list(db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(ids)))) if ids else []


def is_open_to(organisation_id: int, session: TrainingSession) -> bool:
    """Tell whether an organisation's staff may take a place in a session, which must be loaded with its course."""
    if session.is_draft:
        return False
    if session.host_id == organisation_id:
        return True
    if session.audience is Audience.ALL and session.edition.course.is_for_all:
        return True
    return bool(
        db.session.scalar(
            sa.select(TrainingSession.id).where(TrainingSession.id == session.id, is_open_to_one_of([organisation_id]))
        )
    )


def is_open_to_whom_its_course_is_for() -> sa.ColumnElement[bool]:
    """Return the condition that a session is published, and open to everybody for whom its course is."""
    return sa.and_(sa.not_(TrainingSession.is_draft), TrainingSession.audience == Audience.ALL)


def is_open_to_all() -> sa.ColumnElement[bool]:
    """Return the condition that a session is published, and open to everybody."""
    return sa.and_(is_open_to_whom_its_course_is_for(), _teaches(Course.is_for_all.is_(True)))


def _teaches(what: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that a session is of a course about which a condition holds."""
    return sa.exists(
        sa.select(CourseEdition.id)
        .join(Course, Course.id == CourseEdition.course_id)
        .where(CourseEdition.id == TrainingSession.edition_id, what)
        .correlate(TrainingSession)
    )


def is_open_to_one_of(organisation_ids: list[int]) -> sa.ColumnElement[bool]:
    """Return the condition that a session is published, and open to one of these organisations."""
    own = sa.select(Organisation.id).where(Organisation.id.in_(organisation_ids))
    chosen = sa.select(session_audience.c.organisation_id).where(
        session_audience.c.session_id == TrainingSession.id,
        session_audience.c.organisation_id.in_(organisation_ids),
    )
    may_come = sa.or_(
        TrainingSession.audience == Audience.ALL,
        TrainingSession.host_id.in_(organisation_ids),
        sa.and_(TrainingSession.audience == Audience.CHOSEN, sa.exists(chosen)),
        sa.and_(
            TrainingSession.audience == Audience.PREFECTURE,
            sa.exists(own.where(TrainingSession.audience_prefectures.contains(Organisation.prefecture))),
        ),
        sa.and_(
            TrainingSession.audience == Audience.SIZE,
            sa.exists(own.where(TrainingSession.audience_sizes.contains(sa.cast(Organisation.size_class, sa.String)))),
        ),
    )
    is_own = TrainingSession.host_id.in_(organisation_ids)
    return sa.and_(
        sa.not_(TrainingSession.is_draft), may_come, sa.or_(is_own, _teaches(is_meant_for(organisation_ids)))
    )
