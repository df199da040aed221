"""Writing a course: modules and lessons added, ordered, written and removed in a draft, and its quizzes and files."""

from __future__ import annotations

import io
import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from at_once import at_once
from factories import (
    Office,
    draft_course,
    edition_of,
    motivated,
    published,
    with_a_lesson,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.database import db

from courses import edition as editions
from courses.course import own_draft
from courses.edition import LessonText, ModuleText
from courses.lessons import lesson_kind, outline
from courses.models import Course, CourseEdition, EditionState, Lesson, LessonKind, Level, Module

from learning.models import Attempt


@pytest.fixture
def studio(mizuho):
    course = draft_course(mizuho.coordinator, "written")
    return SimpleNamespace(course=course, browser=mizuho.coordinator.browser(), office=mizuho)


def shape(course):
    db.session.expire_all()
    return [(module.title, [lesson.title for lesson in module.lessons]) for module in edition_of(course).modules]


def ids(course):
    edition = edition_of(course)
    return {row.title: row.id for module in edition.modules for row in (module, *module.lessons)}


def adds(studio, module, *lessons, kind="text"):
    if module not in ids(studio.course):
        studio.browser.post("/studio/written/modules", data={"title": module})
    for title in lessons:
        address = f"/studio/written/modules/{ids(studio.course)[module]}/lessons"
        assert studio.browser.post(address, data={"title": title, "kind": kind}).status_code == 302


def test_modules_and_lessons_are_added_and_put_in_order(studio):
    adds(studio, "はじめ", "一", "二")
    adds(studio, "おわり", "三")
    moves = [("二", "up"), ("二", "up"), ("一", "down"), ("三", "down")]
    for title, way in moves:
        studio.browser.post(f"/studio/written/lessons/{ids(studio.course)[title]}/move", data={"act": way})
    assert shape(studio.course) == [("はじめ", ["二"]), ("おわり", ["一", "三"])]
    studio.browser.post(f"/studio/written/modules/{ids(studio.course)['おわり']}", data={"act": "up"})
    studio.browser.post(f"/studio/written/modules/{ids(studio.course)['はじめ']}", data={"title": "つぎ"})
    assert shape(studio.course) == [("おわり", ["一", "三"]), ("つぎ", ["二"])]


def test_a_lesson_is_removed_after_a_question_and_a_module_only_when_it_is_empty(studio):
    adds(studio, "はじめ", "一")
    module, lesson = ids(studio.course)["はじめ"], ids(studio.course)["一"]
    assert "先にレッスンを" in studio.browser.post(f"/studio/written/modules/{module}", data={"act": "remove"}).text
    assert "「一」を外しますか" in studio.browser.get(f"/studio/written/lessons/{lesson}/remove").text
    studio.browser.post(f"/studio/written/lessons/{lesson}/remove")
    studio.browser.post(f"/studio/written/modules/{module}", data={"act": "remove"})
    assert shape(studio.course) == []


def test_a_text_is_written_kept_on_the_way_and_shown_as_learners_see_it(studio):
    adds(studio, "はじめ", "一")
    address = f"/studio/written/lessons/{ids(studio.course)['一']}"
    typed = {"title": "一", "minutes": "7", "required": "y", "body": "::: example 窓口\n測ります。\n:::"}
    assert studio.browser.post(address, data=typed, headers={"X-Requested-With": "fetch"}).status_code == 204
    assert 'value="7"' in studio.browser.get(address).text
    assert "事例：窓口" in studio.browser.get(f"{address}/try").text
    refused = studio.browser.post(address, data={**typed, "title": "", "body": "書きかけの文"})
    assert refused.status_code == 422
    assert "書きかけの文" in refused.text


QUESTIONS = {
    "single": {
        "text": "どちら",
        "choices-0-text": "右",
        "choices-0-right": "y",
        "choices-0-feedback": "はい",
        "choices-1-text": "左",
        "choices-1-feedback": "いいえ",
    },
    "multiple": {
        "text": "すべて",
        "choices-0-text": "あ",
        "choices-0-right": "y",
        "choices-2-text": "い",
        "choices-2-right": "y",
        "choices-3-text": "う",
    },
    "true-false": {"text": "正しいか", "right": "false", "feedback": "違います"},
    "ordering": {"text": "順に", "items": "一\n二\n三", "feedback": "この順です"},
    "number": {"text": "何人", "answer": "１２", "tolerance": "0.5", "unit": "人", "feedback": "数えます"},
    "short-text": {"text": "言葉", "answers": "紙\nかみ", "feedback": "紙です"},
}


def test_a_quiz_is_written_question_by_question_and_changed_and_ordered(studio):
    adds(studio, "はじめ", "テスト", kind="quiz")
    address = f"/studio/written/lessons/{ids(studio.course)['テスト']}"
    for kind, typed in QUESTIONS.items():
        to = studio.browser.post(f"{address}/questions", data={"kind": kind}).location
        assert to.endswith(f"/questions/new/{kind}")
        assert studio.browser.get(to).status_code == 200
        assert studio.browser.post(to, data=typed).status_code == 302, kind
    assert (
        studio.browser.post(
            f"{address}/questions/2",
            data={
                **QUESTIONS["multiple"],
                "text": "変えた問い",
                "choices-1-text": "い",
                "choices-1-right": "y",
                "choices-2-text": "う",
                "choices-3-text": "",
            },
        ).status_code
        == 302
    )
    studio.browser.post(f"{address}/questions/1/move", data={"act": "down"})
    studio.browser.post(f"{address}/questions/6/move", data={"act": "remove"})
    settings_of = {
        "title": "テスト",
        "intro": "はじめます",
        "pass_percent": "60",
        "attempts": "3",
        "wait_minutes": "0",
        "draw": "4",
        "shuffle": "y",
    }
    assert studio.browser.post(address, data=settings_of).status_code == 302
    trial = studio.browser.get(f"{address}/try").text
    assert "はじめます" in trial
    assert trial.count('<fieldset class="question"') == 4
    db.session.expire_all()
    quiz = lesson_kind.quiz_in(outline.lesson_of(edition_of(studio.course), ids(studio.course)["テスト"])[1])
    assert [question.text for question in quiz.questions] == ["変えた問い", "どちら", "正しいか", "順に", "何人"]
    assert (quiz.pass_percent, quiz.attempts, quiz.draw, quiz.intro) == (60, 3, 4, "はじめます")
    assert [choice.text for choice in quiz.questions[0].choices] == ["あ", "い", "う"]
    assert (quiz.questions[4].answer, str(quiz.questions[4].tolerance)) == (12, "0.5")


def test_an_author_tries_a_quiz_as_learners_will_and_nothing_of_it_is_kept(studio):
    module = outline.add_module(edition_of(studio.course), "単元")
    lesson = outline.add_lesson(edition_of(studio.course), module.id, "テスト", LessonKind.QUIZ)
    db.session.commit()
    address = f"/studio/written/lessons/{lesson.id}"
    choices = {
        "choices-0-text": "右",
        "choices-0-right": "y",
        "choices-1-text": "左",
        "choices-1-feedback": "左は川です",
    }
    studio.browser.post(f"{address}/questions/new/single", data={"text": "どちら", **choices})
    page = studio.browser.get(f"{address}/try").text
    assert "答え合わせをする" in page
    place = re.search(r'name="q-0" value="(\d)"> 左', page)[1]
    marked = studio.browser.post(f"{address}/try", data={"q-0": place})
    assert marked.status_code == 200
    assert "左は川です" in marked.text
    assert "（正しい答え）" in marked.text
    assert "答えていません" in studio.browser.post(f"{address}/try", data={}).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0


def test_what_is_being_written_is_shown_as_readers_will_see_it_and_not_kept(studio):
    module = outline.add_module(edition_of(studio.course), "単元")
    lesson = outline.add_lesson(edition_of(studio.course), module.id, "読む", LessonKind.TEXT)
    db.session.commit()
    address = f"/studio/written/lessons/{lesson.id}"
    shown = studio.browser.post(f"{address}/preview", data={"body": "**大事なこと**<script>alert(1)</script>"}).text
    assert "<strong>大事なこと</strong>" in shown
    assert "<script" not in shown
    assert "大事なこと" not in studio.browser.get(address).text
    assert studio.office.staff.browser().post(f"{address}/preview", data={"body": "x"}).status_code in {403, 404}


def test_a_question_has_room_for_as_many_choices_as_are_asked_for(studio):
    module = outline.add_module(edition_of(studio.course), "単元")
    lesson = outline.add_lesson(edition_of(studio.course), module.id, "テスト", LessonKind.QUIZ)
    db.session.commit()
    address = f"/studio/written/lessons/{lesson.id}/questions/new/single"
    assert "choices-4-text" not in studio.browser.get(address).text
    typed = {"text": "どれ", "choices-0-text": "一つ目", **{f"choices-{place}-text": "" for place in range(1, 4)}}
    grown = studio.browser.post(address, data={**typed, "more": "1"}).text
    assert "choices-4-text" in grown
    assert "一つ目" in grown, "what was typed is kept"


@pytest.mark.parametrize(
    ("kind", "typed", "told"),
    [
        ("single", {"text": "?", "choices-0-text": "a", "choices-1-text": "b"}, "正しいものを一つだけ"),
        ("ordering", {"text": "?", "items": "一"}, "二つ以上"),
        ("number", {"text": "?", "answer": "たくさん"}, "数ではありません"),
        ("short-text", {"text": "?", "answers": ""}, "正しい答え"),
        ("true-false", {"text": "", "right": "true"}, "入力してください"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_and_stays_typed(studio, kind, typed, told):
    adds(studio, "はじめ", "テスト", kind="quiz")
    address = f"/studio/written/lessons/{ids(studio.course)['テスト']}/questions/new/{kind}"
    answer = studio.browser.post(address, data={**typed, "feedback": "書いた解説", "choices-0-feedback": "書いた解説"})
    assert answer.status_code == 422
    assert told in answer.text
    assert "書いた解説" in answer.text


def test_what_learners_could_not_take_is_not_handed_in(studio):
    motivated(studio.course)
    adds(studio, "はじめ", "本文のない文", "図のない文")
    adds(studio, "はじめ", "問題のないテスト", kind="quiz")
    lesson = ids(studio.course)["図のない文"]
    studio.browser.post(
        f"/studio/written/lessons/{lesson}", data={"title": "図のない文", "body": "![図](assets/flow.svg)"}
    )
    refused = studio.browser.post("/studio/written/hand-in")
    assert refused.status_code == 422
    for sentence in ("「本文のない文」の本文", "「問題のないテスト」に問題", "「flow.svg」のファイル"):
        assert sentence in refused.text


def test_a_figure_is_added_put_in_place_of_the_old_one_and_removed(studio):
    def sends(name, content):
        return studio.browser.post("/studio/written/assets", data={"file": (io.BytesIO(content), name)})

    assert sends("../流れ 図.svg", b"<svg/>").status_code == 302
    assert sends("流れ 図.svg", b"<svg><title>2</title></svg>").status_code == 302
    assert sends("virus.exe", b"MZ").status_code == 422
    (asset,) = edition_of(studio.course).assets
    assert asset.name == "流れ-図.svg"
    adds(studio, "はじめ", "一")
    assert (
        'data-insert="![図の説明](assets/流れ-図.svg)"'
        in studio.browser.get(f"/studio/written/lessons/{ids(studio.course)['一']}").text
    )
    assert b"<title>2" in studio.browser.get(f"/editions/{asset.edition_id}/assets/{asset.name}").data
    studio.browser.post(f"/studio/written/assets/{asset.name}/remove")
    db.session.expire_all()
    assert edition_of(studio.course).assets == []


def test_what_is_published_is_not_written_any_more_and_others_drafts_are_not_found(studio, mizuho, hachioji):
    _course, edition = published("paperless-basics")
    author = mizuho.coordinator.browser()
    adds(studio, "はじめ", "一")
    lesson = ids(studio.course)["一"]
    for page in (
        "/studio/paperless-basics/modules",
        f"/studio/paperless-basics/lessons/{edition.modules[0].lessons[0].id}",
    ):
        assert author.get(page).status_code == 404
    stranger = hachioji.coordinator.browser()
    for page in (
        "/studio/written/modules",
        f"/studio/written/lessons/{lesson}",
        f"/studio/written/lessons/{lesson}/remove",
    ):
        assert stranger.get(page).status_code == 404
    db.session.execute(
        sa.update(CourseEdition).where(CourseEdition.course_id == studio.course.id).values(state=EditionState.PUBLISHED)
    )
    db.session.commit()
    assert author.get("/studio/written/modules").status_code == 409
    assert author.post(f"/studio/written/lessons/{lesson}", data={"title": "x", "body": "y"}).status_code == 409


@pytest.mark.parametrize("ground", ["sqlite", "postgresql"])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.sampled_from([-1, 1]), st.booleans()), max_size=15))
def test_any_order_of_moves_loses_no_lesson_and_numbers_them_without_a_gap(request, ground, moves):
    laid = request.getfixturevalue(ground)
    laid.lay()
    with laid.app.app_context():
        course = draft_course(Office.of("133035").coordinator)
        edition = edition_of(course)
        modules = [ModuleText(f"M{m}", tuple(LessonText(f"L{m}{n}") for n in range(m + 1))) for m in range(3)]
        editions.write_modules(edition, modules)
        edition = edition_of(course)
        for number, way, is_module in moves:
            lessons = [lesson for module in edition.modules for lesson in module.lessons]
            if is_module:
                outline.move_module(edition, edition.modules[number % 3].id, way)
            else:
                outline.move_lesson(edition, lessons[number % len(lessons)].id, way)
            db.session.expire_all()
            edition = edition_of(course)
            assert [module.position for module in edition.modules] == [1, 2, 3]
            for module in edition.modules:
                assert [lesson.position for lesson in module.lessons] == list(range(1, len(module.lessons) + 1))
        titles = {lesson.title for module in edition.modules for lesson in module.lessons}
        assert titles == {f"L{m}{n}" for m in range(3) for n in range(m + 1)}
        db.session.rollback()


@pytest.mark.parametrize("number", ["²", "9" * 5000, "-1", "", "x"])
def test_a_choice_whose_number_is_none_is_passed_over(studio, number):
    adds(studio, "はじめ", "テスト", kind="quiz")
    address = f"/studio/written/lessons/{ids(studio.course)['テスト']}/questions/new/single"
    typed = {f"choices-{number}-text": "x", f"choices-{number}": "y"}
    assert studio.browser.post(address, data=typed).status_code == 422
    assert studio.browser.post(address, data={**QUESTIONS["single"], **typed}).status_code == 302


def test_there_is_room_for_one_more_choice_on_every_page_of_a_question(studio):
    adds(studio, "はじめ", "テスト", kind="quiz")
    address = f"/studio/written/lessons/{ids(studio.course)['テスト']}/questions/new/single"
    typed = {f"choices-{number}-text": f"選択肢{number}" for number in range(8)}
    refused = studio.browser.post(address, data=typed)
    assert refused.status_code == 422, "none of them is right"
    assert 'name="choices-8-text"' in refused.text


MATOME = ModuleText("一", (LessonText("まとめ", "一のまとめ"), LessonText("別", "別の文")))
TWO_MODULES = (MATOME, ModuleText("二", (LessonText("まとめ", "二のまとめ"), LessonText("まとめ", "二のまとめの続き"))))


def keys_of(edition):
    return {lesson.body: lesson.key for module in edition.modules for lesson in module.lessons}


def test_lessons_that_are_called_the_same_are_told_apart(studio):
    edition = edition_of(studio.course)
    editions.write_modules(edition, TWO_MODULES)
    before = keys_of(edition)
    assert len(set(before.values())) == 4
    editions.write_modules(edition, TWO_MODULES)
    assert keys_of(edition) == before, "what is written again is the same"
    editions.write_modules(edition, TWO_MODULES[1:])
    assert keys_of(edition) == {body: before[body] for body in ("二のまとめ", "二のまとめの続き")}
    editions.write_modules(edition, TWO_MODULES)
    after = keys_of(edition)
    assert after["二のまとめ"] == before["二のまとめ"]
    assert after["一のまとめ"] not in before.values(), "what was taken away and written anew is new"


def test_a_lesson_that_moved_to_another_module_is_known_where_only_one_can_be_meant(studio):
    edition = edition_of(studio.course)
    editions.write_modules(edition, TWO_MODULES)
    before = keys_of(edition)
    moved = (ModuleText("一", MATOME.lessons[:1]), ModuleText("二", (*TWO_MODULES[1].lessons, MATOME.lessons[1])))
    editions.write_modules(edition, moved)
    assert keys_of(edition) == before


def test_the_kinds_of_lessons_all_have_a_form(studio):
    for kind in LessonKind:
        adds(studio, "はじめ", kind.label, kind=kind.value)
        address = f"/studio/written/lessons/{ids(studio.course)[kind.label]}"
        assert studio.browser.get(address).status_code == 200
        assert "ここでしたことは記録に残りません。" in studio.browser.get(f"{address}/try").text
    assert db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Lesson)
        .join(Module)
        .join(CourseEdition)
        .join(Course, Course.id == CourseEdition.course_id)
        .where(Course.slug == "written")
    ) == len(LessonKind)


