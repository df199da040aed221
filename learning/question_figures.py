"""Figures of questions (問題ごとの正答率): which ones most people get wrong, for the author of a course.

Counted are the first attempts that were submitted. Difficulty is the share of right answers (the classical p-value);
discrimination is the share of right answers among the best 27 % of attempts less that among the worst 27 % (Kelley 1939):
near zero or below, those who know the rest do no better, and the question or its answer deserves a second look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db

from courses.lessons import quiz as quizzes
from courses.lessons import quiz_data

from learning.models import Attempt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courses.lessons.question import Question
    from courses.models import Lesson

FEWEST = 5
MOST = 2000
GROUP = 0.27
HARD, WEAK = 0.5, 0.1


@dataclass(frozen=True)
class Figures:
    """A question, how many were asked it, the share who knew it, and how well it tells who knows the rest."""

    question: Question
    asked: int
    right: float
    discrimination: float | None

    @property
    def is_hard(self) -> bool:
        """Tell whether most people get it wrong."""
        return self.right < HARD

    @property
    def is_weak(self) -> bool:
        """Tell whether those who know the rest do hardly better here."""
        return self.discrimination is not None and self.discrimination < WEAK


def figures_of(lesson: Lesson) -> list[Figures]:
    """Return the figures of a quiz's questions, in their order; none while fewer than five people have taken it."""
    rows = db.session.scalars(
        sa.select(Attempt)
        .where(Attempt.lesson_id == lesson.id, Attempt.number == 1, Attempt.submitted_at.is_not(None))
        .order_by(Attempt.id.desc())
        .limit(MOST)
    ).all()
    if len(rows) < FEWEST:
        return []
    quiz = quiz_data.quiz_from(lesson.content)
    marks = [
        {one.number: one.mark(row.answers.get(str(one.number), [])).right for one in quizzes.asked(quiz, row.seed)}
        for row in sorted(rows, key=lambda row: row.score or 0)
    ]
    return [_figures(question, number, marks) for number, question in enumerate(quiz.questions)]


def _figures(question: Question, number: int, marks: Sequence[dict[int, bool]]) -> Figures:
    asked = [mark[number] for mark in marks if number in mark]
    group = round(len(asked) * GROUP)
    if not group:
        return Figures(question, len(asked), sum(asked) / len(asked) if asked else 1.0, None)
    return Figures(question, len(asked), sum(asked) / len(asked), (sum(asked[-group:]) - sum(asked[:group])) / group)
