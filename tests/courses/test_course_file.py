"""A course as a file: out and in again without loss, and nothing hostile gets in."""

from __future__ import annotations

import contextlib
import io
import re
import struct
import unicodedata
import zipfile

import pytest
import sqlalchemy as sa
import yaml
from factories import published
from flask import current_app
from hypothesis import given
from hypothesis import strategies as st

from kernel.database import db
from kernel.errors import InvalidError
from kernel.settings import CONTENT

from courses import course_file
from courses import edition as editions
from courses.course import latest_edition
from courses.files import archive
from courses.lessons.lesson_text import assets_in, rendered
from courses.lessons.quiz_data import quiz_from
from courses.models import Asset, Course, CourseEdition, EditionState, LessonKind

from catalog import starter_content

SLUGS = sorted(folder.name for folder in (CONTENT / "courses").iterdir())
E_LEARNING = [slug for slug in SLUGS if list((CONTENT / "courses" / slug).glob("[0-9]-*.md"))]


def folder_of(slug):
    folder = CONTENT / "courses" / slug
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def flask(*words):
    return current_app.test_cli_runner().invoke(args=list(map(str, words)))


def zipped(files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as held:
        for name, content in files.items():
            held.writestr(name, content)
    return made


@pytest.mark.slow
def test_every_starter_course_goes_out_and_in_again_byte_for_byte(app, tmp_path):
    for slug in SLUGS:
        file = tmp_path / f"{slug}.zip"
        assert flask("courses", "export", slug, file).exit_code == 0
        with file.open("rb") as content:
            assert archive.opened(content) == folder_of(slug), slug
        taken = flask("courses", "import", file, "--owner", "瑞穂町", "--slug", f"copy-{slug}")
        assert "is a draft now" in taken.output, taken.output
        again = tmp_path / f"copy-{slug}.zip"
        assert flask("courses", "export", f"copy-{slug}", again).exit_code == 0
        assert again.read_bytes() == file.read_bytes(), slug


def test_what_is_taken_in_is_a_draft_that_needs_a_remark_like_any_other(app, tmp_path, mizuho):
    file = tmp_path / "from-elsewhere.zip"
    file.write_bytes(archive.packed(folder_of("paperless-basics")))
    flask("courses", "import", file, "--owner", "瑞穂町")
    course = db.session.scalars(sa.select(Course).where(Course.slug == "from-elsewhere")).one()
    assert (course.owner_id, course.published_id) == (mizuho.id, None)
    refused = mizuho.coordinator.browser().post("/studio/from-elsewhere/hand-in")
    assert refused.status_code == 422
    assert "発言" in refused.text


def test_a_course_that_is_there_gets_its_next_edition_and_nobody_elses_is_touched(app, tmp_path):
    file = tmp_path / "paperless-basics.zip"
    file.write_bytes(archive.packed(folder_of("paperless-basics")))
    assert "ほかの団体のものです" in flask("courses", "import", file, "--owner", "瑞穂町").output
    assert "edition 2 is a draft now" in flask("courses", "import", file, "--owner", "東京デジタルアカデミー").output
    assert "先にその版を仕上げて" in flask("courses", "import", file, "--owner", "東京デジタルアカデミー").output


def encrypted():
    made = zipped({"course.yaml": b"title: x"}).getvalue()
    at = made.index(b"PK\x01\x02")
    return made[:6] + struct.pack("<H", 1) + made[8 : at + 8] + struct.pack("<H", 1) + made[at + 10 :]


def link():
    made = io.BytesIO()
    entry = zipfile.ZipInfo("assets/x.svg")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(made, "w") as held:
        held.writestr(entry, "/etc/passwd")
    return made.getvalue()


def bomb():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr("1-1.md", bytes(20_000_000))
    return made.getvalue()


def lying_bomb():
    """A bomb whose directory says that it is small."""
    made = bomb()
    return made.replace(struct.pack("<I", 20_000_000), struct.pack("<I", 100))


def twice():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as held:
        held.writestr("course.yaml", "title: a")
        with pytest.warns(UserWarning, match="Duplicate"):
            held.writestr("course.yaml", "title: b")
    return made.getvalue()


HOSTILE = {
    "a path that leads out": lambda: zipped({"../course.yaml": "x"}).getvalue(),
    "an absolute path": lambda: zipped({"/etc/cron.d/x": "x"}).getvalue(),
    "a drive": lambda: zipped({"C:/x": "x"}).getvalue(),
    "a backslash": lambda: zipped({"assets\\..\\x": "x"}).getvalue(),
    "a link": link,
    "a bomb": bomb,
    "a bomb that lies": lying_bomb,
    "encrypted": encrypted,
    "twice the same": twice,
    "half a file": lambda: zipped(folder_of("paperless-basics")).getvalue()[:5000],
    "no archive": lambda: b"PK\x03\x04 and nothing more",
    "empty": lambda: b"",
    "too many files": lambda: zipped({f"{number}.md": "" for number in range(2001)}).getvalue(),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_archive_is_refused_and_leaves_nothing_behind(app, tmp_path, make):
    file = tmp_path / "hostile.zip"
    file.write_bytes(make())
    before = db.session.scalar(sa.select(sa.func.count()).select_from(CourseEdition))
    answer = flask("courses", "import", file, "--owner", "瑞穂町")
    assert answer.exit_code == 1
    assert "このファイルは取り込めません。" in answer.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseEdition)) == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_byte_that_flipped_on_the_way_is_noticed(app):
    whole = bytearray(archive.packed(folder_of("paperless-basics")))
    for place in range(40, len(whole), len(whole) // 60):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        with contextlib.suppress(InvalidError):
            assert archive.opened(io.BytesIO(broken)) is not None


@given(content=st.binary(max_size=400))
def test_no_bytes_whatever_break_the_reader_of_archives(content):
    for beginning in (b"", b"PK\x03\x04", b"PK\x05\x06"):
        with contextlib.suppress(InvalidError):
            archive.opened(io.BytesIO(beginning + content))


def said(old, new):
    """The course.yaml of ペーパーレスの始め方 with one thing changed."""
    text = folder_of("paperless-basics")["course.yaml"]
    assert old in text
    return text.replace(old, new, 1)


WRONG = {
    "no course.yaml": ({"course.yaml": None}, "course.yaml: ファイルがありません"),
    "a lesson that is missing": ({"1-1.md": None}, "1-1.md: ファイルがありません"),
    "a figure that is missing": ({"assets/decision.svg": None}, "assets/decision.svg: .*図がありません"),
    "a file of no lesson": ({"9-9.md": b"x\n"}, "9-9.md: どのレッスンにも使われていません"),
    "a program": ({"assets/run.exe": b"MZ"}, "assets/run.exe: 教材に使えるのは"),
    "aliases": ({"course.yaml": b"title: &a x\nsummary: *a\n"}, "course.yaml: YAMLとして読めません"),
    "no list of what comes first": (
        {"course.yaml": said(b"prerequisites: []", b"prerequisites: 5")},
        "prerequisites は",
    ),
    "a date that is none": (
        {"course.yaml": said(b"minutes: 60\n", b"minutes: 2024-99-99\n")},
        "course.yaml: YAMLとして",
    ),
    "a number beyond all": (
        {"course.yaml": said(b"minutes: 60\n", b"minutes: 99999999999\n")},
        "course.yaml: 所要時間",
    ),
    "not UTF-8": ({"1-1.md": "紙".encode("cp932")}, "1-1.md: UTF-8で保存"),
    "no YAML": ({"course.yaml": b"title: [\n"}, "course.yaml: YAMLとして読めません"),
}


@pytest.mark.parametrize(("change", "told"), WRONG.values(), ids=WRONG)
def test_a_course_that_is_wrong_is_refused_with_the_file_and_the_reason(app, change, told):
    files = {
        name: content for name, content in {**folder_of("paperless-basics"), **change}.items() if content is not None
    }
    with pytest.raises(InvalidError, match=told):
        course_file.read(files)


def test_the_next_edition_keeps_lessons_and_figures(app, secretariat):
    course, first = published("paperless-basics")
    draft = editions.whole(editions.next_draft(course, secretariat.coordinator.staff_id).id)
    assert editions.modules_of(draft) == editions.modules_of(first)
    assert editions.assets_of(draft) == editions.assets_of(first)


def test_an_installation_from_before_the_lessons_gets_them_as_a_next_edition(app):
    course, edition = published("paperless-basics")
    edition.modules = edition.assets = []
    db.session.commit()
    assert starter_content.load(CONTENT, app.extensions["files"])["courses"] == 1
    newer = editions.whole(db.session.get_one(Course, course.id, populate_existing=True).published_id)
    assert (newer.number, newer.state) == (2, EditionState.PUBLISHED)
    assert newer.modules[0].lessons


@pytest.mark.parametrize("slug", E_LEARNING)
def test_a_starter_lesson_is_long_enough_short_enough_and_to_be_tried_today(slug):
    course = yaml.safe_load(folder_of(slug)["course.yaml"])
    for place, module in enumerate(course["modules"], 1):
        for number, lesson in enumerate(module["lessons"], 1):
            if lesson["kind"] == "text" and lesson["required"]:
                text = folder_of(slug)[f"{place}-{number}.md"].decode()
                plain = re.sub(r"\[\^[^\]]*\]:?|[#*|>`:\-\s]|!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)", "", text)
                assert 600 <= len(plain) <= 1500, (lesson["title"], len(plain))
                assert "::: example" in text, lesson["title"]
                assert "::: try" in text, lesson["title"]


@pytest.mark.parametrize("slug", E_LEARNING)
def test_a_starter_quiz_has_enough_questions_and_answers_every_mistake(slug):
    quizzes = [content for name, content in folder_of(slug).items() if re.fullmatch(r"\d-\d\.yaml", name)]
    read = list(map(quiz_from, map(yaml.safe_load, quizzes)))
    assert len([quiz for quiz in read if quiz.pass_percent]) <= 1
    for quiz in read:
        assert 8 <= quiz.draw <= (12 if quiz.pass_percent else 20)
        for question in quiz.questions:
            choices = getattr(question, "choices", ())
            assert all(choice.feedback for choice in choices)
            assert choices or question.feedback


def test_a_lesson_shows_no_script_no_foreign_picture_and_no_style_of_its_own():
    html = rendered(
        "# 題\n\n<script>alert(1)</script><img src=x onerror=alert(1)>\n\n![x](https://evil.example/x.png)\n\n"
        '[悪い](javascript:alert(1)) <p style="position:fixed" class="skip">x</p>\n\n![図](assets/../x.svg)\n'
    )
    assert "<h2>題</h2>" in html
    for wrong in ("<script", "onerror", "evil.example", 'href="javascript', "style=", 'class="skip"', "../"):
        assert wrong not in html, wrong


def test_a_lesson_shows_call_outs_figures_tables_and_footnotes():
    html = rendered(
        '::: example 窓口\n本文[^1]\n:::\n\n![代わりの文](assets/x.svg "図1")\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[^1]: 注',
        "/f/",
    )
    for part in (
        '<aside class="call-out example">',
        "事例：窓口",
        '<img src="/f/x.svg" alt="代わりの文">',
        "<figcaption>図1</figcaption>",
        "<table>",
        "注",
    ):
        assert part in html, part


def test_the_figures_of_a_course_are_given_to_those_who_may_learn_it(app, mizuho, hachioji):
    row = db.session.scalars(sa.select(Asset).join(CourseEdition, CourseEdition.id == Asset.edition_id)).first()
    address = f"/editions/{row.edition_id}/assets/{row.name}"
    answer = hachioji.staff.browser().get(address)
    assert (answer.status_code, answer.content_type, len(answer.data)) == (200, row.media_type, row.size)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert hachioji.staff.browser().get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert app.test_client().get(address).status_code == 302
    assert hachioji.staff.browser().get(f"/editions/{row.edition_id}/assets/../../etc/passwd").status_code == 404
    db.session.execute(
        sa.update(CourseEdition).where(CourseEdition.id == row.edition_id).values(state=EditionState.DRAFT)
    )
    db.session.commit()
    assert hachioji.staff.browser().get(address).status_code == 404


def test_a_link_keeps_its_address(app):
    files = folder_of("guideline-localize")
    course = yaml.safe_load(files["course.yaml"])
    course["modules"][0]["lessons"] = [
        {"title": "外のページ", "kind": "link", "minutes": 5, "required": True, "address": "https://www.example.lg.jp/"}
    ]
    files = {"course.yaml": yaml.safe_dump(course, allow_unicode=True).encode(), "1-1.md": "読みます。\n".encode()}
    (lesson,) = course_file.read(files).modules[0].lessons
    assert (lesson.kind, lesson.content) == (LessonKind.LINK, {"address": "https://www.example.lg.jp/"})


def test_a_lesson_leads_to_the_documents_of_its_course_and_keeps_its_footnotes_to_itself():
    html = rendered("[資料](assets/x.pdf)[^1] ![図](assets/x.pdf)\n\n[^1]: 注", "/editions/1/assets/", "l7-")
    assert 'href="/editions/1/assets/x.pdf"' in html
    assert 'src="/editions/1/assets/x.pdf"' not in html
    assert 'href="#l7-fn1"' in html
    assert 'id="l7-fn1"' in html
    assert assets_in("[資料](assets/x.pdf)") == {"x.pdf"}


def test_a_file_that_is_lost_is_not_found_instead_of_a_broken_answer(app, mizuho):
    row = db.session.scalars(sa.select(Asset).join(CourseEdition, CourseEdition.id == Asset.edition_id)).first()
    address = f"/editions/{row.edition_id}/assets/{row.name}"
    db.session.execute(sa.update(Asset).where(Asset.id == row.id).values(digest="0" * 64))
    db.session.commit()
    assert mizuho.staff.browser().get(address).status_code == 404


def test_what_file_managers_leave_in_an_archive_is_no_obstacle(app, mizuho):
    packed = course_file.files_of(*latest_edition("paperless-basics"), current_app.extensions["files"])
    as_sent = {f"研修/{unicodedata.normalize('NFD', name)}": content for name, content in packed.items()}
    as_sent |= {"__MACOSX/研修/._course.yaml": b"x", "研修/.DS_Store": b"x", "研修/assets/Thumbs.db": b"x"}
    assert course_file.read(as_sent) == course_file.read(packed)
