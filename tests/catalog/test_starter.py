"""The starter content: loaded once, and a file that is wrong is refused with file, place and reason."""

from __future__ import annotations

import shutil

import pytest
import sqlalchemy as sa

from kernel.database import db
from kernel.errors import InvalidError
from kernel.settings import CONTENT

from courses.models import Asset

from catalog import starter_content


def test_loading_again_changes_nothing(app):
    assert not any(starter_content.load(CONTENT, app.extensions["files"]).values())


def test_a_file_of_the_starter_courses_that_the_store_has_lost_comes_back(app):
    files = app.extensions["files"]
    digest = db.session.scalars(sa.select(Asset.digest).where(Asset.name == "check-flow.svg")).one()
    files.remove(digest)
    assert not files.is_whole(digest)
    assert not any(starter_content.load(CONTENT, files).values())
    assert files.is_whole(digest)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("courses/new-course/course.yaml", "level: '1'\n", "level: '9'\n", r"course.yaml: レベル.*いまは「9」"),
        (
            "curriculum.yaml",
            "    position: 5\n",
            "    position: 99\n",
            r"curriculum.yaml: courses の1番目.*発言 8-1 の 99番目",
        ),
        ("courses/new-course/course.yaml", "title:", "name:", r"course.yaml: 題.title.が書かれていない"),
        ("curriculum.yaml", "skills:", "skills: [", r"curriculum.yaml: ファイルを読めません"),
        ("roundtables.yaml", "  number: 8\n", "  number: 8\n  - broken", r"roundtables.yaml: ファイルを読めません"),
    ],
)
def test_a_wrong_file_is_refused_with_file_place_and_reason(app, tmp_path, file, old, new, told):
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder)
    plan = folder / "curriculum.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("dx-first-step", "new-course"), encoding="utf-8")
    (folder / "courses" / "dx-first-step").rename(folder / "courses" / "new-course")
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidError, match=told):
        starter_content.load(folder, app.extensions["files"])


def test_a_course_without_a_remark_is_refused(app, tmp_path):
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder)
    file = folder / "curriculum.yaml"
    head, _, rest = (
        file.read_text(encoding="utf-8").replace("dx-first-step", "new-course").partition("  motivated_by:\n")
    )
    _mine, _, others = rest.partition("- slug: digital-literacy-check")
    file.write_text(f"{head}- slug: digital-literacy-check{others}", encoding="utf-8")
    with pytest.raises(InvalidError, match="発言のない講座は公開できません"):
        starter_content.load(folder, app.extensions["files"])


def test_only_remarks_that_ask_for_something_wait_for_an_answer(app):
    page = app.test_client().get("/remarks?unanswered=1").text
    assert page.count('<article class="motivation">') == 3
    assert "費用負担の考え方を尋ねた" in page
    assert "まさに課題だ" not in page
