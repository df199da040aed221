"""Kinds of lessons and of questions: each is one row of one table, and its page is there."""

from __future__ import annotations

import pytest
from factories import draft_course, edition_of, with_a_lesson
from flask import current_app

from courses import edition as editions
from courses.edition import LessonText
from courses.lessons import quiz_data
from courses.lessons.lesson_kind import KINDS, finished_by, first_content, kind_of, lacks
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


def test_a_figure_that_nobody_would_see_keeps_a_draft_from_being_handed_in(mizuho):
    course = with_a_lesson(draft_course(mizuho.coordinator, "with-figures"))
    edition = editions.whole(edition_of(course).id)
    lesson = edition.modules[0].lessons[0]
    for body, missing in (
        ("![図](fig2.svg)", "「fig2.svg」は表示されません"),
        ("![図](https://example.jp/x.png)", "「https://example.jp/x.png」は表示されません"),
        ("![図](assets/fig2.svg)", "が使う「fig2.svg」のファイルを加えてください"),
    ):
        lesson.body = body
        assert any(missing in sentence for sentence in lacks(edition)), body
    lesson.body = "図のない本文"
    assert lacks(edition) == []