def test_saving_what_a_draft_says_keeps_what_the_choices_do_not_name(studio):
    edition = edition_of(studio.course)
    edition.yearly, edition.attendance_percent = True, 75
    db.session.commit()
    page = studio.browser.get("/studio/written/edit").text
    fields = {"title": "別の題", "level": "1", "format": "e-learning", "yearly": "y", "attendance_percent": "75"}
    assert '<option selected value="75">' in page
    assert 'checked id="yearly"' in page
    fields["track_id"] = str(edition_of(studio.course).track_id)
    assert studio.browser.post("/studio/written/edit", data=fields).status_code == 302
    db.session.expire_all()
    after = edition_of(studio.course)
    assert (after.title, after.yearly, after.attendance_percent) == ("別の題", True, 75)


def test_a_question_with_more_choices_than_the_page_usually_has_keeps_them_all(studio):
    adds(studio, "はじめ", "テスト", kind="quiz")
    lesson_id = ids(studio.course)["テスト"]
    address = f"/studio/written/lessons/{lesson_id}/questions"
    typed = {f"choices-{place}-text": f"選択肢の{place}" for place in range(9)} | {"choices-8-right": "y"}
    assert studio.browser.post(f"{address}/new/single", data={"text": "どれ", **typed}).status_code == 302
    page = studio.browser.get(f"{address}/1").text
    fields = re.findall(r'name="(choices-\d+-text)"[^>]* value="([^"]*)"', page)
    assert len(fields) == 10, "there is always room for one more"
    again = dict(fields) | {"choices-8-right": "y", "text": "どれ"}
    assert studio.browser.post(f"{address}/1", data=again).status_code == 302
    db.session.expire_all()
    (question,) = lesson_kind.quiz_in(outline.lesson_of(edition_of(studio.course), lesson_id)[1]).questions
    assert [choice.text for choice in question.choices] == [f"選択肢の{place}" for place in range(9)]
    assert [choice.right for choice in question.choices] == [False] * 8 + [True]


