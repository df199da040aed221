"""The house: the rules that `make check` holds are held, and each of them notices when it is broken."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "scripts"))

import check_house


def test_the_house_is_in_order():
    assert check_house.faults() == []


def lines(number):
    return "x = 1\n" * number


@pytest.mark.parametrize(
    ("rule", "broken", "told"),
    [
        (check_house.too_long, {"people/staff.py": lines(301)}, "people/staff.py: 301 lines"),
        (check_house.too_many, {f"people/term{n}.py": "" for n in range(16)}, "people/: 16 field modules"),
        (check_house.writes_places, {"front/demo.py": "session.taken += 1"}, "`taken` is written by"),
        (check_house.writes_places, {"front/demo.py": "TrainingSession(taken=1)"}, "`taken` is written by"),
        (check_house.reads_raw_fields, {"people/views.py": "form.name.data"}, "read `.value`"),
    ],
)
def test_a_rule_notices_when_it_is_broken(rule, broken, told):
    assert told in "".join(rule(broken))


@pytest.mark.parametrize(
    "kept",
    [
        {"people/staff.py": lines(300)},
        {"courses/sessions/place.py": "session.taken += 1"},
        {"front/demo.py": "if session.taken < session.capacity: pass"},
        {"kernel/fields.py": "self.data"},
    ],
)
def test_what_is_right_is_left_alone(kept):
    rules = (check_house.too_long, check_house.too_many, check_house.writes_places, check_house.reads_raw_fields)
    assert [fault for rule in rules for fault in rule(kept)] == []
