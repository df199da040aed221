"""The queue of approvals (確認待ち): what waits for a second person, how long, and who has said that they read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from people.models import Staff

from courses.models import CourseEdition

from catalog import publication
from catalog.curricula import approval
from catalog.curricula.models import CurriculumEdition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

MOST = 100


@dataclass(frozen=True)
class Waiting:
    """An edition of a course or curriculum that waits for a second person, for so many days."""

    edition: Any
    is_course: bool
    days: int


def queue(actor: Actor) -> list[Waiting]:
    """Return what the actor may approve, longest waiting first: two queries."""
    found: Sequence[Any] = [
        *db.session.scalars(
            publication.waiting_for(actor).options(joinedload(CourseEdition.reviewer)).limit(MOST)
        ).all(),
        *db.session.scalars(
            approval.waiting_for(actor).options(joinedload(CurriculumEdition.reviewer)).limit(MOST)
        ).all(),
    ]
    return [
        Waiting(row, isinstance(row, CourseEdition), (clock.today() - clock.local(row.changed_at).date()).days)
        for row in sorted(found, key=lambda row: row.changed_at)
    ]


def take_up_course(actor: Actor, edition_id: int, *, wants: bool) -> None:
    """Say that one reads an edition of a course, or leave it to others again; return whether one reads it now.

    Raises NotFoundError for one that the actor may not approve, ConflictError where somebody else reads it.
    """
    _take_up(actor, publication.waiting_for(actor), CourseEdition, edition_id, wants=wants)


def take_up_curriculum(actor: Actor, edition_id: int, *, wants: bool) -> None:
    """Say that one reads an edition of a curriculum, or leave it to others again; as `take_up_course` does."""
    _take_up(actor, approval.waiting_for(actor), CurriculumEdition, edition_id, wants=wants)


def _take_up(actor: Actor, waiting: sa.Select[Any], table: Any, edition_id: int, *, wants: bool) -> None:
    edition = db.session.scalar(waiting.where(table.id == edition_id).with_for_update(of=table))
    if edition is None:
        raise NotFoundError
    if edition.reviewer_id not in {None, actor.staff_id}:
        name = db.session.scalar(sa.select(Staff.name).where(Staff.id == edition.reviewer_id))
        message = (
            f"{name}さんが確認しています。代わるときは、{name}さんに「ほかの人に任せる」を押してもらってください。"
        )
        raise ConflictError(message)
    reader = actor.staff_id if wants else None
    db.session.execute(  # who reads it changes nothing that was read
        sa.update(table).where(table.id == edition_id).values(reviewer_id=reader, changed_at=table.changed_at)
    )
