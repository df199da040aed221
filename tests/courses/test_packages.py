"""Packages of authoring tools (SCORM): how they are taken in, where they run, and what comes of what they report."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import secrets
import zipfile
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from factories import draft_course, edition_of
from flask import current_app
from ground import own_files
from hypothesis import given
from hypothesis import strategies as st
from lessons import begins, packaged, state_of
from made_packages import item, manifest_12, one_page, sco, zipped

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError

from people.models import Role
from people.role import set_roles

from courses import course_file
from courses import edition as editions
from courses.course import latest_edition
from courses.edition import LessonText, ModuleText
from courses.lessons import asset, outline
from courses.models import LessonKind
from courses.packages import package
from courses.packages.manifest import Part
from courses.packages.models import Package, PackageFile, PackageStandard

from participation.models import EnrolmentState

from learning import run_time
from learning.models import CompletionStatus, PackageRun, Progress, SuccessStatus

THERE = "http://*.packages.test"
HERE = "http://127.0.0.1:8000"
"""Where packages run in these tests, and where the application says it is."""


# What is taken in


@pytest.fixture
def files(app):
    return app.extensions["files"]


def kept():
    return {file.name for file in own_files().iterdir()}


def test_a_hostile_package_is_refused_and_leaves_nothing_behind(app, files):
    good = zipfile.ZipFile(io.BytesIO(one_page()))
    manifest_text = good.read("imsmanifest.xml")
    hostile = {
        "展開すると大きくなりすぎます": {"imsmanifest.xml": manifest_text, "index.html": "x", "bomb": b"\0" * 20_000_000},
        "フォルダーの外": {"imsmanifest.xml": manifest_text, "../index.html": "x"},
        "中にありません": {"imsmanifest.xml": manifest_text},
    }  # fmt: skip
    before = kept()
    for why, content in hostile.items():
        with pytest.raises(InvalidError, match=why):
            asset.keep_file(files, "x.zip", io.BytesIO(zipped(content)))
    with pytest.raises(InvalidError, match="ZIPファイルとして読めません"):
        asset.keep_file(files, "x.zip", io.BytesIO(one_page()[:-40]))
    assert kept() == before
    assert not db.session.scalars(sa.select(Package)).all()


def test_an_archive_of_windows_in_japan_is_read(app, files):
    """Its names are in CP932, its folders parted by backslashes; a name of the same length is put in their place."""
    text = manifest_12(item("i", "一", "r"), sco("r", "教/本.html"))
    name = "教\\本.html".encode("cp932")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("imsmanifest.xml", (2026, 1, 1, 0, 0, 0)), text)
        archive.writestr(zipfile.ZipInfo("a" * len(name), (2026, 1, 1, 0, 0, 0)), "本編")
    unpacked = package.unpack(files, io.BytesIO(made.getvalue().replace(b"a" * len(name), name)))
    assert set(unpacked.files) == {"imsmanifest.xml", "教/本.html"}


def test_an_archive_of_too_many_names_or_a_manifest_of_too_many_words_is_refused_before_it_is_read(app, files):
    many = zipped({f"{number:05}.txt": "" for number in range(5001)})
    with pytest.raises(InvalidError, match="5000個より多く"):
        package.unpack(files, io.BytesIO(many))
    lying = bytearray(one_page())
    end = lying.rfind(b"PK\x05\x06")
    lying[end + 12 : end + 16] = (400_000_000).to_bytes(4, "little")
    with pytest.raises(InvalidError, match="5000個より多く"):
        package.unpack(files, io.BytesIO(bytes(lying)))
    words = zipped({"imsmanifest.xml": b"<m>" + secrets.token_bytes(2_500_000).hex().encode(), "index.html": ""})
    with pytest.raises(InvalidError, match="大きすぎます"):
        package.unpack(files, io.BytesIO(words))
    nameless = one_page().replace(b"index.html", b"/" * 10)
    with pytest.raises(InvalidError, match="名前"):
        package.unpack(files, io.BytesIO(nameless))


def test_the_same_archive_is_unpacked_for_all_and_entered_once(app, files):
    for _time in range(2):
        package.enter(asset.keep_file(files, "x.zip", io.BytesIO(one_page("<p>同じ</p>"))).package)
    (row,) = db.session.scalars(sa.select(Package))
    held = db.session.scalars(sa.select(PackageFile.path).where(PackageFile.package_digest == row.digest)).all()
    assert set(held) == {"imsmanifest.xml", "index.html"}


def test_a_package_of_an_earlier_version_is_read_again_when_it_is_added_anew(app, files):
    package.enter(asset.keep_file(files, "x.zip", io.BytesIO(one_page("<p>また</p>"))).package)
    row = db.session.scalars(sa.select(Package)).one()
    row.outline, row.rollup = [{**part, "title": "以前"} for part in row.outline], {}
    db.session.flush()
    package.enter(asset.keep_file(files, "x.zip", io.BytesIO(one_page("<p>また</p>"))).package)
    assert row.outline[0]["title"] == "はじめに"
    assert row.rollup["tracked"] is True


def test_a_course_with_packages_goes_out_and_in_again(app, mizuho, files):
    packaged(mizuho.coordinator, {"一": one_page("<p>出入り</p>")}, "with-package", instead="text")
    out = course_file.files_of(*latest_edition("with-package"), files)
    edition = course_file.take_in("copy-of-it", mizuho.id, course_file.read(out), files)
    db.session.commit()
    again = course_file.files_of(editions.whole(edition.id), (), files)
    assert {name: content for name, content in again.items() if name != "course.yaml"} == {
        name: content for name, content in out.items() if name != "course.yaml"
    }
    assert b"instead: text" in again["course.yaml"]


# Where a package runs


def frame_of(page):
    return re.search(r'<iframe src="([^"]+)"', page).group(1).replace("&amp;", "&")


def run_in(page):
    return json.loads(re.search(r'id="run">(.*?)</script>', page, re.DOTALL).group(1))


def run_of(frame):
    """What a frame is told, with the addresses where its package runs."""
    told, place = run_in(current_app.test_client().get(frame).text), frame.split("/packages/")[0]
    return {**told, "page": place + told["page"], "keep": place + told["keep"]}


def path_of(address):
    return urlsplit(address).path


@pytest.fixture
def opened(app, mizuho):
    """A learner in a lesson that shows a package of one page: browser, enrolment, lesson, what its frame is told."""
    course = packaged(mizuho.coordinator, {"一": one_page()})
    return enters(mizuho.staff, course)


def enters(person, course, number=0):
    enrolment_id, lesson_ids = begins(person, course)
    browser = person.browser()
    page = browser.get(f"/learn/{enrolment_id}/{lesson_ids[number]}").text
    told = run_of(frame_of(page))
    return browser, enrolment_id, lesson_ids[number], told


def says(told, cmi=None, **said):
    """Send what a part reports, as its frame does."""
    report = {"completionStatus": "incomplete", "successStatus": "unknown", "totalTimeSeconds": 0, **said}
    report["runtimeData"] = {"cmi": cmi or {}}
    return current_app.test_client().post(
        told["keep"], data=json.dumps(report), content_type="text/plain;charset=UTF-8"
    )


def test_files_of_packages_come_from_a_place_of_their_own_and_from_nowhere_else(opened):
    browser, _enrolment, _lesson, told = opened
    page = current_app.test_client().get(told["page"])
    assert page.text == "<p>はじめに</p>"
    assert page.content_type.startswith("text/html")
    assert "Set-Cookie" not in page.headers
    assert f"frame-ancestors 'self' {HERE}" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert browser.get(path_of(told["page"])).status_code == 404
    assert browser.post(path_of(told["keep"]), data="{}").status_code == 404


def test_each_package_has_a_place_of_its_own_and_answers_under_no_other_name(mizuho):
    course = packaged(mizuho.coordinator, {"一": one_page(), "二": one_page("<p>別の教材</p>")})
    enrolment_id, lesson_ids = begins(mizuho.staff, course)
    browser, there = mizuho.staff.browser(), current_app.test_client()
    frames = [frame_of(browser.get(f"/learn/{enrolment_id}/{lesson_id}").text) for lesson_id in lesson_ids]
    places = [frame.split("/packages/")[0] for frame in frames]
    assert places[0] != places[1]
    for here, elsewhere, frame in zip(places, reversed(places), frames, strict=True):
        page = run_of(frame)["page"]
        assert there.get(page).status_code == 200
        assert there.get(page.replace(here, elsewhere)).status_code == 404
        assert there.get(frame.replace(here, elsewhere)).status_code == 404
        assert there.get(page.replace(here, "http://packages.test")).status_code == 404


def test_a_package_of_a_draft_is_for_those_who_may_see_the_draft(app, mizuho):
    author = mizuho.person(Role.COORDINATOR)
    course = draft_course(mizuho.coordinator, "not-yet")
    edition = editions.whole(edition_of(course).id)
    asset.add_asset(edition, asset.keep_file(app.extensions["files"], "x.zip", io.BytesIO(one_page())))
    text = LessonText("教材", kind=LessonKind.PACKAGE, content={"asset": "x.zip", "instead": ""})
    editions.write_modules(edition, (ModuleText("単元", (text,)),))
    db.session.flush()
    lesson_id = editions.whole(edition.id).modules[0].lessons[0].id
    db.session.commit()
    frame = frame_of(author.browser().get(f"/studio/not-yet/lessons/{lesson_id}/try").text)
    page, there = run_of(frame)["page"], current_app.test_client()
    assert there.get(page).status_code == 200
    set_roles(mizuho.administrator.actor, author.membership_id, set())
    db.session.commit()
    assert there.get(page).status_code == 404
    assert there.get(frame).status_code == 404


def test_nothing_of_the_application_is_where_packages_run(opened):
    browser, place = opened[0], opened[3]["page"].split("/packages/")[0]
    for address in ("/", "/me", "/sign-in", "/catalog?q=1"):
        answer = browser.get(place + address)
        assert (answer.status_code, answer.location) == (302, HERE + address)
    assert browser.post(place + "/sign-in", data={}).status_code == 404
    assert browser.get(place + "/no/such/page").status_code == 404


def test_links_to_packages_are_ours_and_end(opened, monkeypatch):
    told = opened[3]
    token, place = path_of(told["page"]).split("/")[2], told["page"].split("/packages/")[0]
    there = current_app.test_client()
    assert there.get(told["page"].replace(token, token[::-1])).status_code == 404
    assert there.get(told["page"].replace("index.html", "imsmanifest.xm")).status_code == 404
    assert there.get(f"{place}/packages/run/{token}").status_code == 404, "one link does not open another door"
    later = clock.now() + dt.timedelta(hours=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert there.get(told["page"]).status_code == 404
    assert says(told, completionStatus="completed").status_code == 404


def test_a_lesson_frames_the_place_of_packages_and_nothing_else(opened):
    browser, enrolment_id, lesson_id, _told = opened
    policy = browser.get(f"/learn/{enrolment_id}/{lesson_id}").headers["Content-Security-Policy"]
    assert f"frame-src 'self' {THERE}" in policy
    assert "default-src 'self'" in policy


def test_a_package_learns_nobodys_name(opened):
    told = opened[3]
    assert told["start"]["cmi"]["core"]["student_name"] == "受講者"
    assert re.fullmatch("[0-9a-f]{16}", told["start"]["cmi"]["core"]["student_id"])


# What comes of what a package reports


def test_a_part_that_reports_completion_finishes_lesson_and_course_once(opened):
    _browser, enrolment_id, lesson_id, told = opened
    assert says(told).get_json() == {
        "result": True, "errorCode": 0, "state": "途中", "finished": False, "older": False,
    }  # fmt: skip
    assert state_of(enrolment_id) is EnrolmentState.IN_PROGRESS
    assert says(told, completionStatus="completed").get_json()["finished"]
    assert state_of(enrolment_id) is EnrolmentState.COMPLETED
    finished = db.session.get_one(Progress, (enrolment_id, lesson_id)).finished_at
    assert says(told).get_json()["state"] == "終わりました", "what is finished stays finished"
    assert db.session.get_one(Progress, (enrolment_id, lesson_id), populate_existing=True).finished_at == finished


def test_the_next_session_goes_on_where_the_last_one_was(mizuho, opened):
    browser, enrolment_id, lesson_id, told = opened
    cmi = {
        "suspend_data": "控え" * 30_000, "core": {"lesson_location": "7", "lesson_status": "incomplete", "exit": "suspend",
        "session_time": "00:10:00"}, "objectives": {"0": {"id": "o", "status": "passed"}},
        "interactions": {"0": {"id": "q", "type": "true-false", "student_response": "t"}},
    }  # fmt: skip
    assert says(told, cmi, totalTimeSeconds=600).status_code == 200
    page = browser.get(f"/learn/{enrolment_id}/{lesson_id}").text
    start = run_of(frame_of(page))["start"]["cmi"]
    assert start["suspend_data"] == "控え" * 30_000
    assert start["objectives"] == cmi["objectives"]
    assert start["interactions"] == cmi["interactions"]
    assert list(start["interactions"]["0"]) == ["id", "type", "student_response"], (
        "the run-time reads them in this order"
    )
    core = start["core"]
    assert (core["lesson_location"], core["entry"], core["total_time"]) == ("7", "resume", "0000:10:00")
    assert "session_time" not in core
    run = db.session.scalars(sa.select(PackageRun)).one()
    assert (run.seconds, run.location, run.completion) == (600, "7", CompletionStatus.INCOMPLETE)


def test_a_lesson_is_finished_when_all_parts_are_and_a_page_without_reports_by_opening_it(app, mizuho):
    archive = zipped(
        {
            "imsmanifest.xml": manifest_12(
                item("a", "一", "r1") + item("b", "二", "r2"), sco("r1", "a.html") + sco("r2", "b.html", "asset")
            ),
            "a.html": "一",
            "b.html": "二",
        }
    )
    browser, enrolment_id, lesson_id, told = enters(mizuho.staff, packaged(mizuho.coordinator, {"教材": archive}))
    assert not says(told, completionStatus="completed").get_json()["finished"]
    page = browser.get(f"/learn/{enrolment_id}/{lesson_id}")
    assert "終わりました" in page.text
    second = run_of(frame_of(page.text))
    assert second["page"].endswith("b.html"), "the page opens the part that is left"
    assert says(second, completionStatus="incomplete").get_json()["finished"]
    assert browser.get(f"/learn/{enrolment_id}/{lesson_id}?part=no-such").status_code == 404


def test_a_window_that_was_opened_earlier_does_not_undo_what_a_later_one_did(opened):
    browser, enrolment_id, lesson_id, earlier = opened
    page = browser.get(f"/learn/{enrolment_id}/{lesson_id}").text
    later = run_of(frame_of(page))
    much = {"suspend_data": "たくさん", "core": {"lesson_location": "30", "score": {"raw": "90"}}}
    assert (
        says(later, much, completionStatus="completed", successStatus="passed", totalTimeSeconds=900).status_code == 200
    )
    answer = says(earlier, {"suspend_data": "", "core": {"lesson_location": "1"}}, totalTimeSeconds=10).get_json()
    assert (answer["older"], answer["state"]) == (True, "合格")
    assert says(later, {"core": {"lesson_location": "2", "score": {"raw": "10"}}}).get_json()["state"] == "合格"
    run = db.session.scalars(sa.select(PackageRun)).one()
    assert (run.location, run.seconds, run.score, run.success) == ("2", 900, 10, SuccessStatus.PASSED)


def test_a_window_that_is_opened_after_the_clock_went_back_is_no_older_one(opened, time):
    browser, enrolment_id, lesson_id, before = opened
    assert not says(before, {"core": {"lesson_location": "1"}}).get_json()["older"]
    time.passes(hours=-1)
    page = browser.get(f"/learn/{enrolment_id}/{lesson_id}").text
    after = run_of(frame_of(page))
    assert not says(after, {"core": {"lesson_location": "2"}}).get_json()["older"]
    assert says(before, {"core": {"lesson_location": "1"}}).get_json()["older"]
    assert db.session.scalars(sa.select(PackageRun)).one().location == "2"


DEEP = '{"runtimeData": ' + '{"a": ' * 600 + "1" + "}" * 601


@pytest.mark.parametrize("body", [DEEP, '{"runtimeData": {"cmi": {"core": 7, "exit": ["x"]}}}', '{"totalTimeSeconds": 1' + "0" * 400 + ', "runtimeData": {"cmi": {"x": NaN, "y": 1e999, "core": {"lesson_location": "\\ud800"}}}}', "", "{", "[]", "7", '{"runtimeData": 5}', '{"runtimeData": {"cmi": [1]}}', "[" * 90_000, '{"totalTimeSeconds": "x", "runtimeData": {"cmi": {"core": {"score": {"raw": "NaN"}, "lesson_location": "\\u0000"}}}}'])  # fmt: skip
def test_nothing_that_a_package_sends_breaks_anything(opened, body):
    browser, enrolment_id, lesson_id, told = opened
    answer = current_app.test_client().post(told["keep"], data=body, content_type="text/plain")
    assert answer.status_code in {200, 422}
    assert state_of(enrolment_id) is not EnrolmentState.COMPLETED
    page = browser.get(f"/learn/{enrolment_id}/{lesson_id}").text
    assert ": NaN" not in current_app.test_client().get(frame_of(page)).text
    assert current_app.test_client().post(told["keep"], data="x" * 1_100_000).status_code == 413


WORDS = ["completionStatus", "successStatus", "totalTimeSeconds", "ended", "said", "sharedData", "runtimeData", "cmi", "core", "score", "raw", "scaled", "min", "max", "lesson_status", "lesson_location", "location", "progress_measure", "suspend_data", "exit"]  # fmt: skip
REPORTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["passed", "completed", "not attempted"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=8), max_leaves=25,
)  # fmt: skip


@given(
    said=st.dictionaries(st.sampled_from(WORDS), REPORTS, max_size=8),
    core=st.dictionaries(st.sampled_from(WORDS), REPORTS, max_size=6),
)
@pytest.mark.parametrize("standard", PackageStandard)
def test_whatever_stands_where_is_read_or_refused(standard, said, core):
    part = Part(identifier="i", title="題", depth=0, path="index.html", mastery=80, reports=True)
    report = run_time.read(standard, part, {"ended": True, **said, "runtimeData": {"cmi": {"core": core, **core}}})
    json.dumps(report.columns["data"], allow_nan=False)
    assert report.location == str(report.location)


def test_who_has_withdrawn_is_told_nothing_and_keeps_nothing(mizuho, opened):
    browser, enrolment_id, _lesson, told = opened
    browser.post(f"/enrolments/{enrolment_id}/withdraw")
    assert state_of(enrolment_id) is EnrolmentState.WITHDRAWN
    assert says(told, completionStatus="completed").status_code == 404


def test_who_cannot_run_a_package_reads_instead_where_the_author_allows(app, mizuho):
    for instead, state in (("text", EnrolmentState.COMPLETED), ("", EnrolmentState.ENROLLED)):
        course = packaged(mizuho.coordinator, {"一": one_page()}, instead=instead)
        enrolment_id, (lesson_id,) = begins(mizuho.staff, course)
        browser = mizuho.staff.browser()
        page = browser.get(f"/learn/{enrolment_id}/{lesson_id}").text
        assert "「一」の内容を文章で読みます。" in page
        assert ("文章を読んで終える" in page) == bool(instead)
        browser.post(f"/learn/{enrolment_id}/{lesson_id}/finish")
        assert state_of(enrolment_id) is state


def test_the_author_tries_a_package_and_nothing_of_it_is_kept(app, mizuho, hachioji):
    course = packaged(mizuho.coordinator, {"一": one_page()}, "to-try")
    lesson_id = begins(mizuho.staff, course)[1][0]
    page = mizuho.coordinator.browser().get(f"/studio/to-try/lessons/{lesson_id}/try").text
    told = run_of(frame_of(page))
    assert says(told, completionStatus="completed").get_json()["result"] is True
    assert not db.session.scalars(sa.select(PackageRun)).all()
    assert hachioji.coordinator.browser().get(f"/studio/to-try/lessons/{lesson_id}/try").status_code == 404
    assert mizuho.staff.browser().get(f"/studio/to-try/lessons/{lesson_id}/try").status_code == 404


# The rules of the two standards

DONE, HALF, UNKNOWN = CompletionStatus.COMPLETED, CompletionStatus.INCOMPLETE, CompletionStatus.UNKNOWN


@pytest.mark.parametrize(
    ("standard", "mastery", "threshold", "said", "finished"),
    [
        ("1.2", None, None, {"completionStatus": "completed"}, True),
        ("1.2", None, None, {"completionStatus": "completed", "successStatus": "passed"}, True),
        ("1.2", None, None, {"completionStatus": "incomplete", "ended": True}, True),
        ("1.2", None, None, {"completionStatus": "incomplete", "successStatus": "failed"}, False),
        ("1.2", 80, None, {"completionStatus": "completed", "score": 79}, False),
        ("1.2", 80, None, {"completionStatus": "completed", "score": 80}, True),
        ("1.2", 80, None, {"completionStatus": "incomplete", "successStatus": "failed", "score": 85}, True),
        ("1.2", 80, None, {"completionStatus": "incomplete", "score": 85}, False),
        ("1.2", 80, None, {"completionStatus": "completed"}, True),
        ("2004", None, None, {"completionStatus": "completed", "successStatus": "failed"}, False),
        ("2004", None, None, {"completionStatus": "unknown", "successStatus": "passed"}, True),
        ("2004", None, None, {"completionStatus": "incomplete", "successStatus": "passed"}, False),
        ("2004", 0.8, None, {"completionStatus": "completed", "score": 0.79, "successStatus": "passed"}, False),
        ("2004", 0.8, None, {"completionStatus": "completed", "score": 0.8, "successStatus": "unknown"}, True),
        ("2004", 0.8, None, {"completionStatus": "unknown", "successStatus": "passed"}, False),
        ("2004", None, None, {"completionStatus": "unknown", "ended": True}, True),
        ("2004", None, None, {"completionStatus": "unknown"}, False),
        ("2004", None, 0.7, {"completionStatus": "completed"}, False),
        ("2004", None, 0.7, {"completionStatus": "completed", "progress": 0.6}, False),
        ("2004", None, 0.7, {"completionStatus": "incomplete", "progress": 0.7}, True),
    ],
)  # fmt: skip
def test_status_score_and_share_decide_as_the_standard_says(standard, mastery, threshold, said, finished):
    score, progress = said.pop("score", ""), said.pop("progress", "")
    cmi = (
        {"core": {"score": {"raw": score}}}
        if standard == "1.2"
        else {"score": {"scaled": score}, "progress_measure": progress}
    )
    part = Part("i", "一", 0, "a.html", reports=True, mastery=mastery, threshold=threshold)
    report = run_time.read(PackageStandard(standard), part, {**said, "runtimeData": {"cmi": cmi}})
    assert report.is_finished is finished


def test_a_session_that_ended_by_itself_does_not_resume_and_one_that_broke_off_does():
    part = Part("i", "一", 0, "a.html", reports=True, mastery=0.8)
    for left, entry in (("suspend", "resume"), ("", "resume"), ("normal", ""), ("logout", "resume")):
        run = PackageRun(data={"cmi": {"exit": left, "location": "3"}}, seconds=90.0, success=SuccessStatus.UNKNOWN)
        start = run_time.start(PackageStandard.SCORM_2004, part, run, "x")["cmi"]
        assert (start["entry"], start["location"], start["total_time"]) == (entry, "3", "PT90S")
        assert start["scaled_passing_score"] == "0.8"
    assert run_time.start(PackageStandard.SCORM_2004, part, None, "x")["cmi"]["entry"] == "ab-initio"


def test_a_package_of_thirty_parts_asks_no_more_questions_than_one_of_one(app, mizuho, queries):
    parts = "".join(item(f"i{number}", f"第{number}部", "r") for number in range(30))
    many = zipped({"imsmanifest.xml": manifest_12(parts, sco("r", "index.html")), "index.html": "x"})
    asked = []
    for archive in (one_page("<p>一</p>"), many):
        browser, enrolment_id, lesson_id, told = enters(mizuho.staff, packaged(mizuho.coordinator, {"教材": archive}))
        says(told)
        counts = []
        for act in (
            lambda browser=browser, path=f"/learn/{enrolment_id}/{lesson_id}": browser.get(path),
            lambda told=told: current_app.test_client().get(told["page"]),
            lambda told=told: says(told),
        ):
            queries.clear()
            assert act().status_code == 200
            counts.append(len(queries))
        asked.append(counts)
    assert asked[0] == asked[1]
    assert max(asked[0]) <= 12, asked


def test_without_a_place_for_packages_their_text_is_read_instead(app, mizuho, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], packages_url=""))
    enrolment_id, (lesson_id,) = begins(mizuho.staff, packaged(mizuho.coordinator, {"一": one_page()}, instead="text"))
    page = mizuho.staff.browser().get(f"/learn/{enrolment_id}/{lesson_id}").text
    assert "教材パッケージを動かす場所が、まだ用意されていません。" in page
    assert "<iframe" not in page
    assert '<details class="instead" open>' in page


def test_an_author_whose_package_was_taken_away_can_choose_another(app, mizuho):
    course = draft_course(mizuho.coordinator, "taken-away")
    edition = editions.whole(edition_of(course).id)
    asset.add_asset(edition, asset.keep_file(app.extensions["files"], "x.zip", io.BytesIO(one_page())))
    lesson = LessonText("一", "文章", LessonKind.PACKAGE, content={"asset": "x.zip", "instead": "text"})
    editions.write_modules(edition, (ModuleText("教材", (lesson,)),))
    db.session.commit()
    (lesson_id,) = [row.id for row in outline.lessons_of(editions.whole(edition.id))]
    browser = mizuho.coordinator.browser()
    address = f"/studio/taken-away/lessons/{lesson_id}"
    assert "選んだ教材" in browser.get(address).text
    browser.post("/studio/taken-away/assets/x.zip/remove")
    for page in (address, f"{address}/try"):
        assert browser.get(page).status_code == 200
    assert "「x.zip」のファイルを加えてください。" in browser.get("/studio/taken-away/modules").text
