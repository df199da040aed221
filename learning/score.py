"""Scores (成績): what the quizzes and packages of an enrolment came to, for who looks after the learner; and a further attempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from people import audit
from people.act import Act
from people.membership import are_said_by
from people.models import Membership

from courses.lessons.lesson_kind import kind_of, quiz_in
from courses.models import CourseEdition, Lesson, LessonKind, Module
from courses.packages import package as packages
from courses.packages.manifest import pages, parts_from

from participation.models import Enrolment
from participation.present_office import is_looked_after_by, office_of

from learning import progress
from learning.models import Attempt, PackageRun, TakeHome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

MOST_GRANTED = 20


@dataclass(frozen=True)
class LessonScore:
    """What a quiz or a package came to. `used_up`: no further attempt can be begun, and none was passed."""

    lesson: Lesson
    attempts: Sequence[Attempt]
    parts: Sequence[tuple[str, PackageRun]]
    granted: int
    used_up: bool


def enrolments_with_scores(actor: Actor, text: str = "") -> sa.Select[Enrolment]:
    """Return the statement of the own staff's enrolments in which a quiz was handed in, a package was run or a file came back, latest first.

    Each word of `text` is looked for, in any spelling, in who learns and in the title of the course.
    """
    statement = (
        sa.select(Enrolment)
        .join(Enrolment.staff)
        .join(Enrolment.edition)
        .options(contains_eager(Enrolment.staff), contains_eager(Enrolment.edition))
        .where(
            is_looked_after_by(actor),
            sa.or_(
                sa.exists().where(Attempt.enrolment_id == Enrolment.id, Attempt.submitted_at.is_not(None)),
                sa.exists().where(PackageRun.enrolment_id == Enrolment.id),
                sa.exists().where(TakeHome.enrolment_id == Enrolment.id, TakeHome.returned_at.is_not(None)),
            ),
        )
        .order_by(Enrolment.id.desc())
    )
    for word in text.split():
        said = sa.select(Membership.id).join(Membership.staff).where(Membership.staff_id == Enrolment.staff_id)
        statement = statement.where(
            sa.or_(
                said.where(Membership.organisation_id == Enrolment.organisation_id, *are_said_by(word))
                .correlate(Enrolment)
                .exists(),
                CourseEdition.title.contains(word, autoescape=True),
            )
        )
    return statement


def enrolment_of(actor: Actor, enrolment_id: int) -> Enrolment:
    """Return an enrolment of the own staff, with person and edition. Raises NotFoundError."""
    found = db.session.scalar(
        sa.select(Enrolment)
        .options(joinedload(Enrolment.staff), joinedload(Enrolment.edition), joinedload(Enrolment.course))
        .where(Enrolment.id == enrolment_id, is_looked_after_by(actor))
    )
    if found is None:
        raise NotFoundError
    return found


def file_of(enrolment: Enrolment) -> TakeHome | None:
    """Return the file by which an enrolment was taken, None where none came back."""
    found = db.session.get(TakeHome, enrolment.id)
    return found if found and found.returned_at else None


def scores_of(enrolment: Enrolment) -> list[LessonScore]:
    """Return what each quiz and each package of an enrolment came to, in the order of the lessons."""
    lessons = db.session.scalars(
        sa.select(Lesson)
        .join(Lesson.module)
        .where(Module.edition_id == enrolment.edition_id, Lesson.kind.in_((LessonKind.QUIZ, LessonKind.PACKAGE)))
        .order_by(Module.position, Lesson.position)
    ).all()
    attempts = db.session.scalars(
        sa.select(Attempt)
        .where(Attempt.enrolment_id == enrolment.id, Attempt.submitted_at.is_not(None))
        .order_by(Attempt.number)
    ).all()
    runs = db.session.scalars(
        sa.select(PackageRun).where(PackageRun.enrolment_id == enrolment.id).order_by(PackageRun.seen_at)
    ).all()
    more = progress.more_attempts(enrolment.id)
    return [
        _score(
            lesson,
            enrolment.edition_id,
            [one for one in attempts if one.lesson_id == lesson.id],
            {run.part: run for run in runs if run.lesson_id == lesson.id},
            more.get(lesson.id, 0),
        )
        for lesson in lessons
    ]


def _score(
    lesson: Lesson, edition_id: int, attempts: Sequence[Attempt], runs: dict[str, PackageRun], granted: int
) -> LessonScore:
    if not kind_of(lesson).has_questions:
        package = packages.chosen(lesson, edition_id) if runs else None
        parts = pages(parts_from(package.outline)) if package else []
        shown = [(part.title, runs[part.identifier]) for part in parts if part.identifier in runs]
        return LessonScore(lesson, [], shown, 0, used_up=False)
    most = quiz_in(lesson).attempts
    used_up = bool(most) and len(attempts) >= most + granted and not any(one.passed for one in attempts)
    return LessonScore(lesson, attempts, [], granted, used_up)


def grant_attempt(actor: Actor, enrolment_id: int, lesson_id: int) -> None:
    """Let one of the own staff try a quiz once more.

    Raises NotFoundError for anybody else's and for what is no quiz, ConflictError where attempts are left.
    """
    enrolment = enrolment_of(actor, enrolment_id)
    score = next((one for one in scores_of(enrolment) if one.lesson.id == lesson_id), None)
    if score is None or not kind_of(score.lesson).has_questions:
        raise NotFoundError
    if not enrolment.state.is_open or not score.used_up or score.granted >= MOST_GRANTED:
        message = "まだ受けられる回数が残っているか、すでに合格しているか、受講を終えています。"
        raise ConflictError(message)
    progress.grant_attempt(enrolment.id, lesson_id)
    audit.record(
        actor,
        Act.ATTEMPT_GRANTED,
        score.lesson.title,
        organisation_id=office_of(enrolment),
        staff=enrolment.staff_id,
    )
    db.session.flush()
