"""Cards: what a list shows of published courses, and whether each can be taken now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kernel import clock
from kernel.database import db

from people.models import Organisation

from courses.models import Course, CourseEdition, Format, Lesson, Level, Module, Track
from courses.sessions.models import Audience, TrainingSession

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Card:
    """What a list shows of a published course. `next_at`: when the next session that is open to all begins."""

    course_id: int
    slug: str
    owner: str
    title: str
    summary: str
    level: Level
    format: Format
    minutes: int | None
    track: str
    track_slug: str
    has_lessons: bool
    next_at: dt.datetime | None

    @property
    def can_be_taken(self) -> bool:
        """Tell whether somebody can begin or apply now."""
        return self.has_lessons if self.format.is_own_pace else self.next_at is not None

    @property
    def when(self) -> str:
        """Return when it can be taken, in words."""
        if self.format.is_own_pace:
            return "すぐ受けられます" if self.has_lessons else "教材を準備中です"
        return f"次の開催 {clock.date_label(clock.local(self.next_at).date())}" if self.next_at else "開催は未定です"


HELD = aliased(CourseEdition)
HAS_LESSONS = sa.exists().where(Module.edition_id == CourseEdition.id, Lesson.module_id == Module.id)
NEXT_AT = (
    sa.select(sa.func.min(TrainingSession.starts_at))
    .join(HELD, HELD.id == TrainingSession.edition_id)
    .where(
        HELD.course_id == Course.id,
        TrainingSession.starts_at > sa.bindparam("now"),
        TrainingSession.audience == Audience.ALL,
        TrainingSession.cancelled_at.is_(None),
        TrainingSession.called_off_at.is_(None),
    )
    .correlate(Course)
    .scalar_subquery()
)
CARDS = (
    sa.select(
        Course.id, Course.slug, Organisation.name, CourseEdition.title, CourseEdition.summary, CourseEdition.level,
        CourseEdition.format, CourseEdition.minutes, Track.title, Track.slug, HAS_LESSONS, NEXT_AT,
    )
    .join(CourseEdition, CourseEdition.id == Course.published_id)
    .join(Track, Track.id == CourseEdition.track_id)
    .join(Organisation, Organisation.id == Course.owner_id)
    .where(Course.id.in_(sa.bindparam("ids", expanding=True)))
)  # fmt: skip


def cards(ids: Sequence[int]) -> list[Card]:
    """Return the cards of published courses in the order of their ids as given: one query."""
    if not ids:
        return []
    rows: Iterable[Any] = db.session.execute(CARDS, {"ids": list(ids), "now": clock.now()})
    by_id = {row[0]: Card(*row) for row in rows}
    return [by_id[course_id] for course_id in ids if course_id in by_id]
