"""Addresses: what has been mailed to a colleague or written into a manual leads where it led."""

from __future__ import annotations

from pathlib import Path

FIRST_VERSION = Path(__file__).parents[1] / "data" / "addresses.txt"
"""Methods and rule of every address of the first version."""


def test_every_address_of_the_first_version_is_there(app):
    rules = app.url_map.iter_rules()
    here = {" ".join([*sorted(rule.methods - {"HEAD", "OPTIONS"}), rule.rule]) for rule in rules}
    promised = set(FIRST_VERSION.read_text(encoding="utf-8").split("\n")) - {""}
    assert len(promised) > 100
    assert promised - here == set()
