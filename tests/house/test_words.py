"""Words: the punctuation of Japanese text is full width, on pages, in messages and in the starter content."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
JAPANESE = "[ぁ-んァ-ヶー一-龠々「」『』、。]"
HALF_WIDTH = re.compile(rf"{JAPANESE}[(:?!|]|[(:]{JAPANESE}|\){JAPANESE}")
NO_TEXT = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<script.*?</script>|<[^>]+>", re.DOTALL)
NO_WORDS = re.compile(r"\{[^{}]*\}|https?://\S+|!\[[^\]]*\]\([^)]*\)|:::|「\W{1,4}」")
READS_WHAT_OTHERS_WRITE = (
    "catalog/article", "catalog/search", "kernel/spelling", "kernel/text", "kernel/tables", "people/recognition", "people/organisation",
    "participation/attending/participant_file", "courses/lessons/gift", "courses/lessons/question_row", "courses/lessons/question_file",
    "migrations", "tests", ".venv", "node_modules",
)  # fmt: skip
"""Where Japanese stands that is read, not shown."""


def strings_of(path):
    """The literals of a module that are shown: no docstrings, no patterns."""
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if (
            token.type == tokenize.STRING
            and not token.string.endswith('"""')
            and "re." not in lines[token.start[0] - 1]
        ):
            yield token.start[0], NO_WORDS.sub("", token.string)


def modules():
    for path in sorted(ROOT.glob("**/*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(READS_WHAT_OTHERS_WRITE):
            yield name, path


def test_messages_are_punctuated_in_full_width():
    found = [
        f"{name}:{line} {text}"
        for name, path in modules()
        for line, text in strings_of(path)
        if HALF_WIDTH.search(text) and 'r"' not in text[:3]
    ]
    assert found == []


WORDS_OF_DEVELOPERS = re.compile("JSON|YAML|Markdown|slug|(?<![a-z])ics(?![a-z])|URL")
FOR_AUTHORS = (
    "courses/",
    "catalog/studio",
    "catalog/motivation_form",
    "catalog/curriculum_form",
    "catalog/article",
    "front/condition",
)


def test_no_page_of_a_clerk_speaks_of_what_developers_know():
    found = []
    for path in sorted((ROOT / "templates").glob("**/*.html")):
        if not path.relative_to(ROOT / "templates").as_posix().startswith(FOR_AUTHORS):
            shown = NO_TEXT.sub(" ", path.read_text(encoding="utf-8"))
            found += [f"{path.name}: {line.strip()}" for line in shown.split("\n") if WORDS_OF_DEVELOPERS.search(line)]
            found += [f"{path.name}: {word}" for word in re.findall("へ戻る|に戻る", shown)]
    assert found == []


def test_templates_are_punctuated_in_full_width():
    found = []
    for path in sorted((ROOT / "templates").glob("**/*.html")):
        shown = NO_TEXT.sub(lambda part: "あ" if part[0].startswith("{{") else " ", path.read_text(encoding="utf-8"))
        found += [f"{path.name}: {line.strip()}" for line in shown.split("\n") if HALF_WIDTH.search(line)]
    assert found == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "content" / "courses").glob("**/*.md")), ids=lambda path: path.parent.name
)
def test_lessons_are_punctuated_in_full_width(path):
    text = re.sub(r"```.*?```|\]\([^)]*\)|:::.*", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert [line for line in text.split("\n") if HALF_WIDTH.search(line)] == []
