"""Kinds of lessons and of questions: each is one row of one table, and its page is there."""

from __future__ import annotations

import pytest
from flask import current_app

from courses.edition import LessonText
from courses.lessons import quiz_data
from courses.lessons.lesson_kind import KINDS, finished_by, first_content, kind_of
from courses.lessons.question import QUESTIONS, QuestionKind
from courses.models import Lesson, LessonKind


def test_every_kind_of_lesson_has_its_row_and_its_page(app):
    assert set(KINDS) == set(LessonKind)
    for kind in LessonKind:
        current_app.jinja_env.get_template(f"lessons/{kind.value}.html")


def test_every_kind_of_question_has_its_class_and_its_two_pages(app):
    assert set(QUESTIONS) == set(QuestionKind)
    for kind, question in QUESTIONS.items():
        assert question.kind is kind
        for folder in ("questions", "questions/right"):
            current_app.jinja_env.get_template(f"{folder}/{kind.value}.html")


@pytest.mark.parametrize("kind", LessonKind)
def test_a_lesson_begins_with_what_its_kind_needs(kind):
    content = first_content(kind)
    assert set(kind_of(LessonText("題", "", kind)).needs) <= set(content)
    if KINDS[kind].has_questions:
        assert quiz_data.quiz_from(content, may_be_empty=True).questions == ()


@pytest.mark.parametrize("kind", LessonKind)
def test_what_finishes_a_lesson_is_that_of_its_kind_unless_its_words_may_stand_instead(kind):
    content = first_content(kind)
    lesson = Lesson(kind=kind, content={**content, "instead": ""})
    assert finished_by(lesson) is KINDS[kind].finished_by
    lesson.content = {**content, "instead": "text"}
    assert finished_by(lesson).value == "reading"