def test_saving_a_draft_keeps_what_was_not_touched(mizuho):
    course = draft_course(mizuho.coordinator, "kept", level=Level.LEAD, objectives=("一つ目", "二つ目"))
    browser = mizuho.coordinator.browser()
    page = browser.get("/studio/kept/edit").text
    assert "一つ目\n二つ目" in page
    assert '<option selected value="3">' in page
    track = edition_of(course).track_id
    form = {
        "title": "題",
        "summary": "概要",
        "level": "3",
        "format": "e-learning",
        "minutes": "60",
        "track_id": track,
        "objectives": "一つ目\n二つ目",
    }
    assert browser.post("/studio/kept/edit", data=form).status_code == 302
    edition = edition_of(course)
    assert edition.objectives == ["一つ目", "二つ目"]
    assert edition.level is Level.LEAD


def test_what_two_write_at_once_is_there_afterwards(cluster, postgresql):
    """On PostgreSQL two would read the same list and write it back; the draft is held before it is read."""
    postgresql.lay()
    with postgresql.app.app_context():
        author = Office.of("133035").coordinator
        draft_course(author, "at-once")
        db.session.commit()

    def adds(title):
        def add():
            _course, edition = own_draft(author.actor, "at-once")
            outline.add_module(edition, title)

        return add

    at_once(postgresql.app, adds("一人目"), adds("二人目"))
    with postgresql.app.app_context():
        _course, edition = own_draft(author.actor, "at-once")
        assert sorted((module.position, module.title) for module in edition.modules)[-2:] in (
            [(1, "一人目"), (2, "二人目")],
            [(1, "二人目"), (2, "一人目")],
        )
        db.session.remove()


def test_who_looks_at_a_lesson_as_learners_see_it_sees_what_was_just_typed(mizuho):
    course = with_a_lesson(draft_course(mizuho.coordinator))
    (lesson,) = editions.whole(edition_of(course).id).modules[0].lessons
    browser, address = mizuho.coordinator.browser(), f"/studio/{course.slug}/lessons/{lesson.id}"
    said = {"title": "読む", "minutes": "5", "required": "y", "body": "いま打った文です。", "then": "try"}
    answer = browser.post(address, data=said)
    assert answer.status_code == 302
    page = browser.get(answer.headers["Location"]).text
    assert "いま打った文です。" in page
    assert "レッスンを書く画面へもどる" in page
