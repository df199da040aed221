"""Cards: what a list shows of published courses, and whether each can be taken now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kernel import clock
from kernel.database import db

from people.models import Organisation

from courses.catalogue_version import Kept
from courses.models import Course, CourseEdition, Format, Level, Track
from courses.sessions.audience import is_open_to_all, is_open_to_whom_its_course_is_for
from courses.sessions.models import AdmissionRule, TrainingSession

from catalog.facets import HAS_LESSONS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Card:
    """What a list shows of a published course. `next_at`: when the next session begins for which all may still apply.

    `free` are its free places, None where they are shared out after the applications.
    """

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
    free: int | None

    @property
    def can_be_taken(self) -> bool:
        """Tell whether somebody can begin or apply now."""
        return self.has_lessons if self.format.is_own_pace else self.next_at is not None

    @property
    def when(self) -> str:
        """Return when it can be taken, in words."""
        if self.format.is_own_pace:
            return "すぐ受けられます" if self.has_lessons else "教材を準備中です"
        if self.next_at is None:
            return "いま申し込める開催はありません"
        places = "" if self.free is None else f"　残り{self.free}席"
        return f"次の開催 {clock.date_label(clock.local(self.next_at).date())}{places}"


HELD = aliased(CourseEdition)
TO_APPLY_FOR = (
    TrainingSession.starts_at > sa.bindparam("now"),
    TrainingSession.applications_close_at > sa.bindparam("now"),
    is_open_to_whom_its_course_is_for(),
    TrainingSession.cancelled_at.is_(None),
    TrainingSession.called_off_at.is_(None),
    sa.or_(TrainingSession.giving != AdmissionRule.FIRST_COME, TrainingSession.taken < TrainingSession.capacity),
)
NEXT_ID = (
    sa.select(TrainingSession.id)
    .join(HELD, HELD.id == TrainingSession.edition_id)
    .where(HELD.course_id == Course.id, *TO_APPLY_FOR)
    .order_by(TrainingSession.starts_at, TrainingSession.id)
    .limit(1)
    .correlate(Course)
    .scalar_subquery()
)
NEXT = aliased(TrainingSession)
FREE = sa.case((NEXT.giving == AdmissionRule.FIRST_COME, NEXT.capacity - NEXT.taken))
NEXT_SESSIONS = (
    sa.select(Course.id, NEXT.starts_at, FREE)
    .join(NEXT, NEXT.id == NEXT_ID)
    .where(Course.id.in_(sa.bindparam("ids", expanding=True)))
)
CARDS = (
    sa.select(
        Course.id, Course.slug, Organisation.name, CourseEdition.title, CourseEdition.summary, CourseEdition.level,
        CourseEdition.format, CourseEdition.minutes, Track.title, Track.slug, HAS_LESSONS, sa.null(), sa.null(),
    )
    .join(CourseEdition, CourseEdition.id == Course.published_id)
    .join(Track, Track.id == CourseEdition.track_id)
    .join(Organisation, Organisation.id == Course.owner_id)
    .where(Course.id.in_(sa.bindparam("ids", expanding=True)))
)  # fmt: skip
MOST_KEPT = 10_000
KEPT: Kept[dict[int, Card]] = Kept(dict, seconds=600)
"""The cards that were shown, without their sessions; an organisation that is named anew, within ten minutes."""


def cards(ids: Sequence[int]) -> list[Card]:
    """Return the cards of published courses in the order of their ids as given: two queries, less where cards were shown before."""
    kept = KEPT.current()
    if len(kept) > MOST_KEPT:
        kept.clear()
    by_id = {course_id: card for course_id in ids if (card := kept.get(course_id))}
    if new := [course_id for course_id in ids if course_id not in by_id]:
        rows: Iterable[Any] = db.session.execute(CARDS, {"ids": new})
        read = {row[0]: Card(*row) for row in rows}
        kept.update(read)
        by_id |= read
    found = [by_id[course_id] for course_id in ids if course_id in by_id]
    held = [card.course_id for card in found if not card.format.is_own_pace]
    if not held:
        return found
    rows = db.session.execute(NEXT_SESSIONS, {"ids": held, "now": clock.now()})
    coming = {course_id: (next_at, free) for course_id, next_at, free in rows}
    return [
        replace(card, next_at=coming[card.course_id][0], free=coming[card.course_id][1])
        if card.course_id in coming
        else card
        for card in found
    ]


def with_sessions() -> set[int]:
    """Return the courses that have a session for which all may still apply: one query."""
    return set(
        db.session.scalars(
            sa.select(CourseEdition.course_id)
            .join(TrainingSession, TrainingSession.edition_id == CourseEdition.id)
            .where(*TO_APPLY_FOR, is_open_to_all())
            .distinct(),
            {"now": clock.now()},
        )
    )
