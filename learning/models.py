"""Tables of learning: progress in the lessons of an enrolment, attempts at its quizzes, runs of its packages, files, feedback."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import BIG_ID, Base
from kernel.vocabulary import Term

from courses.models import Lesson

from participation.models import Enrolment


class Progress(Base):
    """How far somebody got in a lesson. `position` is the paragraph last seen, `note` what was written in a practice task.

    `shared`: the coordinator of `shown_to_id`, the office when it was written, may read the note, and comment on it. `more_attempts` at its quiz were granted beyond its limit.

    A lesson that is finished stays finished, whatever another window says later.
    """

    __tablename__ = "progress"
    enrolment_id: Mapped[int] = mapped_column(BIG_ID, sa.ForeignKey("enrolment.id"), primary_key=True)
    lesson_id: Mapped[int] = mapped_column(sa.ForeignKey("lesson.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[dt.datetime | None]
    note: Mapped[str] = mapped_column(default="")
    shared: Mapped[bool] = mapped_column(default=False)
    shown_to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    comment: Mapped[str] = mapped_column(default="")
    commented_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    more_attempts: Mapped[int] = mapped_column(default=0)
    lesson: Mapped[Lesson] = relationship(lazy="raise_on_sql")
    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")
    __table_args__ = (sa.CheckConstraint("position >= 0", "position_not_negative"),)


_OPEN = sa.text("submitted_at IS NULL")


class Attempt(Base):
    """An attempt at a quiz: the seed that says what was asked in which order, and the answers by question number.

    An attempt that is not submitted is open; there is at most one.
    """

    __tablename__ = "attempt"
    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(BIG_ID, sa.ForeignKey("enrolment.id"))
    lesson_id: Mapped[int] = mapped_column(sa.ForeignKey("lesson.id"), index=True)
    number: Mapped[int]
    seed: Mapped[str] = mapped_column(sa.String(32))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    score: Mapped[int | None]
    passed: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[dt.datetime | None]
    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")
    lesson: Mapped[Lesson] = relationship(lazy="raise_on_sql")
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "lesson_id", "number"),
        sa.Index(
            "uq_attempt_open", "enrolment_id", "lesson_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 100", "score_is_a_share"),
        sa.CheckConstraint("(submitted_at IS NULL) = (score IS NULL)", "submitted_has_a_score"),
    )


class CompletionStatus(Term):
    """Whether a part of a package was gone through (SCORM 2004 RTE 4.2.4)."""

    UNKNOWN = "unknown", "不明"
    INCOMPLETE = "incomplete", "途中"
    COMPLETED = "completed", "終わりました"


class SuccessStatus(Term):
    """Whether a part of a package was mastered (SCORM 2004 RTE 4.2.25)."""

    UNKNOWN = "unknown", "不明"
    PASSED = "passed", "合格"
    FAILED = "failed", "不合格"


class PackageRun(Base):
    """What a part of a package last reported of somebody (see `learning.run_time`). `score` is in percent.

    `data` is the whole data model of the part, from which its next session goes on. `seconds` counts all sessions,
    `session` is when the one began that spoke last, in milliseconds. What is finished stays so, whatever it says later.
    """

    __tablename__ = "package_run"
    enrolment_id: Mapped[int] = mapped_column(BIG_ID, sa.ForeignKey("enrolment.id"), primary_key=True)
    lesson_id: Mapped[int] = mapped_column(sa.ForeignKey("lesson.id"), primary_key=True, index=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    session: Mapped[int] = mapped_column(sa.BigInteger)
    completion: Mapped[CompletionStatus]
    success: Mapped[SuccessStatus]
    score: Mapped[float | None]
    seconds: Mapped[float]
    location: Mapped[str]
    data: Mapped[dict[str, Any]]
    seen_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[dt.datetime | None]
    __table_args__ = (sa.CheckConstraint("seconds >= 0", "seconds_not_negative"),)

    @property
    def standing(self) -> str:
        """Return how far somebody got, in a word."""
        if self.finished_at:
            is_passed = self.success is SuccessStatus.PASSED
            return SuccessStatus.PASSED.label if is_passed else CompletionStatus.COMPLETED.label
        return SuccessStatus.FAILED.label if self.success is SuccessStatus.FAILED else CompletionStatus.INCOMPLETE.label


class TakeHome(Base):
    """A course as a file for one enrolment: the key that signs its return codes (in hex), how many wrong ones came, when it came back.

    `number` counts how often the key was drawn, `score` is what the weakest of its quizzes came to, in percent.
    """

    __tablename__ = "take_home"
    enrolment_id: Mapped[int] = mapped_column(BIG_ID, sa.ForeignKey("enrolment.id"), primary_key=True)
    key: Mapped[str]
    number: Mapped[int]
    refused: Mapped[int] = mapped_column(default=0)
    issued_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    returned_at: Mapped[dt.datetime | None]
    score: Mapped[int | None]


class Usefulness(Term):
    """How much a course helps at work, as who has finished it says."""

    VERY = "very", "とても役に立つ"
    RATHER = "rather", "役に立つ"
    LITTLE = "little", "あまり役に立たない"
    NOT = "not", "役に立たない"

    @property
    def helps(self) -> bool:
        """Tell whether it helps."""
        return self in {Usefulness.VERY, Usefulness.RATHER}


class Feedback(Base):
    """What somebody says of a course after finishing it (受講後の感想); shown to its authors without the name."""

    __tablename__ = "feedback"
    enrolment_id: Mapped[int] = mapped_column(BIG_ID, sa.ForeignKey("enrolment.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)
    usefulness: Mapped[Usefulness]
    words: Mapped[str] = mapped_column(default="")
    given_at: Mapped[dt.datetime]
