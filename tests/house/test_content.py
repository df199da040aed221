"""The shipped courses keep what they promise; each rule is shown on a fault that is planted."""

from __future__ import annotations

import datetime as dt
import shutil
import sys

import pytest

from kernel.settings import CONTENT, ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import check_content as check


@pytest.fixture
def content(tmp_path):
    """A copy of the shipped content, to be spoilt."""
    return shutil.copytree(CONTENT, tmp_path / "content")


def spoil(content, name, old, new):
    path = content / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_courses_that_are_shipped_keep_what_they_promise():
    for rule in check.RULES:
        assert list(rule(CONTENT)) == []


@pytest.mark.parametrize(
    ("rule", "name", "old", "new", "told"),
    [
        (check.labels, "courses/community-salon/course.yaml", "format: live online", "format: blended", "without a required lesson"),
        (check.labels, "courses/ai-first/course.yaml", "minutes: 110\ntarget", "minutes: 300\ntarget", "300 minutes are stated"),
        (check.recommendations, "courses/digital-literacy-check/2-2.yaml", "  courses:\n  - measure-and-show\n", "  courses:\n  - community-salon\n", "nothing that has a lesson"),
        (check.recommendations, "courses/digital-literacy-check/2-2.yaml", "  - ai-first\n", "  - no-such-course\n", "which is no course"),
        (check.habits, "courses/dx-first-step/4-3.yaml", "\n    right: true", "、それも、長い間あたりまえと思ってきたことまで\n    right: true", "the right choice is the longest"),
        (check.habits, "courses/security-basics/5-2.yaml", "draw: 12", "draw: 15", "15 are drawn of 42"),
        (check.facts, "courses/security-basics/2-1.md", "この講座は、全職員が", "令和9年4月から、この講座は、全職員が", "令和9年4月"),
        (check.facts, "courses/security-basics/2-1.md", "令和6年10月の改定で", "令和7年10月の改定で", "the lesson does not"),
        (check.shown, "courses/security-basics/2-1.md", "2026年11月に確かめました", "確かめました", "does not say"),
        (check.required, "curriculum.yaml", "  - slug: managers-dx\n    required: true\n", "  - slug: community-salon\n    required: true\n", "has no lesson"),
        (check.required, "courses/ai-first/6-1.yaml", "draw: 12", "draw: 8", "8 of 36 questions"),
        (check.skills, "courses/security-basics/course.yaml", "- category: What\n  name: ネットワーク\n", "", "no lesson teaches What: ネットワーク"),
        (check.figures, "courses/standardization-basics/4-1.md", "](assets/", "](figure/", "show a figure"),
        (check.figures, "courses/dx-first-step/assets/three-steps.svg", 'viewBox="0 0 360', 'viewBox="0 0 720', "drawn for more than 360"),
        (check.figures, "courses/dx-first-step/assets/three-steps.svg", 'font-size="17', 'font-size="9', "smaller than 15"),
        (check.kits, "courses/bpr-field-support/kit/script.md", "## 0:00", "## 0:05", "the script goes to"),
        (check.chains, "courses/data-reading/3-3.yaml", "C市", "市", "cases are followed"),
        (check.promises, "courses/managers-dx/course.yaml", "objectives:\n", "objectives:\n- 何でもできる\n", "names no passage for 「何でもできる」"),
        (check.promises, "curriculum.yaml", "    position: 18\n    rationale: 大きな組織での進め方と心構え", "    position: 17\n    rationale: 大きな組織での進め方と心構え", "names no passage for 「30/17」"),
        (check.promises, "courses/managers-dx/1-1.md", "一つ変えるなら何か", "何か", "does not say"),
        (check.facts, "facts.yaml", "  check_by: '2027-03-31'\n", "", "lacks a source or a day"),
    ],
)  # fmt: skip
def test_a_promise_that_is_not_kept_is_named(content, rule, name, old, new, told):
    spoil(content, name, old, new)
    assert any(told in line for line in rule(content)), list(rule(content))


def test_quizzes_whose_statements_are_all_false_are_named(content):
    for path in content.glob("courses/*/*.yaml"):
        path.write_text(
            path.read_text(encoding="utf-8").replace("  right: true\n", "  right: false\n"), encoding="utf-8"
        )
    assert any("may be true or false" in line for line in check.habits(content))


def test_what_is_due_to_be_looked_at_again_is_listed_on_its_day():
    assert check.due(CONTENT, dt.date(2026, 12, 1)) == []
    assert any("52.3％" in line for line in check.due(CONTENT, dt.date(2027, 3, 31)))
