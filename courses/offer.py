"""For whom a course is offered (講座の対象): everybody, chosen organisations, or the one that has it.

An edition says so, and it holds from its publication on: a second person has read it. What is not for everybody is found by nobody
else, in no list, search or count; who has begun it goes on whatever changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.database import db
from kernel.spelling import folded

from people.models import Membership, Organisation

from courses.catalogue_version import Kept
from courses.models import Course, CourseEdition, course_audience

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from people.permission import Actor

MOST_KEPT = 2000


def is_offered_to_all() -> sa.ColumnElement[bool]:
    """Return the condition that a course is in the catalogue, for everybody."""
    return sa.and_(Course.published_id.is_not(None), Course.is_for_all)


def is_meant_for(organisation_ids: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a course is for everybody, or for one of some organisations (ids, or a statement of them)."""
    named = sa.exists().where(
        course_audience.c.course_id == Course.id, course_audience.c.organisation_id.in_(organisation_ids)
    )
    return sa.or_(Course.is_for_all, Course.owner_id.in_(organisation_ids), named)


def is_offered_to(organisation_ids: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a course is published, for everybody or for one of some organisations."""
    return sa.and_(Course.published_id.is_not(None), is_meant_for(organisation_ids))


def is_known_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that a course is, or was, for an organisation to which somebody belongs or belonged: what they began, they go on with."""
    return is_meant_for(sa.select(Membership.organisation_id).where(Membership.staff_id == actor.staff_id))


def was_published_for(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that an edition was for somebody when it was published: whoever began it goes on when a later one is for fewer."""
    text = sa.cast(CourseEdition.only_for, sa.Text)
    listed = sa.func.replace(sa.func.replace(text, "[", ", "), "]", ",")
    named = (listed.contains(f", {id_},") for id_ in sorted(actor.organisation_ids))
    return sa.or_(CourseEdition.only_for.is_(None), is_known_to(actor), *named)


def is_for_one_of(course_id: int, organisation_ids: Collection[int]) -> bool:
    """Tell whether a course is published for one of some organisations, or for everybody."""
    return bool(db.session.scalar(sa.select(Course.id).where(Course.id == course_id, is_offered_to(organisation_ids))))


NARROW: Kept[dict[frozenset[int], Sequence[tuple[int, str]]]] = Kept(dict)
"""What is for some organisations only, by those organisations, until the catalogue changes."""


def only_for(organisation_ids: Collection[int], text: str = "", most: int = 50) -> list[int]:
    """Return the published courses that are for some organisations and not for everybody, the latest first; those that say a word."""
    kept, own = NARROW.current(), frozenset(organisation_ids)
    if own not in kept:
        if len(kept) > MOST_KEPT:
            kept.clear()
        rows = db.session.execute(
            sa.select(Course.id, CourseEdition.title + " " + CourseEdition.summary)
            .join(CourseEdition, CourseEdition.id == Course.published_id)
            .where(sa.not_(Course.is_for_all), is_meant_for(own))
            .order_by(Course.published_id.desc())
        )
        kept[own] = [(id_, folded(said)) for id_, said in rows]
    return [id_ for id_, said in kept[own] if folded(text) in said][:most]


def follow(course: Course, edition: CourseEdition) -> None:
    """Let a course be for whom the edition says that is published now."""
    course.is_for_all = edition.only_for is None
    db.session.execute(sa.delete(course_audience).where(course_audience.c.course_id == course.id))
    if edition.only_for:
        db.session.execute(
            sa.insert(course_audience),
            [{"course_id": course.id, "organisation_id": id_} for id_ in dict.fromkeys(edition.only_for)],
        )
    db.session.flush()


def named_organisations(edition: CourseEdition) -> Sequence[Organisation]:
    """Return the organisations, beside its own, that an edition is for by name."""
    if not edition.only_for:
        return []
    return db.session.scalars(
        sa.select(Organisation).where(Organisation.id.in_(edition.only_for)).order_by(Organisation.reading)
    ).all()


def in_words(edition: CourseEdition) -> str:
    """Return for whom an edition is, in words."""
    if edition.only_for is None:
        return "すべての団体"
    names = [row.name for row in named_organisations(edition)]
    return f"公開する団体と{'、'.join(names)}" if names else "公開する団体だけ"
