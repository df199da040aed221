"""Tracks (分野): the lines in which the courses of the catalogue stand, in an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import add, db
from kernel.errors import ConflictError, NotFoundError

from people import audit
from people.act import Act

from courses import catalogue_version
from courses.course import free_slug
from courses.models import Course, CourseEdition, Track
from courses.offer import is_offered_to_all

from catalog.curricula.models import CurriculumEdition
from catalog.models import Curriculum
from catalog.search import index

if TYPE_CHECKING:
    from people.permission import Actor


def tracks() -> list[tuple[Track, int]]:
    """Return the tracks in their order, each with how many courses for everybody stand in it."""
    used = (
        sa.select(sa.func.count())
        .select_from(Course)
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .where(CourseEdition.track_id == Track.id, is_offered_to_all())
        .correlate(Track)
        .scalar_subquery()
    )
    return [
        (row, count) for row, count in db.session.execute(sa.select(Track, used).order_by(Track.position, Track.id))
    ]


def track(track_id: int) -> Track:
    """Return a track. Raises NotFoundError."""
    row = db.session.get(Track, track_id)
    if row is None:
        raise NotFoundError
    return row


def begin(actor: Actor, title: str, summary: str) -> Track:
    """Add a track at the end. Raises ConflictError where one of the title is there already."""
    _check_new(title)
    last = db.session.scalar(sa.select(sa.func.max(Track.position))) or 0
    audit.record(actor, Act.TRACK_ADDED, title)
    row = add(Track(slug=free_slug("track", Track.slug), title=title, summary=summary, position=last + 1))
    catalogue_version.changed()
    return row


def write(actor: Actor, row: Track, title: str, summary: str, position: int) -> None:
    """Change what a track is called, what it says and where it stands. Raises ConflictError for a title that is taken."""
    _check_new(title, but=row.id)
    audit.record(actor, Act.TRACK_CHANGED, title)
    row.title, row.summary = title, summary
    others = [other for other, _count in tracks() if other.id != row.id]
    others.insert(max(0, position - 1), row)
    for place, one in enumerate(others, 1):
        one.position = place
    db.session.flush()
    for course in db.session.scalars(
        sa.select(Course)
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .where(CourseEdition.track_id == row.id)
    ):
        index.index_course(course)  # search finds courses by their track, too
    catalogue_version.changed()


def remove(actor: Actor, row: Track) -> None:
    """Take a track out. Raises ConflictError where a course or curriculum, published or not, stands in it."""
    for table in (CourseEdition, Curriculum, CurriculumEdition):
        if db.session.scalar(sa.select(sa.exists().where(table.track_id == row.id))):
            message = "この分野の講座かカリキュラム（下書きや前の版も）があるので、削除できません。それらの分野を変えてから、もう一度お試しください。"
            raise ConflictError(message)
    audit.record(actor, Act.TRACK_REMOVED, row.title)
    db.session.delete(row)
    db.session.flush()
    catalogue_version.changed()


def _check_new(title: str, but: int = 0) -> None:
    if db.session.scalar(sa.select(Track.id).where(Track.title == title, Track.id != but)):
        message = "同じ名前の分野があります。"
        raise ConflictError(message, field="title")
