"""Templates: each compiles, imports what it uses and nothing else, and leads only to pages that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import nodes

TEMPLATES = Path(__file__).parents[2] / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
ENDPOINT = re.compile(r"""(?:url_for|nav_link)\(\s*["']([a-z_.]+)["']""")
PYTHON = sorted(
    path for package in ("people", "courses", "catalog", "participation", "learning", "review", "front", "kernel")
    for path in (Path(__file__).parents[2] / package).rglob("*.py")
)  # fmt: skip


def source(name):
    return (TEMPLATES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles_and_imports_no_macro_in_vain(sqlite, name):
    environment = sqlite.app.jinja_env
    tree = environment.parse(source(name), name)
    environment.compile(tree, name)
    imported = {
        (macro[1] if isinstance(macro, tuple) else macro)
        for node in tree.find_all(nodes.FromImport)
        for macro in node.names
    }
    used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    assert imported - used == set()


def test_every_page_that_a_template_or_a_view_leads_to_is_there(sqlite):
    texts = {name: source(name) for name in NAMES} | {path.name: path.read_text(encoding="utf-8") for path in PYTHON}
    named = {(name, endpoint) for name, text in texts.items() for endpoint in ENDPOINT.findall(text)}
    assert len(named) > 100
    assert {(name, endpoint) for name, endpoint in named if endpoint not in sqlite.app.view_functions} == set()


def test_every_template_is_shown_by_somebody():
    shown = "".join(path.read_text(encoding="utf-8") for path in PYTHON) + "".join(map(source, NAMES))
    by_kind = re.compile(r"lessons/|questions/|export/lessons/|participation/session/me/")
    assert [name for name in NAMES if f'"{name}"' not in shown and not by_kind.match(name)] == []
