"""Publication: an edition is handed in, a second person approves it, and it stands in the catalogue.

No remark, no publication: an edition is published only with a motivation and its rationale, objectives and
minutes, and by somebody other than the one who wrote it (or by the secretariat).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel.database import db
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.permission import Actor, Permission

from courses import catalogue_version, completion_rule
from courses import edition as editions
from courses.lessons import lesson_kind
from courses.models import Course, CourseEdition, EditionState

from catalog import motivation
from catalog.search import index

if TYPE_CHECKING:
    from sqlalchemy.sql import ColumnElement


def missing_for_publication(edition: CourseEdition) -> list[str]:
    """Return what an edition still lacks before it can be handed in, as sentences."""
    lacks = [
        (not motivation.count_of(edition.course_id), "きっかけになった発言と、その理由を一つ以上つけてください。"),
        (not edition.objectives, "学習目標を一つ以上書いてください。"),
        (not edition.minutes, "所要時間(分)を入力してください。"),
        (not edition.summary, "概要を書いてください。"),
    ]
    whole = editions.whole(edition.id)
    return [
        *(sentence for lacking, sentence in lacks if lacking),
        *lesson_kind.lacks(whole),
        *completion_rule.lacks(whole),
    ]


def hand_in(actor: Actor, edition: CourseEdition) -> None:
    """Hand in a draft for approval. Raises ConflictError if it is no draft, InvalidError if something is missing."""
    editions.check_editable(edition)
    if lacks := missing_for_publication(edition):
        raise InvalidError(" ".join(lacks))
    edition.state, edition.handed_in_by_id, edition.review_note = EditionState.IN_REVIEW, actor.staff_id, ""
    audit.record(actor, Act.HANDED_IN, edition.title, organisation_id=edition.course.owner_id, edition=edition.id)
    db.session.flush()


def send_back(actor: Actor, edition: CourseEdition, note: str) -> None:
    """Send an edition in review back to its author, with a note. Raises ConflictError if it is not in review."""
    _check_in_review(edition)
    edition.state, edition.review_note = EditionState.DRAFT, note
    audit.record(actor, Act.SENT_BACK, edition.title, organisation_id=edition.course.owner_id, edition=edition.id)
    db.session.flush()


def may_approve(actor: Actor, edition: CourseEdition) -> bool:
    """Tell whether somebody may approve an edition: not its author nor who handed it in, unless the secretariat."""
    if actor.may(Permission.MANAGE_CATALOG):
        return True
    own = {edition.author_id, edition.handed_in_by_id}
    return actor.may(Permission.WRITE_COURSES, edition.course.owner_id) and actor.staff_id not in own


def approve(actor: Actor, edition: CourseEdition) -> None:
    """Approve an edition in review and publish it.

    Raises ForbiddenError for its author, ConflictError if it is not in review, InvalidError if something is missing.
    """
    _check_in_review(edition)
    if not may_approve(actor, edition):
        message = "自分が書いた講座は、自分だけでは公開できません。ほかの研修担当か事務局に確認を頼んでください。"
        raise ForbiddenError(message)
    if lacks := missing_for_publication(edition):
        raise InvalidError(" ".join(lacks))
    edition.approved_by_id = actor.staff_id
    editions.publish(edition, edition.course)
    index.index_course(edition.course)
    catalogue_version.changed()
    audit.record(actor, Act.PUBLISHED, edition.title, organisation_id=edition.course.owner_id, edition=edition.id)
    db.session.flush()


def retire(actor: Actor, course: Course) -> None:
    """Take a course out of the catalogue. Raises ConflictError if it is not in it."""
    editions.retire(course)
    index.index_course(course)
    catalogue_version.changed()
    audit.record(actor, Act.RETIRED, course.slug, organisation_id=course.owner_id)
    db.session.flush()


def _check_in_review(edition: CourseEdition) -> None:
    editions.lock(edition)
    if edition.state is not EditionState.IN_REVIEW:
        message = f"この版は「{edition.state.label}」です。確認中の版だけを扱えます。"
        raise ConflictError(message)


def waiting_for(actor: Actor) -> sa.Select[CourseEdition]:
    """Return the statement of the editions in review that the actor may approve, longest waiting first."""
    own = sa.func.coalesce(CourseEdition.author_id, 0) != actor.staff_id
    not_handed_in = sa.func.coalesce(CourseEdition.handed_in_by_id, 0) != actor.staff_id
    colleague: ColumnElement[bool] = sa.and_(
        actor.scope(Permission.WRITE_COURSES).where(Course.owner_id), own, not_handed_in
    )
    anybody = sa.true() if actor.may(Permission.MANAGE_CATALOG) else sa.false()
    return (
        sa.select(CourseEdition)
        .join(CourseEdition.course)
        .options(joinedload(CourseEdition.course).joinedload(Course.owner))
        .where(CourseEdition.state == EditionState.IN_REVIEW, sa.or_(anybody, colleague))
        .order_by(CourseEdition.changed_at, CourseEdition.id)
    )


def edition_in_review(actor: Actor, edition_id: int) -> CourseEdition:
    """Return an edition of a course that the actor may change or approve, whole. Raises NotFoundError."""
    edition = db.session.scalar(
        sa.select(CourseEdition)
        .join(CourseEdition.course)
        .options(joinedload(CourseEdition.course))
        .where(CourseEdition.id == edition_id, actor.scope(Permission.WRITE_COURSES).where(Course.owner_id))
    )
    if edition is None:
        raise NotFoundError
    return editions.whole(edition.id)
