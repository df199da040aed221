"""When a package is finished: by the rules of its manifest, whatever the order in which its parts were taken (SCORM 2004 SN 4.6)."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from made_packages import item, manifest_2004, sco

from courses.packages import rollup
from courses.packages.manifest import parts_from, rollup_from
from courses.packages.rollup import Status
from courses.packages.scorm import imsmanifest

BEGUN = Status(attempted=True)
DONE = replace(BEGUN, completed=True)
PASSED, FAILED = replace(DONE, satisfied=True, measure=1.0), replace(DONE, satisfied=False, measure=0.2)


def rules(inside):
    return f"<imsss:sequencing>{inside}</imsss:sequencing>"


def rolls_up(of, condition, action, **more):
    said = "".join(f' {name}="{value}"' for name, value in more.items())
    return (
        f'<imsss:rollupRules><imsss:rollupRule childActivitySet="{of}"{said}><imsss:rollupConditions>'
        f'<imsss:rollupCondition condition="{condition}"/></imsss:rollupConditions>'
        f'<imsss:rollupAction action="{action}"/></imsss:rollupRule></imsss:rollupRules>'
    )


ONE, TWO, THREE = (item(name, name, "r") for name in "abc")
UNTRACKED = item("b", "b", "r", rules('<imsss:deliveryControls tracked="false"/>'))
NOT_COUNTED = item(
    "b", "b", "r", rules('<imsss:rollupRules rollupProgressCompletion="false" rollupObjectiveSatisfied="false"/>')
)
IF_TAKEN = item(
    "b",
    "b",
    "r",
    rules(
        '<adlseq:rollupConsiderations requiredForCompleted="ifAttempted" requiredForSatisfied="ifAttempted"/>'
    ).replace("adlseq", "imsss"),
)
PICK = item(
    "w", "w", "", ONE + TWO + THREE + rules('<imsss:randomizationControls selectionTiming="once" selectCount="1"/>')
)
MAPPED = rules(
    '<imsss:objectives><imsss:primaryObjective objectiveID="p"><imsss:mapInfo targetObjectiveID="g" readSatisfiedStatus="true" writeSatisfiedStatus="true"/></imsss:primaryObjective></imsss:objectives>'
)
SHARED = item("a", "a", "r", MAPPED) + item("b", "b", "r", MAPPED)
BY_MEASURE = rules(
    '<imsss:objectives><imsss:primaryObjective satisfiedByMeasure="true"><imsss:minNormalizedMeasure>0.6</imsss:minNormalizedMeasure></imsss:primaryObjective></imsss:objectives>'
)


@pytest.mark.parametrize(
    ("items", "of_whole", "states", "is_finished"),
    [
        (ONE + TWO, "", {}, False),
        (ONE + TWO, "", {"a": PASSED}, False),
        (ONE + TWO, "", {"a": PASSED, "b": DONE}, True),
        (ONE + TWO, "", {"a": PASSED, "b": FAILED}, False),
        (ONE + UNTRACKED, "", {"a": PASSED}, True),
        (ONE + NOT_COUNTED, "", {"a": PASSED}, True),
        (ONE + IF_TAKEN, "", {"a": PASSED}, True),
        (ONE + IF_TAKEN, "", {"a": PASSED, "b": FAILED}, False),
        (PICK, "", {"b": PASSED}, True),
        (PICK, "", {"b": FAILED}, False),
        (PICK, "", {"b": FAILED, "c": PASSED}, True),
        (SHARED, "", {"a": FAILED, "b": PASSED}, True),
        (ONE + TWO + THREE, rules(rolls_up("any", "satisfied", "completed")), {"c": PASSED}, True),
        (ONE + TWO + THREE, rules(rolls_up("any", "satisfied", "satisfied")), {"a": FAILED, "c": PASSED}, True),
        (ONE + TWO + THREE, rules(rolls_up("any", "satisfied", "completed")), {"a": DONE, "b": FAILED}, False),
        (ONE + TWO + THREE, rules(rolls_up("atLeastCount", "completed", "completed", minimumCount=2)), {"a": DONE}, False),
        (ONE + TWO + THREE, rules(rolls_up("atLeastCount", "completed", "completed", minimumCount=2)), {"a": DONE, "c": DONE}, True),
        (ONE + TWO + THREE, rules(rolls_up("atLeastPercent", "completed", "completed", minimumPercent=0.5)), {"a": DONE, "c": DONE}, True),
        (ONE + TWO, rules(rolls_up("none", "attempted", "incomplete")), {"a": DONE, "b": DONE}, True),
        (ONE + TWO, BY_MEASURE, {"a": PASSED, "b": FAILED}, True),
        (ONE + TWO, BY_MEASURE, {"a": FAILED, "b": FAILED}, False),
        (ONE + TWO, rules(rolls_up("any", "timeLimitExceeded", "completed")), {"a": BEGUN}, False),
        (UNTRACKED, "", {}, False),
        (UNTRACKED, "", {"b": PASSED}, True),
    ],
)  # fmt: skip
def test_a_package_is_finished_by_its_own_rule(items, of_whole, states, is_finished):
    said = imsmanifest.read(manifest_2004(items, sco("r", "i.html"), of_whole).encode(), ("i.html",))
    kept, whole = parts_from(said.outline), rollup_from(vars(said.rollup))
    assert rollup.finished(whole, kept, states) is is_finished


@pytest.mark.parametrize("items", [ONE + TWO, ONE + UNTRACKED, ONE + NOT_COUNTED, PICK, SHARED])
def test_to_get_further_in_a_part_never_takes_a_finish_back(items):
    said = imsmanifest.read(manifest_2004(items, sco("r", "i.html")).encode(), ("i.html",))
    names = [part.identifier for part in said.parts if part.path]
    for states in itertools.product([None, PASSED, DONE], repeat=len(names)):
        far = {name: state for name, state in zip(names, states, strict=True) if state}
        if rollup.finished(said.rollup, said.parts, far):
            for name in names:
                assert rollup.finished(said.rollup, said.parts, {**far, name: PASSED})


def test_an_author_is_told_of_a_rule_and_of_hidden_parts():
    said = imsmanifest.read(manifest_2004(PICK, sco("r", "i.html")).encode(), ("i.html",))
    assert any("全部の部分を求めず" in one for one in said.remarks)
    hidden = ONE + TWO.replace("<item ", '<item isvisible="false" ')
    said = imsmanifest.read(manifest_2004(hidden, sco("r", "i.html")).encode(), ("i.html",))
    assert any("目次に出さない" in one for one in said.remarks)
