"""Attempts (受験) at a quiz: begun, answered bit by bit, submitted once, marked by the quiz; passing it finishes the lesson."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from courses.lessons import quiz as quizzes
from courses.lessons import quiz_data
from courses.lessons.lesson_kind import finished_by, kind_of
from courses.models import Lesson, Module

from participation.models import Enrolment, EnrolmentState

from learning import progress
from learning.models import Attempt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from people.permission import Actor

    from courses.lessons.question import Mark
    from courses.lessons.quiz import AreaResult, Asked, Quiz

    from learning.path import Path

LONGEST_ANSWER = 500
MOST_PARTS = 50
Answers = dict[str, list[str]]
"""What was answered: by the number of the question in the quiz, the parts of the answer."""


@dataclass(frozen=True)
class Result:
    """A submitted attempt with what was asked, the mark of each answer, and the lessons that it leaves behind."""

    attempt: Attempt
    quiz: Quiz
    marks: Sequence[tuple[Asked, Sequence[str], Mark]]
    spared: tuple[Lesson, ...] = ()

    @property
    def by_area(self) -> list[AreaResult]:
        """Return what the attempt came to in each area."""
        return quizzes.by_area(self.quiz, [(one.question, mark) for one, _answer, mark in self.marks])


def quiz_to_ask(lesson: Lesson) -> Quiz:
    """Return the quiz of a lesson. Raises NotFoundError for one that has none."""
    if not kind_of(lesson).has_questions:
        raise NotFoundError
    return quiz_data.quiz_from(lesson.content)


def attempts(enrolment: Enrolment, lesson_id: int) -> Sequence[Attempt]:
    """Return somebody's attempts at a quiz, first to last, those of earlier enrolments that came to nothing included."""
    return db.session.scalars(
        sa.select(Attempt)
        .join(Attempt.enrolment)
        .where(
            Attempt.lesson_id == lesson_id,
            Enrolment.staff_id == enrolment.staff_id,
            sa.or_(Enrolment.id == enrolment.id, Enrolment.state == EnrolmentState.WITHDRAWN),
        )
        .order_by(Attempt.started_at, Attempt.id)
    ).all()


def open_attempt(enrolment: Enrolment, made: Sequence[Attempt]) -> Attempt | None:
    """Return the attempt of an enrolment that is still open."""
    return next((one for one in made if one.enrolment_id == enrolment.id and one.submitted_at is None), None)


def why_not(quiz: Quiz, made: Sequence[Attempt], more: int = 0) -> str:
    """Return why no further attempt can be begun now; empty where one can. `more` attempts were granted beyond the limit."""
    submitted = [one for one in made if one.submitted_at]
    most = quiz.attempts + more
    if quiz.attempts and len(submitted) >= most:
        advice = (
            "" if any(one.passed for one in submitted) else "もう一度受けたいときは、研修担当に回数の追加を頼めます。"
        )
        return f"受けられる{most}回をすべて使いました。{advice}"
    if not submitted or submitted[-1].submitted_at is None:
        return ""
    again = submitted[-1].submitted_at + dt.timedelta(minutes=quiz.wait_minutes)
    return f"次は {clock.moment_label(again)} から受けられます。" if again > clock.now() else ""


def more_of(path: Path, lesson: Lesson) -> int:
    """Return how many attempts at a quiz were granted to somebody beyond its limit."""
    mine = path.progress.get(lesson.id)
    return mine.more_attempts if mine else 0


def begin(path: Path, lesson: Lesson) -> Attempt:
    """Begin an attempt, or go on with the open one. Raises ConflictError where none can be begun now."""
    quiz, enrolment = quiz_to_ask(lesson), path.enrolment
    made = attempts(enrolment, lesson.id)
    if present := open_attempt(enrolment, made):
        return present
    if reason := why_not(quiz, made, more_of(path, lesson)):
        raise ConflictError(reason)
    number = 1 + sum(one.enrolment_id == enrolment.id for one in made)
    attempt = Attempt(enrolment_id=enrolment.id, lesson_id=lesson.id, number=number, seed=secrets.token_hex(16))
    try:
        with db.session.begin_nested():
            db.session.add(attempt)
            db.session.flush()
    except IntegrityError:  # another window was faster
        return attempts(enrolment, lesson.id)[-1]
    progress.see(path, lesson, 0)
    return attempt


