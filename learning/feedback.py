"""Feedback (受講後の感想): what who has finished a course says of it, for those who write it; never who said it.

Two questions, as a short form is answered: whether it helps at work, and what was good or is to be mended. Answers are shown to
the authors from five on, so that nobody can tell whose they are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db, insert

from participation.models import Enrolment, EnrolmentState

from learning.models import Feedback, Usefulness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courses.models import Course

LONGEST_WORDS = 500
FEWEST = 5
MOST_WORDS = 100


@dataclass(frozen=True)
class Summary:
    """What the answers about a course come to: how many, how many for each degree, and the words, latest first."""

    answers: int
    degrees: tuple[tuple[Usefulness, int], ...]
    words: Sequence[str]

    @property
    def helped(self) -> int:
        """Return the share in percent of those whom it helps at work."""
        return round(100 * sum(many for degree, many in self.degrees if degree.helps) / self.answers)


def given(enrolment: Enrolment) -> Feedback | None:
    """Return what was said after an enrolment, if anything was."""
    return db.session.get(Feedback, enrolment.id)


def give(enrolment: Enrolment, usefulness: Usefulness, words: str) -> None:
    """Keep what somebody says of a course that they have finished; the last word counts."""
    values = {
        "enrolment_id": enrolment.id, "course_id": enrolment.course_id, "usefulness": usefulness, "words": words,
        "given_at": clock.now(),
    }  # fmt: skip
    said = {name: values[name] for name in ("usefulness", "words", "given_at")}
    db.session.execute(
        insert(Feedback).values(values).on_conflict_do_update(index_elements=["enrolment_id"], set_=said)
    )


def summary_of(course: Course) -> Summary | None:
    """Return what the answers about a course come to, the last one of each person; None where too few people are there to be shown."""
    rows = db.session.execute(
        sa.select(Enrolment.staff_id, Feedback.usefulness, Feedback.words)
        .join(Enrolment, Enrolment.id == Feedback.enrolment_id)
        .where(Feedback.course_id == course.id, Enrolment.state == EnrolmentState.COMPLETED)
        .order_by(Feedback.given_at)
    ).all()
    last = {staff_id: (usefulness, words) for staff_id, usefulness, words in rows}
    if len(last) < FEWEST:
        return None
    many = Counter(usefulness for usefulness, _words in last.values())
    words = [said for _usefulness, said in reversed(last.values()) if said]
    return Summary(len(last), tuple((degree, many[degree]) for degree in Usefulness), words[:MOST_WORDS])
