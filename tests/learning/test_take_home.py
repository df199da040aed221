"""A course taken as a file: its return code completes the course once, for the person whose file it was."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from factories import joins, session_of
from lessons import LESSONS, QUIZ, begins, packaged, state_of, taught
from made_packages import one_page

from kernel.database import db

from courses.edition import LessonText, ModuleText
from courses.models import Course, Format, LessonKind

from participation.models import Enrolment, EnrolmentState

from learning import take_home
from learning.models import Progress, TakeHome
from learning.path import path_of

PASSED = (6,)
FOUR_OF_FIVE = {**QUIZ, "pass_percent": 80}


@pytest.fixture
def learner(mizuho):
    return mizuho.staff, begins(mizuho.staff, taught(mizuho.coordinator))[0]


def saved(person, enrolment):
    """The file of a person, as an archive."""
    answer = person.browser().post(f"/learn/{enrolment}/file/save")
    assert answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def code(person, enrolment, counts=PASSED):
    """The code that the page of a file makes of so many right answers."""
    path = path_of(person.actor, enrolment)
    return take_home.Returns(take_home.home_of(path), [None] * len(counts)).code(counts)


def handed_in(person, enrolment, typed):
    return person.browser().post(f"/learn/{enrolment}/file", data={"code": typed})


def test_a_file_holds_all_that_is_read_and_the_key_of_nobody_else(learner, mizuho):
    person, mine = learner
    archive = saved(person, mine)
    page = archive.read("index.html").decode()
    assert "一つ目の文。" in page
    assert {"index.html", "style.css", "course.js", "disk.js"} <= set(archive.namelist())
    told = json.loads(re.search(r'id="course">(.*?)</script>', page, re.DOTALL)[1])
    assert told["returns"]["key"] == db.session.get_one(TakeHome, mine).key
    colleague = mizuho.person()
    other = begins(colleague, taught(mizuho.coordinator, "other"))[0]
    saved(colleague, other)
    assert db.session.get_one(TakeHome, other).key not in page


def test_the_code_completes_the_course_and_leads_to_the_certificate(learner):
    person, mine = learner
    saved(person, mine)
    answer = handed_in(person, mine, code(person, mine))
    assert answer.location.endswith("/finished")
    assert state_of(mine) is EnrolmentState.COMPLETED
    assert db.session.get_one(TakeHome, mine).score == 100


@pytest.mark.parametrize("change", [str.lower, lambda said: said.replace("-", ""), lambda said: f"　{said.replace('-', '－')} ",
                                    lambda said: "".join(chr(ord(sign) + 0xFEE0) for sign in said)])  # fmt: skip
def test_a_code_is_read_as_people_type_it(learner, change):
    person, mine = learner
    saved(person, mine)
    handed_in(person, mine, change(code(person, mine)))
    assert state_of(mine) is EnrolmentState.COMPLETED


def test_a_code_is_of_one_person_only(learner, mizuho):
    person, mine = learner
    saved(person, mine)
    colleague = mizuho.person()
    theirs = begins(colleague, db.session.get_one(Course, db.session.get_one(Enrolment, mine).course_id))[0]
    saved(colleague, theirs)
    answer = handed_in(colleague, theirs, code(person, mine))
    assert answer.status_code == 422
    assert "あなたが保存したファイルのものではありません" in answer.text
    assert state_of(theirs) is EnrolmentState.IN_PROGRESS
    assert colleague.browser().post(f"/learn/{mine}/file", data={"code": code(person, mine)}).status_code == 404


def test_a_code_is_taken_once(learner, mizuho):
    person, mine = learner
    saved(person, mine)
    said = code(person, mine)
    handed_in(person, mine, said)
    answer = handed_in(person, mine, said)
    assert answer.status_code == 422
    page = person.browser().get(f"/learn/{mine}/file").text
    assert "修了コードを受け取りました" in page
    assert person.browser().post(f"/learn/{mine}/file/save").status_code == 409


def test_who_did_not_pass_does_not_complete(learner):
    person, mine = learner
    saved(person, mine)
    answer = handed_in(person, mine, code(person, mine, (5,)))
    assert "合格していない" in answer.text
    assert state_of(mine) is EnrolmentState.IN_PROGRESS
    assert handed_in(person, mine, code(person, mine)).status_code == 302


def test_a_code_cannot_be_guessed(learner):
    person, mine = learner
    saved(person, mine)
    key, right = db.session.get_one(TakeHome, mine).key, code(person, mine)
    for _guess in range(take_home.MOST_REFUSED):
        assert "ファイルのものではありません" in handed_in(person, mine, "2222-2222-2222").text
    assert "ファイルをもう一度保存して" in handed_in(person, mine, right).text
    assert state_of(mine) is EnrolmentState.IN_PROGRESS
    saved(person, mine)
    assert db.session.get_one(TakeHome, mine, populate_existing=True).key != key
    assert handed_in(person, mine, right).status_code == 422, "the code of the file before is worth nothing"
    assert handed_in(person, mine, code(person, mine)).status_code == 302


@pytest.mark.parametrize(
    "typed", ["", "あ", "2" * 61, "0000-0000-0000", "ZZZZ-ZZZZ-ZZZZ", "²²²²-²²²²-²²²²", "2222-2222-2222-2222"]
)
def test_what_is_no_code_is_refused_in_words(learner, typed):
    person, mine = learner
    saved(person, mine)
    assert handed_in(person, mine, typed).status_code == 422


def test_a_code_before_any_file_is_told_what_to_do(learner):
    person, mine = learner
    assert "はじめに、ファイルを保存" in handed_in(person, mine, "2222-2222-2222").text


def test_a_file_may_be_saved_again_without_worth_being_lost(learner):
    person, mine = learner
    saved(person, mine)
    said = code(person, mine)
    saved(person, mine)
    assert handed_in(person, mine, said).status_code == 302


def test_what_was_learnt_online_stays_and_only_what_was_left_is_finished_now(mizuho, time):
    mine, (first, *_others) = begins(mizuho.staff, taught(mizuho.coordinator))
    mizuho.staff.browser().post(f"/learn/{mine}/{first}/finish")
    before = db.session.get_one(Progress, (mine, first)).finished_at
    saved(mizuho.staff, mine)
    time.passes(days=1)
    handed_in(mizuho.staff, mine, code(mizuho.staff, mine))
    assert state_of(mine) is EnrolmentState.COMPLETED
    assert db.session.get_one(Progress, (mine, first), populate_existing=True).finished_at == before


def test_a_blended_course_still_asks_for_attendance(mizuho):
    taught(mizuho.coordinator, "blended-course", format=Format.BLENDED)
    mine = joins(mizuho.staff, session_of("blended-course", mizuho)).id
    db.session.commit()
    saved(mizuho.staff, mine)
    handed_in(mizuho.staff, mine, code(mizuho.staff, mine))
    assert not path_of(mizuho.staff.actor, mine).left
    assert state_of(mine).is_open


def test_a_course_with_a_package_of_others_says_why_it_cannot_be_taken_along(mizuho):
    course = packaged(mizuho.coordinator, {"窓口を測る": one_page()})
    mine, _lessons = begins(mizuho.staff, course)
    page = mizuho.staff.browser().get(f"/learn/{mine}/file").text
    assert "「窓口を測る」は教材のパッケージなので、書き出せません" in page
    assert mizuho.staff.browser().post(f"/learn/{mine}/file/save").status_code == 409


def test_a_course_of_two_tests_needs_both(mizuho):
    quiz = LessonText("確認テスト", "", LessonKind.QUIZ, 10, content=FOUR_OF_FIVE)
    both = (*LESSONS, ModuleText("もう一つ", (quiz,)))
    mine, _lessons = begins(mizuho.staff, taught(mizuho.coordinator, modules=both))
    saved(mizuho.staff, mine)
    assert "合格していない" in handed_in(mizuho.staff, mine, code(mizuho.staff, mine, (6, 4))).text
    handed_in(mizuho.staff, mine, code(mizuho.staff, mine, (6, 5)))
    assert state_of(mine) is EnrolmentState.COMPLETED
    assert db.session.get_one(TakeHome, mine).score == 83


def test_the_coordinator_sees_what_the_file_came_to(learner, mizuho, hachioji):
    person, mine = learner
    saved(person, mine)
    assert person.name not in mizuho.coordinator.browser().get("/office/scores").text
    handed_in(person, mine, code(person, mine))
    browser = mizuho.coordinator.browser()
    assert person.name in browser.get("/office/scores").text
    page = browser.get(f"/office/scores/{mine}").text
    assert "ファイルで受けた修了コードを受け取りました。確認テストの正答率は100%でした。" in page
    assert hachioji.coordinator.browser().get(f"/office/scores/{mine}").status_code == 404
