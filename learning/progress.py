"""Progress (学習の進み): a lesson is seen, worked on, finished; and the completion that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import db, insert
from kernel.errors import ConflictError

from courses.lessons.lesson_kind import FinishedBy, finished_by, kind_of

from participation import enrolment as enrolments
from participation.attending import completion
from participation.models import OPEN_STATES, Enrolment, EnrolmentState
from participation.present_office import office_of

from learning.models import Progress
from learning.path import NO_WAY, ways_of

if TYPE_CHECKING:
    from courses.models import Lesson

    from learning.path import Path

LAST_POSITION = 100_000
LONGEST_NOTE = 10_000


def _touch(enrolment_id: int, lesson_id: int, **change: Any) -> None:
    """Write what changed of a lesson's progress, whether or not there is a row: two windows may do so at once."""
    values = {"seen_at": clock.now(), **change}
    db.session.execute(
        insert(Progress)
        .values(
            enrolment_id=enrolment_id,
            lesson_id=lesson_id,
            **{"position": 0, "note": "", "shared": False, "comment": "", "more_attempts": 0, **values},
        )
        .on_conflict_do_update(index_elements=["enrolment_id", "lesson_id"], set_=values)
    )


def more_attempts(enrolment_id: int) -> dict[int, int]:
    """Return how many attempts were granted beyond the limits of the quizzes, by lesson."""
    rows = db.session.execute(
        sa.select(Progress.lesson_id, Progress.more_attempts).where(
            Progress.enrolment_id == enrolment_id, Progress.more_attempts > 0
        )
    )
    return {lesson_id: more for lesson_id, more in rows}  # noqa: C416 - pairs of a row, not of a mapping


def grant_attempt(enrolment_id: int, lesson_id: int) -> None:
    """Let somebody try a quiz once more than its limit says."""
    _touch(enrolment_id, lesson_id)
    db.session.execute(
        sa.update(Progress)
        .where(Progress.enrolment_id == enrolment_id, Progress.lesson_id == lesson_id)
        .values(more_attempts=Progress.more_attempts + 1)
        .execution_options(synchronize_session=False)
    )


def begin(enrolment: Enrolment) -> None:
    """Note that somebody began to learn at the own pace; to begin again, or what is closed, changes nothing."""
    if enrolment.state in OPEN_STATES and enrolment.session_id is None:
        enrolments.start(enrolment)


def touch(enrolment: Enrolment, lesson_id: int) -> None:
    """Note that somebody is at a lesson, and so has begun."""
    begin(enrolment)
    _touch(enrolment.id, lesson_id)


def see(path: Path, lesson: Lesson, position: int) -> None:
    """Keep the paragraph at which somebody is, so that another device goes on there."""
    begin(path.enrolment)
    _touch(path.enrolment.id, lesson.id, position=max(0, min(position, LAST_POSITION)))


def write_note(path: Path, lesson: Lesson, note: str, *, shared: bool = False) -> None:
    """Keep what somebody wrote in a practice task, for the coordinator to read or not. Raises ConflictError for a lesson that is none."""
    if not kind_of(lesson).is_written:
        message = "このレッスンに書き込むところはありません。"
        raise ConflictError(message)
    begin(path.enrolment)
    earlier, note = path.progress.get(lesson.id), note[:LONGEST_NOTE]
    is_new = not (earlier and earlier.shared and earlier.note == note)
    shown_to = office_of(path.enrolment) if is_new else earlier and earlier.shown_to_id
    _touch(path.enrolment.id, lesson.id, note=note, shared=shared, shown_to_id=shown_to if shared else None)


def finish(path: Path, lesson: Lesson) -> bool:
    """Finish a lesson; twice is once. Return whether the course is completed by it.

    Raises ConflictError for a quiz, which is finished by passing it, for a package that is finished by running it, and
    for a practice task with nothing written.
    """
    mine = path.progress.get(lesson.id)
    return finish_written(path, lesson, mine.note if mine else "")


def finish_written(path: Path, lesson: Lesson, note: str) -> bool:
    """Finish a lesson as `finish` does, with what was just written in it."""
    rule = finished_by(lesson)
    if rule.label and not (rule is FinishedBy.WRITING and note.strip()):
        raise ConflictError(rule.label, field="note")
    return mark_finished(path.enrolment, lesson.id)


def mark_finished(enrolment: Enrolment, lesson_id: int) -> bool:
    """Note that a lesson is finished, however that came; return whether the course is completed by it."""
    completion.lock([enrolment.id])
    if enrolment.state is EnrolmentState.WITHDRAWN:
        return False
    touch(enrolment, lesson_id)
    db.session.execute(
        sa.update(Progress)
        .where(Progress.enrolment_id == enrolment.id, Progress.lesson_id == lesson_id, Progress.finished_at.is_(None))
        .values(finished_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    way = ways_of([enrolment.id]).get(enrolment.id, NO_WAY)
    return way.is_finished and completion.lessons_finished(enrolment)


def finish_course(path: Path) -> None:
    """Finish a course whose required lessons are all finished: nobody completes a course by their word alone.

    Raises ConflictError where lessons are left, or where there are none to be finished.
    """
    if not path.required:
        message = "修了に必要なレッスンがまだないため、修了にできません。講座をつくった団体にお知らせください。"
        raise ConflictError(message)
    if path.left:
        message = "必修のレッスンをすべて終えると修了になります。"
        raise ConflictError(message)
    completion.lessons_finished(path.enrolment)
