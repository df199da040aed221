"""Learning: lesson by lesson, on two devices and in two windows, to a completion that is counted once and stays."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from factories import (
    draft_course,
    edition_of,
    joins,
    learns_everything,
    open_attempt,
    passes_the_quiz,
    published,
    right_answer,
    sent,
    session_of,
    words_of_pdf,
)
from lessons import QUIZ, begins, state_of, taught

from kernel import clock
from kernel.database import db
from kernel.secret import grouped

from courses import edition as editions
from courses.edition import LessonText, ModuleText
from courses.lessons.question import ChoiceQuestion, OrderingQuestion, QuestionKind
from courses.lessons.quiz import Asked
from courses.models import Course, CourseEdition, EditionState, Format, LessonKind
from courses.sessions.models import Meeting

from catalog import publication
from catalog.models import Adoption, Curriculum

from participation import enrolment as enrolments
from participation.attending import attendance
from participation.attending.models import EnteredBy
from participation.models import Enrolment, EnrolmentState
from participation.record.models import Certificate, OutsideLearning

from learning import path
from learning.models import Attempt, Progress


@pytest.fixture
def learner(mizuho):
    course = taught(mizuho.coordinator)
    mine, lessons = begins(mizuho.staff, course)
    return SimpleNamespace(
        person=mizuho.staff, browser=mizuho.staff.browser(), mine=mine, lessons=lessons, course=course, office=mizuho
    )


def at(learner, place, act=""):
    return f"/learn/{learner.mine}/{learner.lessons[place]}{act}"


def test_a_learner_reads_passes_and_has_completed(learner, mizuho):
    browser = learner.browser
    assert "学習を始める" in browser.get(f"/learn/{learner.mine}").text
    assert browser.post(f"/enrolments/{learner.mine}/start").location == at(learner, 0)
    assert "二つ目の文" in browser.get(at(learner, 0)).text
    assert browser.post(at(learner, 0, "/finish")).location == at(learner, 1)
    assert "2レッスンのうち1まで終わりました。残り約10分" in browser.get(f"/learn/{learner.mine}").text
    passes_the_quiz(browser, learner.mine, learner.lessons[2])
    assert state_of(learner.mine) is EnrolmentState.COMPLETED
    assert mizuho.coordinator.browser().get(f"/enrolments/{learner.mine}/finished").status_code == 404
    page = browser.get(f"/enrolments/{learner.mine}/finished").text
    assert "修了しました。おつかれさまでした。" in page
    number = db.session.scalars(sa.select(Certificate.number)).one()
    assert f"/certificates/{number}.pdf" in page, "it can be saved in one press"
    assert "修了証を見る" in browser.get(f"/learn/{learner.mine}").text


def test_another_device_goes_on_where_one_was(learner):
    learner.browser.post(at(learner, 0, "/position"), data={"position": "1"})
    other = learner.person.browser()
    assert other.post(f"/enrolments/{learner.mine}/start").location == at(learner, 0)
    assert 'data-position="1"' in other.get(at(learner, 0)).text
    other.post(at(learner, 0, "/finish"))
    assert other.post(f"/enrolments/{learner.mine}/start").location == at(learner, 2)


def test_an_older_window_takes_back_nothing(learner):
    learner.browser.post(at(learner, 0, "/finish"))
    learner.browser.post(at(learner, 0, "/position"), data={"position": "0"})
    row = db.session.get_one(Progress, (learner.mine, learner.lessons[0]), populate_existing=True)
    assert row.finished_at is not None


@pytest.mark.parametrize("position", ["-1", "99999999999", "x", "", "²"])
def test_a_position_that_is_none_is_taken_for_the_beginning(learner, position):
    assert learner.browser.post(at(learner, 0, "/position"), data={"position": position}).status_code == 204


def test_two_windows_of_one_quiz_keep_the_answers_of_both(learner):
    one, two = learner.browser, learner.person.browser()
    for window in (one, two):
        window.post(at(learner, 2, "/attempt"))
    attempt_id, asked = open_attempt(learner.mine)
    for window, part in ((one, asked[:3]), (two, asked[3:])):
        fields = {name: value for question in part for name, value in sent(question, right_answer(question)).items()}
        answer = window.post(f"/attempts/{attempt_id}/answers", data=fields, headers={"X-Requested-With": "fetch"})
        assert answer.status_code == 204
    one.post(f"/attempts/{attempt_id}/submit")
    late = two.post(f"/attempts/{attempt_id}/submit", data={"q-0": "9"})
    assert "100%" in two.get(late.location).text
    assert db.session.scalars(sa.select(Attempt.score)).all() == [100]


def test_no_page_tells_an_answer_before_it_is_given(learner):
    learner.browser.post(at(learner, 2, "/attempt"))
    attempt_id, asked = open_attempt(learner.mine)
    page = learner.browser.get(at(learner, 2)).text
    for secret in (
        "秘密の合言葉",
        "秘密の解説",
        "4711",
        "秘密の計算",
        "秘密の順",
        "秘密の理由",
        "右です",
        "right",
        "feedback",
    ):
        assert secret not in page, secret
    assert learner.browser.get(f"/attempts/{attempt_id}").status_code == 404
    assert "秘密の正解その一" in page
    (ordering,) = (one for one in asked if one.question.kind is QuestionKind.ORDERING)
    places = [page.index(f"</select> {text}") for text in ordering.shown]
    assert places == sorted(places)


def test_a_wrong_answer_is_told_why_and_the_next_attempt_asks_in_another_order(learner):
    learner.browser.post(at(learner, 2, "/attempt"))
    first, asked = open_attempt(learner.mine)
    wrong = {
        f"q-{one.number}": ["1" if right_answer(one) == ["0"] else "0"]
        for one in asked
        if isinstance(one.question, ChoiceQuestion)
    }
    result = learner.browser.get(
        learner.browser.post(f"/attempts/{first}/submit", data={**wrong, "sure": "1"}).location
    ).text
    assert "もう少し" in result
    assert "右です" in result
    assert "もう一度受ける" in result
    assert state_of(learner.mine) is EnrolmentState.IN_PROGRESS
    seeds = {db.session.get_one(Attempt, first).seed}
    learner.browser.post(at(learner, 2, "/attempt"))
    seeds.add(db.session.get_one(Attempt, open_attempt(learner.mine)[0]).seed)
    assert len(seeds) == 2


def test_attempts_are_limited_and_spaced_where_the_quiz_says_so(mizuho, monkeypatch):
    limited = (
        ModuleText(
            "一", (LessonText("テスト", "", LessonKind.QUIZ, content={**QUIZ, "attempts": 2, "wait_minutes": 30}),)
        ),
    )
    mine, (lesson,) = begins(mizuho.staff, taught(mizuho.coordinator, modules=limited))
    browser = mizuho.staff.browser()

    def fails():
        assert browser.post(f"/learn/{mine}/{lesson}/attempt").status_code == 302
        assert browser.post(f"/attempts/{open_attempt(mine)[0]}/submit", data={"sure": "1"}).status_code == 302

    fails()
    assert browser.post(f"/learn/{mine}/{lesson}/attempt").status_code == 409
    assert "から受けられます" in browser.get(f"/learn/{mine}/{lesson}").text
    later = clock.now() + dt.timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    fails()
    assert "2回をすべて使いました" in browser.post(f"/learn/{mine}/{lesson}/attempt").text


def test_a_practice_task_is_written_kept_and_only_then_finished(learner):
    assert "ためしたことを書いて保存すると" in learner.browser.post(at(learner, 1, "/finish")).text
    learner.browser.post(at(learner, 1, "/note"), data={"note": "窓口で十分間測りました。"})
    assert "窓口で十分間測りました。" in learner.browser.get(at(learner, 1)).text
    assert learner.browser.post(at(learner, 1, "/finish")).status_code == 302
    assert learner.browser.post(at(learner, 0, "/note"), data={"note": "x"}).status_code == 422


def test_what_keeps_itself_shows_nothing_that_was_not_shown_by_a_press_and_takes_back_at_once(learner):
    def shared():
        return db.session.get_one(Progress, (learner.mine, learner.lessons[1]), populate_existing=True).shared

    by_itself = {"X-Requested-With": "fetch"}
    address = at(learner, 1, "/note")
    assert learner.browser.post(address, data={"note": "途中", "shared": "y"}, headers=by_itself).status_code == 204
    assert not shared()
    learner.browser.post(address, data={"note": "見せる", "shared": "y"})
    assert shared()
    learner.browser.post(address, data={"note": "見せたくない続き"}, headers=by_itself)
    assert not shared()


def test_two_windows_overwrite_no_note_of_each_other_unseen(learner):
    by_itself, address = {"X-Requested-With": "fetch"}, at(learner, 1, "/note")
    seen = re.search(r'name="seen" value="(\w+)"', learner.browser.get(at(learner, 1)).text)[1]
    first = learner.browser.post(address, data={"note": "一つ目", "seen": seen}, headers=by_itself)
    assert first.status_code == 204
    assert learner.browser.post(address, data={"note": "二つ目", "seen": seen}, headers=by_itself).status_code == 409
    refused = learner.browser.post(address, data={"note": "二つ目", "seen": seen})
    assert refused.status_code == 409
    assert "一つ目" in refused.text
    goes_on = {"note": "一つ目の続き", "seen": first.headers["X-Seen"]}
    assert learner.browser.post(address, data=goes_on, headers=by_itself).status_code == 204


def test_a_coordinator_reads_what_is_shown_and_comments_on_it(learner, mizuho, hachioji):
    def notes(office):
        return office.coordinator.browser().get("/office/practice").text

    learner.browser.post(at(learner, 1, "/note"), data={"note": "見せない記録"})
    assert "見せない記録" not in notes(mizuho)
    assert (
        mizuho.coordinator.browser()
        .post(f"/office/practice/{learner.mine}/{learner.lessons[1]}", data={"comment": "x"})
        .status_code
        == 404
    )
    learner.browser.post(at(learner, 1, "/note"), data={"note": "見せる記録", "shared": "y"})
    assert "見せる記録" in notes(mizuho)
    assert "見せる記録" not in notes(hachioji)
    address = f"/office/practice/{learner.mine}/{learner.lessons[1]}"
    assert hachioji.coordinator.browser().post(address, data={"comment": "x"}).status_code == 404
    assert mizuho.coordinator.browser().post(address, data={"comment": ""}).status_code == 422
    assert mizuho.coordinator.browser().post(address, data={"comment": "よく測りましたね。"}).status_code == 302
    assert "よく測りましたね。" in learner.browser.get(at(learner, 1)).text


def test_a_quiz_cannot_be_finished_but_by_passing_it(learner):
    assert learner.browser.post(at(learner, 2, "/finish")).status_code == 409


def test_nobody_learns_in_the_name_of_another(learner, mizuho, hachioji):
    learner.browser.post(at(learner, 2, "/attempt"))
    attempt_id, _asked = open_attempt(learner.mine)
    for stranger in (hachioji.staff, mizuho.coordinator, mizuho.administrator):
        browser = stranger.browser()
        for page in (f"/learn/{learner.mine}", at(learner, 0), f"/attempts/{attempt_id}"):
            assert browser.get(page).status_code == 404, page
        for act in (
            at(learner, 0, "/finish"),
            at(learner, 0, "/position"),
            at(learner, 1, "/note"),
            at(learner, 2, "/attempt"),
            f"/attempts/{attempt_id}/submit",
            f"/attempts/{attempt_id}/answers",
        ):
            assert browser.post(act, data={"note": "x"}).status_code == 404, act


def test_a_new_edition_changes_nothing_under_a_learner_and_takes_no_completion_back(learner, mizuho):
    learner.browser.post(at(learner, 0, "/finish"))
    course = db.session.get_one(Course, learner.course.id)
    newer = editions.next_draft(course, mizuho.coordinator.staff_id)
    editions.write_modules(editions.whole(newer.id), (ModuleText("別", (LessonText("新しい文", "新しい文です。"),)),))
    newer.state = EditionState.IN_REVIEW
    editions.publish(newer, course)
    db.session.commit()
    assert "一つ目の文" in learner.browser.get(at(learner, 0)).text
    passes_the_quiz(learner.browser, learner.mine, learner.lessons[2])
    assert state_of(learner.mine) is EnrolmentState.COMPLETED


def test_a_lesson_is_known_again_in_the_next_edition(learner, mizuho):
    learner.browser.post(at(learner, 0, "/finish"))
    course = db.session.get_one(Course, learner.course.id)
    before = edition_of(course).modules[0].lessons[0].key
    newer = editions.whole(editions.next_draft(course, mizuho.coordinator.staff_id).id)
    texts = editions.modules_of(newer)
    assert texts[0].lessons[0].key == before
    renamed = replace(texts[0].lessons[0], title="題を改めた", body="新しい文です。")
    editions.write_modules(newer, (replace(texts[0], lessons=(renamed, *texts[0].lessons[1:])), *texts[1:]))
    db.session.commit()
    there = edition_of(course).modules[0].lessons[0]
    assert (there.title, there.key) == ("題を改めた", before)
    person = mizuho.staff
    assert path.progress_by_key(person.staff_id, course.id)[there.key].finished_at is not None
    assert there.id != learner.lessons[0], "the lesson is another row"


def test_what_is_taken_in_as_a_file_keeps_the_lessons_that_were_there(learner, mizuho):
    course = db.session.get_one(Course, learner.course.id)
    before = editions.modules_of(edition_of(course))
    newer = editions.whole(editions.next_draft(course, mizuho.coordinator.staff_id).id)
    unkeyed = tuple(
        replace(one, key="", lessons=tuple(replace(lesson, key="") for lesson in one.lessons)) for one in before
    )
    editions.write_modules(newer, unkeyed)
    db.session.commit()
    assert editions.modules_of(edition_of(course)) == before


def test_a_blended_course_asks_for_lessons_and_attendance(mizuho):
    taught(mizuho.coordinator, "blended-course", format=Format.BLENDED)
    begins_at = clock.at(clock.today(), dt.time(9))
    session = session_of("blended-course", mizuho, starts_at=begins_at, ends_at=begins_at + dt.timedelta(hours=2))
    for order in ("lessons first", "attendance first"):
        person = mizuho.person()
        row = joins(person, session)
        db.session.commit()
        mine, meeting_id = (
            row.id,
            db.session.scalars(sa.select(Meeting.id).where(Meeting.session_id == session.id)).one(),
        )

        def attends(row=row, meeting_id=meeting_id):
            attendance.attend(meeting_id, db.session.get_one(Enrolment, row.id), EnteredBy.LIST)
            db.session.commit()

        acts = [lambda mine=mine, person=person: learns_everything(person.browser(), mine), attends]
        first, second = acts if order == "lessons first" else acts[::-1]
        first()
        assert state_of(mine) is not EnrolmentState.COMPLETED, order
        second()
        assert state_of(mine) is EnrolmentState.COMPLETED, order


def test_a_course_of_every_year_is_due_again_in_the_next_one(mizuho, monkeypatch):
    course, edition = published("security-basics")
    assert edition.yearly
    curriculum_id = db.session.scalars(sa.select(Curriculum.id).where(Curriculum.slug == "newcomers")).one()
    db.session.add(
        Adoption(organisation_id=mizuho.id, curriculum_id=curriculum_id, due_on=clock.today() + dt.timedelta(days=900))
    )
    mine, _lessons = begins(mizuho.staff, course)
    learns_everything(mizuho.staff.browser(), mine)
    due = re.compile(r"すること</h2>.*全職員のための情報セキュリティ.*修了した講座", re.DOTALL)
    assert not due.search(mizuho.staff.browser().get("/me").text)
    next_year = clock.now() + dt.timedelta(days=366)
    monkeypatch.setattr(clock, "now", lambda: next_year)
    assert due.search(mizuho.staff.browser().get("/me").text)
    assert "日過ぎています" not in mizuho.staff.browser().get("/me").text


def test_a_self_check_recommends_the_next_courses(mizuho):
    course, _edition = published("digital-literacy-check")
    mine, _lessons = begins(mizuho.staff, course)
    browser = mizuho.staff.browser()
    quiz = next(
        lesson
        for module in editions.whole(course.published_id).modules
        for lesson in module.lessons
        if lesson.kind is LessonKind.QUIZ
    )
    browser.post(f"/learn/{mine}/{quiz.id}/attempt")
    page = browser.get(browser.post(f"/attempts/{open_attempt(mine)[0]}/submit", data={"sure": "1"}).location).text
    assert "あなたへのおすすめ" in page
    assert re.search(r'href="/courses/[a-z-]+"', page.split("あなたへのおすすめ")[1])


def test_a_certificate_says_for_ever_what_it_said_and_strangers_read_an_initial(learner, app, secretariat):
    learns_everything(learner.browser, learner.mine)
    page = learner.browser.post(f"/enrolments/{learner.mine}/certificate").location
    assert learner.browser.post(f"/enrolments/{learner.mine}/certificate").location == page
    number = db.session.scalars(sa.select(Certificate.number)).one()
    pdf = learner.browser.get(f"/certificates/{number}.pdf").data
    today = clock.era_label(clock.today())
    for said in (learner.person.name, "窓口の案内文を書き直す", "修了証", "瑞穂町\n職員", today, "瑞穂町印"):
        assert said.replace(" ", "") in words_of_pdf(pdf).replace(" ", ""), said
    public = app.test_client().get(page).text
    assert "この修了証は有効です" in public
    assert learner.person.name not in public
    assert f"{learner.person.name[0]}…" in public
    assert app.test_client().get(f"/certificates/{number}.pdf").status_code == 302
    assert secretariat.staff.browser().get(f"/certificates/{number}.pdf").status_code == 404
    unknown = app.test_client().get("/certificates/AAAA")
    assert unknown.status_code == 404
    assert "「AAAA」という番号の修了証はありません。" in unknown.text
    found = app.test_client().get("/certificates", query_string={"number": grouped(number)})
    assert app.test_client().get(found.location).text.count("この修了証は有効です"), "the number as it is printed"
    db.session.execute(sa.update(CourseEdition).values(title="別の題"))
    db.session.commit()
    assert "窓口の案内文を書き直す" in app.test_client().get(page).text


def test_a_corrected_completion_gets_a_new_certificate_that_refers_to_the_one_before(learner, app):
    learns_everything(learner.browser, learner.mine)
    before = learner.browser.post(f"/enrolments/{learner.mine}/certificate").location
    a_day_earlier = clock.now() - dt.timedelta(days=1)
    enrolments.move(db.session.get_one(Enrolment, learner.mine), EnrolmentState.COMPLETED, a_day_earlier)
    db.session.commit()
    assert "修了した日が訂正されたため、この修了証は使えません。" in app.test_client().get(before).text
    assert learner.browser.get(f"{before}.pdf").status_code == 409
    after = learner.browser.post(f"/enrolments/{learner.mine}/certificate").location
    assert after != before
    assert learner.browser.post(f"/enrolments/{learner.mine}/certificate").location == after
    assert f'href="{after}"' in app.test_client().get(before).text
    page = app.test_client().get(after).text
    assert "この修了証は有効です" in page
    assert f'href="{before}"' in page
    assert learner.browser.get(f"{after}.pdf").status_code == 200


def test_a_certificate_is_revoked_by_who_looks_after_the_course_with_a_reason(learner, app, hachioji, mizuho):
    learns_everything(learner.browser, learner.mine)
    page = learner.browser.post(f"/enrolments/{learner.mine}/certificate").location
    assert hachioji.coordinator.browser().post(f"{page}/revoke", data={"reason": "x"}).status_code == 404
    assert mizuho.coordinator.browser().post(f"{page}/revoke", data={"reason": ""}).status_code == 422
    assert mizuho.coordinator.browser().post(f"{page}/revoke", data={"reason": "別の人が受けたため"}).status_code == 302
    assert "別の人が受けたため" in app.test_client().get(page).text
    number = db.session.scalars(sa.select(Certificate.number)).one()
    assert learner.browser.get(f"/certificates/{number}.pdf").status_code == 409
    assert mizuho.coordinator.browser().post(f"{page}/revoke", data={"reason": "x"}).status_code == 422


def test_no_certificate_before_the_completion_and_none_of_others(learner, mizuho):
    assert learner.browser.post(f"/enrolments/{learner.mine}/certificate").status_code == 409
    learns_everything(learner.browser, learner.mine)
    assert mizuho.coordinator.browser().post(f"/enrolments/{learner.mine}/certificate").status_code == 404


def test_the_record_of_learning_goes_along_with_the_person(learner):
    learns_everything(learner.browser, learner.mine)
    record = learner.browser.get("/me/record.pdf")
    said = words_of_pdf(record.data).replace("\n", "")
    assert "窓口の案内文を書き直す" in said
    assert f"作成日{clock.era_label(clock.today())}" in said.replace(" ", "")
    assert "学習時間の目安" in said
    assert "filename*=UTF-8''" + quote(f"学習記録_{learner.person.name}.pdf") in record.headers["Content-Disposition"]
    (course,) = json.loads(learner.browser.get("/me/record.json").data)["courses"]
    assert (course["state"], course["organisation"]) == ("completed", "瑞穂町")


def test_lessons_finished_while_an_absence_stood_count_when_it_is_corrected(mizuho):
    taught(mizuho.coordinator, "blended-course", format=Format.BLENDED)
    begins_at = clock.at(clock.today(), dt.time(9))
    session = session_of("blended-course", mizuho, starts_at=begins_at, ends_at=begins_at + dt.timedelta(hours=2))
    mine = joins(mizuho.staff, session).id
    meeting_id = db.session.scalars(sa.select(Meeting.id)).one()
    db.session.commit()
    host = mizuho.coordinator.browser()
    host.post(f"/meetings/{meeting_id}/attendance", data={f"presence-{mine}": "absent"})
    learns_everything(mizuho.staff.browser(), mine)
    assert state_of(mine) is EnrolmentState.ABSENT
    host.post(f"/meetings/{meeting_id}/attendance", data={f"presence-{mine}": "attended"})
    assert state_of(mine) is EnrolmentState.COMPLETED


def test_withdrawing_and_enrolling_again_gives_no_attempts_back(mizuho):
    limited = (ModuleText("一", (LessonText("テスト", "", LessonKind.QUIZ, content={**QUIZ, "attempts": 1}),)),)
    course = taught(mizuho.coordinator, modules=limited)
    mine, (lesson,) = begins(mizuho.staff, course)
    browser = mizuho.staff.browser()
    browser.post(f"/learn/{mine}/{lesson}/attempt")
    browser.post(f"/attempts/{open_attempt(mine)[0]}/submit", data={"sure": "1"})
    browser.post(f"/enrolments/{mine}/withdraw")
    again, _lessons = begins(mizuho.staff, course)
    assert browser.post(f"/learn/{again}/{lesson}/attempt").status_code == 409


def test_odd_answers_are_wrong_and_can_be_read_afterwards(learner):
    learner.browser.post(at(learner, 2, "/attempt"))
    attempt_id, asked = open_attempt(learner.mine)
    odd = {"single": "²", "multiple": "-1", "number": "1e9999999", "short-text": "\x00", "true-false": "maybe"}
    fields = {f"q-{one.number}": odd.get(one.question.kind.value, "") for one in asked}
    fields |= {
        f"q-{one.number}-{place}": "①"
        for one in asked
        if one.question.kind is QuestionKind.ORDERING
        for place in range(3)
    }
    page = learner.browser.get(
        learner.browser.post(f"/attempts/{attempt_id}/submit", data={**fields, "sure": "1"}).location
    )
    assert page.status_code == 200
    assert "答えていません" in page.text


def test_eleven_things_in_order_are_told_in_that_order():
    items = tuple(f"段{number}" for number in range(1, 12))
    one = Asked(0, OrderingQuestion("順に", items=items), tuple(range(11)))
    assert one.in_words(right_answer(one)) == "、".join(f"「{item}」" for item in items)
    assert one.in_words([""] * 11) == ""


def test_the_player_asks_the_same_few_questions_for_three_lessons_and_for_thirty(mizuho, queries):
    asked = []
    for number in (3, 30):
        lessons = tuple(LessonText(f"レッスン{place}", "文。") for place in range(number))
        mine, ids = begins(mizuho.staff, taught(mizuho.coordinator, modules=(ModuleText("一", lessons),)))
        browser = mizuho.staff.browser()
        for page in (f"/learn/{mine}", f"/learn/{mine}/{ids[1]}"):
            queries.clear()
            assert browser.get(page).status_code == 200
            asked.append(len(queries))
    assert asked[:2] == asked[2:]
    assert max(asked) <= 10


def test_what_was_learned_elsewhere_is_declared_then_confirmed_by_another(mizuho, hachioji):
    browser = mizuho.staff.browser()
    said = {"title": "ITパスポート試験", "provider": "試験センター", "learned_on": "R8.6.1"}
    assert browser.post("/me/outside", data={**said, "learned_on": "2099-01-01"}).status_code == 422
    assert browser.post("/me/outside", data=said).status_code == 302
    assert "本人の申告" in browser.get("/me/outside").text
    learning_id = db.session.scalars(sa.select(OutsideLearning.id)).one()
    assert "ITパスポート試験" not in hachioji.coordinator.browser().get("/office/outside").text
    assert hachioji.coordinator.browser().post(f"/office/outside/{learning_id}/confirm").status_code == 404
    assert hachioji.staff.browser().post(f"/me/outside/{learning_id}/withdraw").status_code == 404
    assert mizuho.coordinator.browser().post(f"/office/outside/{learning_id}/confirm").status_code == 302
    assert browser.post(f"/me/outside/{learning_id}/withdraw").status_code == 409
    (row,) = json.loads(browser.get("/me/record.json").data)["elsewhere"]
    assert (row["learned_on"], row["provenance"]) == ("2026-06-01", "confirmed")
    assert "ITパスポート試験" in re.sub(r"\s", "", words_of_pdf(browser.get("/me/record.pdf").data))


def test_nobody_confirms_the_own_learning(mizuho):
    coordinator = mizuho.coordinator
    coordinator.browser().post("/me/outside", data={"title": "資格", "provider": "学校", "learned_on": "2026-06-01"})
    learning_id = db.session.scalars(sa.select(OutsideLearning.id)).one()
    assert coordinator.browser().post(f"/office/outside/{learning_id}/confirm").status_code == 409
    assert coordinator.browser().post(f"/me/outside/{learning_id}/withdraw").status_code == 302


def test_who_began_a_course_can_finish_it_after_it_was_retired(mizuho, secretariat):
    browser = mizuho.staff.browser()
    browser.post("/courses/ai-first/enrol")
    secretariat.secretary.browser().post("/studio/ai-first/retire", data={"because": "新しい講座に替わりました。"})
    identity = db.session.scalars(sa.select(Enrolment.id)).one()
    assert browser.get("/courses/ai-first/lessons").location == f"/learn/{identity}"
    learns_everything(browser, identity)
    assert "修了しました" in browser.get(f"/learn/{identity}").text


def test_nobody_completes_a_course_that_has_nothing_to_be_finished(mizuho):
    optional = ModuleText("本編", (LessonText("読む", "読みます。", required=False),))
    enrolment_id, (lesson_id,) = begins(mizuho.staff, taught(mizuho.coordinator, modules=(optional,)))
    browser = mizuho.staff.browser()
    browser.post(f"/learn/{enrolment_id}/{lesson_id}/finish")
    assert browser.post(f"/enrolments/{enrolment_id}/finish").status_code == 409
    assert state_of(enrolment_id) is EnrolmentState.IN_PROGRESS


def test_an_e_learning_course_without_a_required_lesson_is_not_handed_in(mizuho):
    course = draft_course(mizuho.coordinator)
    assert any("修了に必要なレッスン" in one for one in publication.missing_for_publication(edition_of(course)))


def used_up(office):
    """A learner who has failed the only attempt at the quiz of a course."""
    quiz = {**QUIZ, "attempts": 1}
    course = taught(
        office.coordinator, modules=(ModuleText("本編", (LessonText("テスト", "", LessonKind.QUIZ, content=quiz),)),)
    )
    enrolment_id, (lesson_id,) = begins(office.staff, course)
    browser = office.staff.browser()
    browser.post(f"/learn/{enrolment_id}/{lesson_id}/attempt")
    browser.post(f"/attempts/{open_attempt(enrolment_id)[0]}/submit", data={"sure": "1"})
    return enrolment_id, lesson_id, browser


def test_a_coordinator_sees_what_quizzes_came_to_and_grants_a_further_attempt(mizuho, hachioji):
    enrolment_id, lesson_id, browser = used_up(mizuho)
    page = f"/learn/{enrolment_id}/{lesson_id}"
    assert "研修担当に回数の追加を頼めます。" in browser.get(page).text
    office = mizuho.coordinator.browser()
    assert mizuho.staff.name in office.get(f"/office/scores?q={mizuho.staff.number}").text
    assert "0%" in office.get(f"/office/scores/{enrolment_id}").text
    assert office.post(f"/office/scores/{enrolment_id}/{lesson_id}").status_code == 302
    assert office.post(f"/office/scores/{enrolment_id}/{lesson_id}").status_code == 409, "an attempt is left"
    assert "研修担当が1回追加しました" in browser.get(page).text
    assert browser.post(f"{page}/attempt").status_code == 302
    passes_the_quiz(browser, enrolment_id, lesson_id)
    assert state_of(enrolment_id) is EnrolmentState.COMPLETED
    other = hachioji.coordinator.browser()
    assert mizuho.staff.name not in other.get("/office/scores").text
    assert other.get(f"/office/scores/{enrolment_id}").status_code == 404
    assert other.post(f"/office/scores/{enrolment_id}/{lesson_id}").status_code == 404