def own_attempt(actor: Actor, attempt_id: int) -> Attempt:
    """Return an own attempt with its lesson and enrolment. Raises NotFoundError."""
    attempt = db.session.scalar(
        sa.select(Attempt)
        .join(Attempt.enrolment)
        .options(
            joinedload(Attempt.lesson).joinedload(Lesson.module).joinedload(Module.edition),
            joinedload(Attempt.enrolment),
        )
        .where(
            Attempt.id == attempt_id,
            Enrolment.staff_id == actor.staff_id,
            Enrolment.state != EnrolmentState.WITHDRAWN,
        )
    )
    if attempt is None:
        raise NotFoundError
    return attempt


def _lock(attempt: Attempt) -> None:
    """Hold the row until the transaction ends, so that what two windows send follows each other."""
    db.session.refresh(attempt, ["answers", "submitted_at"], with_for_update=True)


def keep(attempt: Attempt, answers: Mapping[str, Sequence[str]]) -> None:
    """Keep answers, each beside those that are kept already. What comes after the submission changes nothing."""
    _lock(attempt)
    if attempt.submitted_at is not None:
        return
    attempt.answers = {**attempt.answers, **_answers(attempt, answers)}
    db.session.flush()


def _answers(attempt: Attempt, answers: Mapping[str, Sequence[str]]) -> Answers:
    numbers = {str(one.number) for one in quizzes.asked(quiz_to_ask(attempt.lesson), attempt.seed)}
    return {
        number: [part[:LONGEST_ANSWER] for part in parts[:MOST_PARTS]]
        for number, parts in answers.items()
        if number in numbers
    }


def unanswered(attempt: Attempt, answers: Mapping[str, Sequence[str]]) -> list[tuple[int, int]]:
    """Return the questions of an open attempt that have no answer, with those just given: place and number of each."""
    given = {**attempt.answers, **answers}
    if attempt.submitted_at is not None:
        return []
    return [
        (place, one.number)
        for place, one in enumerate(quizzes.asked(quiz_to_ask(attempt.lesson), attempt.seed), 1)
        if not any(part.strip() for part in given.get(str(one.number), []))
    ]


def submit(attempt: Attempt, answers: Mapping[str, Sequence[str]]) -> bool:
    """Submit an attempt with its last answers; twice is once. Return whether the course is completed by it."""
    keep(attempt, answers)
    if attempt.submitted_at is not None:
        return False
    quiz = quiz_to_ask(attempt.lesson)
    marks = _marks(quiz, attempt)
    reached = quizzes.score([mark for _one, _answer, mark in marks])
    attempt.score, attempt.passed, attempt.submitted_at = reached, quizzes.passed(quiz, reached), clock.now()
    db.session.flush()
    finished = [attempt.lesson_id] if attempt.passed else []
    finished += [lesson.id for lesson in _spared(Result(attempt, quiz, marks))]
    completed = [progress.mark_finished(attempt.enrolment, lesson_id) for lesson_id in finished]
    return any(completed)


def _spared(result: Result) -> Sequence[Lesson]:
    """Return the lessons that somebody has behind them by a quiz: those that reading finishes, titled as an area that was all right."""
    known = [area.area for area in result.by_area if area.is_full] if result.quiz.spares else []
    if not known:
        return []
    here = result.attempt.lesson.module.edition_id
    rows = db.session.scalars(
        sa.select(Lesson)
        .join(Lesson.module)
        .where(Module.edition_id == here, Lesson.title.in_(known))
        .order_by(Lesson.id)
    )
    return [row for row in rows if not finished_by(row).label]


def _marks(quiz: Quiz, attempt: Attempt) -> list[tuple[Asked, Sequence[str], Mark]]:
    given = attempt.answers
    return [
        (one, given.get(str(one.number), []), one.mark(given.get(str(one.number), [])))
        for one in quizzes.asked(quiz, attempt.seed)
    ]


def result(attempt: Attempt) -> Result:
    """Return a submitted attempt with its marks. Raises NotFoundError for one that is still open."""
    if attempt.submitted_at is None:
        raise NotFoundError
    quiz = quiz_to_ask(attempt.lesson)
    told = Result(attempt, quiz, _marks(quiz, attempt))
    return replace(told, spared=tuple(_spared(told)))


def asked(attempt: Attempt, quiz: Quiz) -> list[tuple[Asked, Sequence[str]]]:
    """Return what is asked in an attempt, with the answers kept so far."""
    return [(one, attempt.answers.get(str(one.number), [])) for one in quizzes.asked(quiz, attempt.seed)]
