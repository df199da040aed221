"""A course that leaves the product: a package that other learning systems read, with all that its lessons show."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from factories import published
from lessons import QUIZ, packaged, taught
from made_packages import one_page

from kernel.database import db

from courses.edition import LessonText, ModuleText
from courses.export import scorm_package, standalone
from courses.models import LessonKind
from courses.packages.manifest import pages, parts_from
from courses.packages.models import Package
from courses.packages.package import enter, unpack


def exported(person, slug):
    answer = person.browser().get(f"/courses/{slug}/scorm")
    assert answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.data))


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["dx-first-step", "security-basics", "ai-first"])
def test_a_shipped_course_is_read_as_a_package_again_and_lacks_no_file(mizuho, app, slug):
    archive = exported(mizuho.coordinator, slug)
    archive.fp.seek(0)
    package = unpack(app.extensions["files"], archive.fp)
    enter(package)
    row = db.session.get_one(Package, package.digest)
    assert row.title == published(slug)[1].title
    assert [part.path for part in pages(parts_from(row.outline))] == ["index.html"]
    page = archive.read("index.html").decode()
    shown = set(re.findall(r'(?:src|href)="((?!#|https?:)[^"]+)"', page))
    assert shown <= set(archive.namelist()), shown - set(archive.namelist())


def test_every_lesson_and_question_is_in_the_page(mizuho):
    page = exported(mizuho.coordinator, "dx-first-step").read("index.html").decode()
    _course, edition = published("dx-first-step")
    told = json.loads(re.search(r'id="course">(.*?)</script>', page, re.DOTALL)[1])["lessons"]
    lessons = [lesson for module in edition.modules for lesson in module.lessons]
    assert [one["title"] for one in told] == [lesson.title for lesson in lessons]
    for lesson, one in zip(lessons, told, strict=True):
        assert (one["quiz"] is not None) == bool(lesson.content.get("questions"))
        if one["quiz"]:
            assert len(one["quiz"]["questions"]) == len(lesson.content["questions"])
            assert one["quiz"]["pass_percent"] == lesson.content["pass_percent"]


def test_the_voice_goes_along_with_an_address_that_is_found_from_outside(mizuho):
    page = exported(mizuho.coordinator, "dx-first-step").read("index.html").decode()
    assert "この講座のもとになった声" in page
    assert re.search(r'この講座のもとになった声：.*href="https?://[^"]+"', page)


def test_what_is_written_in_a_course_runs_nowhere(mizuho):
    """The data of the page is data, whatever its words are."""
    evil = "</script><script>alert(1)</script>"
    quiz = {**QUIZ, "questions": [{**QUIZ["questions"][0], "text": evil}]}
    taught(
        mizuho.coordinator,
        "evil",
        modules=(
            ModuleText(
                evil, (LessonText(evil, "文", required=True), LessonText("問", "", LessonKind.QUIZ, content=quiz))
            ),
        ),
    )
    page = exported(mizuho.coordinator, "evil").read("index.html").decode()
    assert "<script>alert(1)" not in page
    assert page.count("</script>") == 3


def test_a_course_with_a_package_of_others_stays(mizuho):
    packaged(mizuho.coordinator, {"窓口を測る": one_page()}, "held")
    browser = mizuho.coordinator.browser()
    assert "「窓口を測る」は教材のパッケージなので、書き出せません" in browser.get("/courses/held/elsewhere").text
    assert browser.get("/courses/held/scorm").status_code == 409


def test_where_its_words_may_be_read_instead_they_are_taken_along(mizuho):
    packaged(mizuho.coordinator, {"窓口を測る": one_page()}, "read", instead="text")
    archive = exported(mizuho.coordinator, "read")
    assert "「窓口を測る」の内容を文章で読みます" in archive.read("index.html").decode()
    assert not [name for name in archive.namelist() if name.startswith("assets/")]


def test_staff_take_courses_and_do_not_carry_them_away(mizuho):
    assert mizuho.staff.browser().get("/courses/dx-first-step/scorm").status_code == 404


def test_the_manifest_says_what_passes():
    said = scorm_package.manifest("a", 2, "題 & <印>", 80, ["index.html", "assets/x.svg"]).decode()
    assert "masteryscore>80<" in said
    assert "題 &amp; &lt;印&gt;" in said
    assert "masteryscore" not in scorm_package.manifest("a", 2, "題", 0, []).decode()


def test_what_is_too_large_to_be_put_together_stays(mizuho, monkeypatch):
    monkeypatch.setattr(standalone, "LARGEST", 10)
    page = mizuho.coordinator.browser().get("/courses/dx-first-step/elsewhere").text
    assert "書き出せません" in page
