"""Publication: an edition is handed in, a second person approves it, and it stands in the catalogue.

No remark, no publication: an edition is published only with a motivation and its rationale, objectives and
minutes, and by somebody other than the one who wrote it or handed it in, the secretariat included. Who takes a course out of the
catalogue says why and what comes after it: its page stays and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import NOW, db
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from kernel.page import check_seen

from people import audit
from people.act import Act
from people.permission import Actor, Permission

from courses import catalogue_version, completion_rule
from courses import course as courses
from courses import edition as editions
from courses.lessons import lesson_kind
from courses.models import Course, CourseEdition, EditionState
from courses.sessions.models import TrainingSession

from catalog import motivation
from catalog.curriculum_audience import is_shown_to
from catalog.models import Adoption, CourseRequest, Curriculum, CurriculumState, CurriculumStep, Retirement
from catalog.search import index
from catalog.second_person import is_second_person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalog.models import Motivation


MOST_NAMED = 20


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
    ]


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


@dataclass(frozen=True)
class Uses:
    """What hangs on a course: the curricula that hold it (`others`: those of others for themselves), how many organisations adopted those, coming sessions, people who wait for it."""

    curricula: Sequence[str]
    others: int
    adopters: int
    sessions: int
    waiting: int


def uses_of(actor: Actor, course: Course) -> Uses:
    """Return what hangs on a course, as somebody may know it: two queries."""
    curricula = db.session.scalars(
        sa.select(Curriculum.title)
        .join(CurriculumStep, CurriculumStep.curriculum_id == Curriculum.id)
        .where(CurriculumStep.course_id == course.id, is_shown_to(actor.organisation_ids))
        .order_by(Curriculum.title)
        .limit(MOST_NAMED)
    ).all()
    others = (
        sa.select(sa.func.count())
        .select_from(CurriculumStep)
        .join(Curriculum, Curriculum.id == CurriculumStep.curriculum_id)
        .where(
            CurriculumStep.course_id == course.id,
            Curriculum.state == CurriculumState.PUBLISHED,
            sa.not_(is_shown_to(actor.organisation_ids)),
        )
    )
    adopters = (
        sa.select(sa.func.count(sa.distinct(Adoption.organisation_id)))
        .join(CurriculumStep, CurriculumStep.curriculum_id == Adoption.curriculum_id)
        .where(CurriculumStep.course_id == course.id)
    )
    sessions = (
        sa.select(sa.func.count())
        .select_from(TrainingSession)
        .join(CourseEdition, CourseEdition.id == TrainingSession.edition_id)
        .where(
            CourseEdition.course_id == course.id,
            TrainingSession.ends_at > NOW,
            TrainingSession.is_draft.is_(False),
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
        )
    )
    waiting = sa.select(sa.func.count()).where(CourseRequest.course_id == course.id)
    row = db.session.execute(
        sa.select(
            others.scalar_subquery(), adopters.scalar_subquery(), sessions.scalar_subquery(), waiting.scalar_subquery()
        )
    ).one()
    return Uses(curricula, *row)


def retire(actor: Actor, course: Course, because: str, successor: str = "") -> None:
    """Take a course out of the catalogue, with a reason and perhaps the course that comes after it, by address or title.

    Raises ConflictError if it is not in it, InvalidError for a successor that is not published or is the course itself.
    """
    after = _successor(course, successor)
    title = db.session.scalar(sa.select(CourseEdition.title).where(CourseEdition.id == course.published_id))
    editions.retire(course)
    index.index_course(course)
    catalogue_version.changed()
    db.session.merge(
        Retirement(course_id=course.id, because=because, successor_id=after and after.id, retired_at=clock.now())
    )
    audit.record(actor, Act.RETIRED, title or course.slug, organisation_id=course.owner_id)
    db.session.flush()


def _successor(course: Course, name: str) -> Course | None:
    if not name:
        return None
    found = db.session.get_one(Course, courses.named([name], field="successor")[name])
    if found is course:
        message = "この講座のほかの講座を入力してください。"
        raise InvalidError(message, field="successor")
    return found


def retirement_of(slug: str) -> tuple[Retirement, str]:
    """Return why a course is in the catalogue no more, and the title that it had. Raises NotFoundError where it never was."""
    found = db.session.scalars(
        sa.select(Retirement)
        .join(Retirement.course)
        .options(contains_eager(Retirement.course), joinedload(Retirement.successor).joinedload(Course.published))
        .where(Course.slug == slug, Course.published_id.is_(None))
    ).one_or_none()
    if found is None:
        raise NotFoundError
    title = db.session.scalar(
        sa.select(CourseEdition.title)
        .where(CourseEdition.course_id == found.course_id, CourseEdition.state == EditionState.RETIRED)
        .order_by(CourseEdition.number.desc())
        .limit(1)
    )
    return found, title or ""


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
