"""The quiz: the same seed asks the same, marks stay within their bounds, and no page tells an answer beforehand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from factories import right_answer
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError

from courses.lessons import quiz as quizzes
from courses.lessons import quiz_data
from courses.lessons.question import (
    QUESTIONS,
    Choice,
    MultipleQuestion,
    NumberQuestion,
    OrderingQuestion,
    QuestionKind,
    ShortTextQuestion,
    SingleQuestion,
    TrueFalseQuestion,
)
from courses.lessons.quiz import Band, Quiz

WORDS = st.text("あいうえお漢字ABC123", min_size=1, max_size=12)


@st.composite
def questions(draw):
    kind, text, feedback = draw(st.sampled_from(QuestionKind)), draw(WORDS), draw(WORDS)
    match kind:
        case QuestionKind.SINGLE | QuestionKind.MULTIPLE:
            count = draw(st.integers(2, 6))
            right = {draw(st.integers(0, count - 1))}
            if kind is QuestionKind.MULTIPLE:
                right |= draw(st.sets(st.integers(0, count - 1)))
            choices = [Choice(f"選択肢{place}", place in right, f"説明{place}") for place in range(count)]
            return QUESTIONS[kind](text, choices=tuple(choices))
        case QuestionKind.TRUE_FALSE:
            return TrueFalseQuestion(text, right=draw(st.booleans()), feedback=feedback)
        case QuestionKind.ORDERING:
            return OrderingQuestion(
                text, items=tuple(draw(st.lists(WORDS, min_size=2, max_size=6, unique=True))), feedback=feedback
            )
        case QuestionKind.NUMBER:
            number = draw(st.integers(-1000, 1000))
            return NumberQuestion(
                text,
                answer=Decimal(number),
                tolerance=Decimal(draw(st.integers(0, 5))),
                unit="人",
                feedback=feedback,
            )
        case _:
            return ShortTextQuestion(
                text, answers=tuple(draw(st.lists(WORDS, min_size=1, max_size=3))), feedback=feedback
            )


AREAS = st.sampled_from(["", "安全", "表計算"])


def in_area(question, area):
    return replace(question, area=area)


@st.composite
def any_quiz(draw):
    asked = tuple(draw(st.lists(st.builds(in_area, questions(), AREAS), min_size=1, max_size=8)))
    bands = st.builds(Band, st.integers(0, 100), WORDS, st.just(("dx-first-step",)), AREAS)
    return Quiz(
        intro=draw(WORDS), pass_percent=draw(st.integers(0, 100)), attempts=draw(st.integers(0, 3)),
        wait_minutes=0, draw=draw(st.integers(0, len(asked))), shuffle=draw(st.booleans()), questions=asked,
        recommendations=tuple(draw(st.lists(bands, max_size=3))), spares=draw(st.booleans()),
    )  # fmt: skip


SEEDS = st.text("0123456789abcdef", min_size=8, max_size=32)
ANSWERS = st.lists(
    st.one_of(st.integers(-3, 9).map(str), st.sampled_from(["true", "false", "", "²", "１", "あ", "1e999", "NaN"])),
    max_size=8,
)


@given(quiz=any_quiz(), seed=SEEDS)
def test_the_same_seed_asks_the_same_and_each_question_once(quiz, seed):
    asked = quizzes.asked(quiz, seed)
    assert asked == quizzes.asked(quiz, seed)
    numbers = [one.number for one in asked]
    assert len(set(numbers)) == len(numbers) == (quiz.draw or len(quiz.questions))
    for one in asked:
        assert sorted(one.order) == list(range(len(one.question.shown)))
    if not quiz.shuffle:
        assert numbers == sorted(numbers)


@given(quiz=any_quiz(), seed=SEEDS)
def test_no_area_is_asked_twice_more_than_one_that_has_questions_left(quiz, seed):
    left = Counter(one.area for one in quiz.questions)
    asked = Counter(one.question.area for one in quizzes.asked(quiz, seed))
    for count in asked.values():
        assert all(count - asked[other] <= 1 for other in left if asked[other] < left[other])


@given(quiz=any_quiz(), seed=SEEDS, answers=st.lists(ANSWERS, min_size=8, max_size=8))
def test_the_areas_add_up_to_what_was_asked_of_them(quiz, seed, answers):
    asked = quizzes.asked(quiz, seed)
    marks = [(one.question, one.mark(answer)) for one, answer in zip(asked, answers, strict=False)]
    areas = quizzes.by_area(quiz, marks)
    assert sum(area.asked for area in areas) == sum(bool(question.area) for question, _mark in marks)
    assert sum(area.right for area in areas) == sum(mark.right for question, mark in marks if question.area)
    assert all(area.band.area == area.area for area in areas if area.band)


@given(quiz=any_quiz(), seed=SEEDS)
def test_right_answers_make_a_hundred_and_pass(quiz, seed):
    marks = [one.mark(right_answer(one)) for one in quizzes.asked(quiz, seed)]
    assert quizzes.score(marks) == 100
    assert quizzes.passed(quiz, 100)


@given(quiz=any_quiz(), seed=SEEDS, answers=st.lists(ANSWERS, min_size=8, max_size=8))
def test_whatever_is_answered_the_score_stays_within_its_bounds(quiz, seed, answers):
    asked = quizzes.asked(quiz, seed)
    marks = [one.mark(answer) for one, answer in zip(asked, answers, strict=False)]
    assert 0 <= quizzes.score(marks) <= 100
    assert (quizzes.score(marks) == 100) == all(mark.right for mark in marks)


@given(quiz=any_quiz())
def test_a_quiz_is_the_same_after_it_was_stored(quiz):
    assert quiz_data.quiz_from(quiz_data.as_data(quiz)) == quiz


@given(one=questions().filter(lambda one: isinstance(one, SingleQuestion | MultipleQuestion)))
def test_an_answer_that_leaves_out_or_adds_a_choice_is_wrong(one):
    asked = quizzes.Asked(0, one, tuple(range(len(one.choices))))
    right = set(right_answer(asked))
    for place in map(str, range(len(one.choices))):
        assert not asked.mark(sorted(right ^ {place})).right


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("１２", True),
        ("12.0", True),
        ("1,2", False),
        ("12人", False),
        ("", False),
        ("十二", False),
        ("NaN", False),
        ("12.4", True),
        ("12.6", False),
    ],
)
def test_a_number_is_read_as_people_type_it(typed, right):
    question = NumberQuestion("何人ですか", answer=Decimal(12), tolerance=Decimal("0.5"))
    assert quizzes.Asked(0, question, ()).mark([typed]).right is right


@pytest.mark.parametrize("typed", ["フィッシング", "ふぃっしんぐ", "ﾌｨｯｼﾝｸﾞ", " フィッシング "])
def test_a_word_is_right_in_every_usual_spelling(typed):
    question = ShortTextQuestion("何といいますか", answers=("フィッシング",))
    assert quizzes.Asked(0, question, ()).mark([typed]).right


REPORT = Choice(text="報告する", right=True, feedback="そのとおり")
DELETE = Choice(text="消す", right=False, feedback="消すと分からなくなります")


def test_what_is_said_to_a_wrong_choice_is_its_own_feedback():
    question = SingleQuestion("どうしますか", choices=(REPORT, DELETE))
    mark = quizzes.Asked(0, question, (1, 0)).mark(["0"])
    assert (mark.right, mark.feedback) == (False, ("消すと分からなくなります",))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"questions": []}, "1問以上"),
        (
            {
                "questions": [
                    {
                        "kind": "single",
                        "text": "?",
                        "choices": [{"text": "a", "right": True}, {"text": "b", "right": True}],
                    }
                ]
            },
            "1問目: .*一つだけ",
        ),
        ({"questions": [{"kind": "essay", "text": "?"}]}, "1問目: 問題の種類"),
        ({"questions": [{"kind": "number", "text": "?", "answer": "たくさん"}]}, "「たくさん」は数ではありません"),
        ({"questions": [{"kind": "ordering", "text": "?", "items": ["a", "a"]}]}, "違う文"),
        ({"questions": [{"kind": "short-text", "text": "?", "answers": [" "]}]}, "正しい答え"),
        ({"questions": ["?"]}, "問いの文がありません"),
        ({"pass_percent": 101}, "合格点"),
        ({"draw": True}, "出す問題の数"),
    ],
)
def test_a_quiz_that_cannot_be_asked_is_refused_with_the_question(change, told):
    data = {"questions": [{"kind": "true-false", "text": "?", "right": True}], **change}
    with pytest.raises(InvalidError, match=told):
        quiz_data.quiz_from(data)
