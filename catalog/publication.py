"""Publication: an edition is handed in, a second person approves it, and it stands in the catalogue.

No remark, no publication: an edition is published only with a motivation and its rationale, objectives and
minutes, and by somebody other than the one who wrote it or handed it in, the secretariat included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel.database import db
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from kernel.page import check_seen

from people import audit
from people.act import Act
from people.permission import Actor, Permission

from courses import catalogue_version, completion_rule
from courses import edition as editions
from courses.lessons import lesson_kind
from courses.models import Course, CourseEdition, EditionState

from catalog import motivation
from catalog.models import Curriculum, CurriculumState, CurriculumStep, Retirement
from catalog.search import index
from catalog.second_person import is_second_person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalog.models import Motivation


def missing_for_publication(edition: CourseEdition) -> list[str]:
    """Return what an edition still lacks before it can be handed in, as sentences."""
    lacks = [
        (not motivation.count_of(edition.course_id), "きっかけになった発言と、その理由を一つ以上つけてください。"),
        (not edition.objectives, "学習目標を一つ以上書いてください。"),
        (not edition.minutes, "所要時間（分）を入力してください。"),
        (not edition.summary, "概要を書いてください。"),
    ]
    whole = editions.whole(edition.id)
    return [
        *(sentence for lacking, sentence in lacks if lacking),
        *lesson_kind.lacks(whole),
        *completion_rule.lacks(whole),
        *filter(None, [completion_rule.minutes_apart(whole)]),
        *filter(None, [_leaves_others(edition)]),
    ]


def _leaves_others(edition: CourseEdition) -> str:
    """Return, as a sentence, that curricula of others hold a course which would be for some only; empty where none does."""
    if edition.only_for is None:
        return ""
    kept = [edition.course.owner_id, *edition.only_for]
    others = db.session.scalar(
        sa.select(sa.func.count(sa.distinct(Curriculum.id)))
        .join(CurriculumStep, CurriculumStep.curriculum_id == Curriculum.id)
        .where(
            CurriculumStep.course_id == edition.course_id,
            Curriculum.state == CurriculumState.PUBLISHED,
            sa.or_(Curriculum.is_for_all, Curriculum.owner_id.not_in(kept)),
        )
    )
    return (
        f"ほかの団体も使うカリキュラム（{others}件）に入っているため、対象をしぼれません。先にカリキュラムから外してもらってください。"
        if others
        else ""
    )


def hand_in(actor: Actor, edition: CourseEdition) -> None:
    """Hand in a draft for approval. Raises ConflictError if it is no draft, InvalidError if something is missing."""
    editions.check_editable(edition)
    if lacks := missing_for_publication(edition):
        raise InvalidError(" ".join(lacks))
    edition.state, edition.handed_in_by_id, edition.review_note = EditionState.IN_REVIEW, actor.staff_id, ""
    edition.reviewer_id = None
    audit.record(actor, Act.HANDED_IN, edition.title, organisation_id=edition.course.owner_id, edition=edition.id)
    db.session.flush()


def take_back(actor: Actor, edition: CourseEdition) -> None:
    """Take a request for approval back: the edition is a draft again. Raises ConflictError if it is not in review."""
    _check_in_review(edition)
    edition.state = EditionState.DRAFT
    audit.record(actor, Act.TAKEN_BACK, edition.title, organisation_id=edition.course.owner_id, edition=edition.id)
    db.session.flush()


def note_of(edition: CourseEdition, note: str, of_lessons: Mapping[int, str]) -> str:
    """Return a note with what was said of single lessons of an edition (which must be `whole`), each by its title."""
    lessons = [lesson for module in edition.modules for lesson in module.lessons if lesson.id in of_lessons]
    return "\n".join(filter(None, [note, *(f"「{lesson.title}」：{of_lessons[lesson.id]}" for lesson in lessons)]))


def send_back(actor: Actor, edition: CourseEdition, note: str) -> None:
    """Send an edition in review back to its author, with a note. Raises ConflictError if it is not in review."""
    _check_in_review(edition)
    edition.state, edition.review_note = EditionState.DRAFT, note
    audit.record(actor, Act.SENT_BACK, edition.title, organisation_id=edition.course.owner_id, edition=edition.id)
    db.session.flush()


OWN = "自分が書いた講座は、自分だけでは公開できません。ほかの研修担当か事務局に確認を頼んでください。"
TOO_NEW = (
    "この版が提出されたあとに付いた役割か、書いた人が付けた役割では、公開できません。"
    "いったん差し戻して提出し直してもらうか、ほかの研修担当か事務局に頼んでください。"
)


OWNER_ID = (
    sa.select(Course.owner_id).where(Course.id == CourseEdition.course_id).correlate(CourseEdition).scalar_subquery()
)


def may_approve(actor: Actor, edition: CourseEdition) -> bool:
    """Tell whether somebody may approve an edition: a second person who writes courses there."""
    return actor.may(Permission.WRITE_COURSES, edition.course.owner_id) and bool(
        db.session.scalar(
            sa.select(CourseEdition.id).where(
                CourseEdition.id == edition.id, is_second_person(actor, CourseEdition, OWNER_ID)
            )
        )
    )


def as_read(edition: CourseEdition, motivations: Sequence[Motivation]) -> tuple[object, ...]:
    """Return what a second person reads of an edition, which must be `whole`: its lessons, files and motivations."""
    lessons = [
        (lesson.id, lesson.title, lesson.body, lesson.content, lesson.minutes, lesson.required)
        for module in edition.modules
        for lesson in module.lessons
    ]
    files = [(file.name, file.digest) for file in edition.assets]
    motives = [(row.remark_id, row.rationale) for row in motivations]
    return edition.id, edition.changed_at.timestamp(), lessons, files, motives


def approve(actor: Actor, edition: CourseEdition, seen: str | None = None) -> None:
    """Approve an edition in review and publish it.

    Raises ForbiddenError for its author, ConflictError if it is not in review or not what was `seen`, InvalidError if
    something is missing.
    """
    _check_in_review(edition)
    if seen:
        check_seen(seen, *as_read(editions.whole(edition.id), motivation.motivations_of(edition.course_id)))
    if not may_approve(actor, edition):
        raise ForbiddenError(OWN if actor.staff_id in {edition.author_id, edition.handed_in_by_id} else TOO_NEW)
    if lacks := missing_for_publication(edition):
        raise InvalidError(" ".join(lacks))
    edition.approved_by_id = actor.staff_id
    editions.publish(edition, edition.course)
    db.session.execute(sa.delete(Retirement).where(Retirement.course_id == edition.course_id))
    index.index_course(edition.course)
    catalogue_version.changed()
    audit.record(actor, Act.PUBLISHED, edition.title, organisation_id=edition.course.owner_id, edition=edition.id)
    db.session.flush()


def _check_in_review(edition: CourseEdition) -> None:
    editions.lock(edition)
    if edition.state is not EditionState.IN_REVIEW:
        message = f"この版は「{edition.state.label}」です。確認中の版だけを扱えます。"
        raise ConflictError(message)


def waiting_for(actor: Actor) -> sa.Select[CourseEdition]:
    """Return the statement of the editions in review that the actor may approve, longest waiting first."""
    return (
        sa.select(CourseEdition)
        .join(CourseEdition.course)
        .options(joinedload(CourseEdition.course).joinedload(Course.owner))
        .where(
            CourseEdition.state == EditionState.IN_REVIEW,
            actor.scope(Permission.WRITE_COURSES).where(Course.owner_id),
            is_second_person(actor, CourseEdition, OWNER_ID),
        )
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
