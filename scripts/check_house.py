"""Check what no import contract and no linter can say of the house; each rule stands in docs/architecture.md.

Usage: make check
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("kernel", "people", "courses", "catalog", "participation", "learning", "review", "front")
LONGEST_MODULE, LONGEST_COMPOSITION, MOST_MODULES = 300, 125, 15
NO_FIELD_MODULES = {"__init__", "models", "forms", "question_forms", "views", "cli", "pages", "blueprint"}
WRITES_PLACES = "courses/sessions/place.py"
TYPED_FIELDS = {"kernel/forms.py", "kernel/fields.py"}
COMPARED = re.compile(r"\.value\s*(==|!=|in\b|not in\b)")


def modules() -> dict[str, str]:
    """Return the text of every module of the application by its path."""
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in (*found, ROOT / "app.py")}


def too_long(texts: dict[str, str]) -> list[str]:
    """Return the modules that are two terms of the field."""
    most = {"app.py": LONGEST_COMPOSITION}
    return [
        f"{path}: {lines} lines; at most {most.get(path, LONGEST_MODULE)}: split it along two terms of the field"
        for path, text in texts.items()
        if (lines := text.count("\n")) > most.get(path, LONGEST_MODULE)
    ]


def too_many(texts: dict[str, str]) -> list[str]:
    """Return the packages that have become a corridor."""
    rooms = Counter(
        path.rpartition("/")[0] for path in texts if "/views/" not in path and Path(path).stem not in NO_FIELD_MODULES
    )
    return [
        f"{room}/: {count} field modules; at most {MOST_MODULES}: make sub-packages along the terms of the field"
        for room, count in rooms.items()
        if count > MOST_MODULES
    ]


def writes_places(texts: dict[str, str]) -> list[str]:
    """Return where the count of places is written by anybody but its owner."""
    found = []
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text)) if "taken" in text and path != WRITES_PLACES else ():
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            is_written = isinstance(node, ast.Assign | ast.AugAssign) and any(
                isinstance(target, ast.Attribute) and target.attr == "taken" for target in targets
            )
            if is_written or (isinstance(node, ast.keyword) and node.arg == "taken"):
                found.append(f"{path}:{getattr(node, 'lineno', node)}: `taken` is written by {WRITES_PLACES} only")
    return found


def reads_raw_fields(texts: dict[str, str]) -> list[str]:
    """Return where a form's field is read without its type."""
    pages = re.compile(r"(^|/)(views|forms|question_forms)(/|\.py$)")
    return [
        f"{path}:{node.lineno}: read `.value`, `.lines` or `.content` of the typed field, not `.data`"
        for path, text in texts.items()
        if pages.search(path) and path not in TYPED_FIELDS
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr == "data"
    ]


def compares_states() -> list[str]:
    """Return the templates that compare a state instead of asking it."""
    return [
        f"{path.relative_to(ROOT)}:{number}: ask the state (`state.is_open`), do not compare its value"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if COMPARED.search(line)
    ]


def faults() -> list[str]:
    """Return everything that is against the rules of the house, as sentences."""
    texts = modules()
    rules = (too_long, too_many, writes_places, reads_raw_fields)
    return [fault for rule in rules for fault in rule(texts)] + compares_states()


if __name__ == "__main__":
    found = faults()
    print("\n".join(found) or "The house is in order.")
    sys.exit(bool(found))
