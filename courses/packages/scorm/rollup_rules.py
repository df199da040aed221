"""What a manifest says of how parts roll up (SCORM 2004 4th Edition CAM 5.1, SN 3.4.3, 3.7, 3.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from courses.packages.manifest import Rollup
from courses.packages.scorm.imsxml import attribute, child, children, is_true, name, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

MOST_CHILDREN = 10_000
CONSIDERED = {"requiredforcompleted": "completed", "requiredforsatisfied": "satisfied"}


def sequencing(root: Element, item: Element) -> Element | None:
    """Return what a manifest says of the order and meaning of an item, also where it says it once for several (CAM 5.1.1)."""
    found = child(item, "sequencing")
    shared = attribute(found, "IDRef") if found is not None else ""
    for row in root.iter() if shared else ():
        if name(row) == "sequencing" and attribute(row, "ID") == shared:
            return row
    return found


def rollup(said: Element | None, *, holds_others: bool) -> Rollup:
    """Return how an item rolls up; `said` is its `sequencing`."""
    if said is None:
        return Rollup()
    rules, controls = child(said, "rollupRules"), child(said, "deliveryControls")
    primary = child(said, "objectives", "primaryObjective")
    return Rollup(
        rules=tuple(_rules(rules)) if holds_others else (),
        tracked=controls is None or _is_not_false(controls, "tracked"),
        for_completion=rules is None or _is_not_false(rules, "rollupProgressCompletion"),
        for_success=rules is None or _is_not_false(rules, "rollupObjectiveSatisfied"),
        sometimes=_sometimes(said),
        select=_selected(said) if holds_others else 0,
        passing=_passing(primary) if holds_others else None,
        weight=(number(attribute(rules, "objectiveMeasureWeight"), 0, 1) if rules is not None else None) or 1.0,
        reads=tuple(_mapped(primary, "readSatisfiedStatus", unsaid=True)),
        writes=tuple(_mapped(primary, "writeSatisfiedStatus", unsaid=False)),
    )


def objectives(said: Element | None) -> tuple[str, ...]:
    """Return the identifiers of the objectives that an item is set up with (RTE 4.2.17)."""
    holder = child(said, "objectives") if said is not None else None
    rows = [attribute(row, "objectiveID") for row in holder] if holder is not None else []
    return tuple(dict.fromkeys(one for one in rows if one))


def stores(item: Element) -> tuple[tuple[str, bool, bool], ...]:
    """Return the data that an item shares with others: name, whether it reads and whether it writes them (CAM 3.4.1.18)."""
    holder = child(item, "data")
    rows = children(holder, "map") if holder is not None else iter(())
    return tuple(
        (attribute(row, "targetID"), _is_not_false(row, "readSharedData"), _is_not_false(row, "writeSharedData"))
        for row in rows
        if attribute(row, "targetID")
    )


def _is_not_false(element: Element, said: str) -> bool:
    return attribute(element, said).lower() not in {"false", "0"}


def _rules(holder: Element | None) -> Iterator[dict[str, Any]]:
    for row in children(holder, "rollupRule") if holder is not None else ():
        conditions, action = child(row, "rollupConditions"), child(row, "rollupAction")
        if conditions is None or action is None:
            continue
        of = attribute(row, "childActivitySet").lower() or "all"
        least = attribute(row, "minimumPercent" if of == "atleastpercent" else "minimumCount")
        yield {
            "of": of,
            "least": number(least or "0", 0, MOST_CHILDREN) or 0,
            "any": attribute(conditions, "conditionCombination").lower() != "all",
            "conditions": [
                [attribute(one, "condition").lower(), attribute(one, "operator").lower() == "not"]
                for one in children(conditions, "rollupCondition")
            ],
            "action": attribute(action, "action").lower(),
        }


def _sometimes(said: Element) -> tuple[str, ...]:
    """Return for what an item counts only if somebody attempted it. That it was skipped is never known here."""
    considered = child(said, "rollupConsiderations")
    if considered is None:
        return ()
    return tuple(what for key, what in CONSIDERED.items() if attribute(considered, key).lower() == "ifattempted")


def _selected(said: Element) -> int:
    controls = child(said, "randomizationControls")
    if controls is None or attribute(controls, "selectionTiming").lower() in {"", "never"}:
        return 0
    return int(number(attribute(controls, "selectCount") or "0", 0, MOST_CHILDREN) or 0)


def _passing(primary: Element | None) -> float | None:
    if primary is None or not is_true(primary, "satisfiedByMeasure"):
        return None
    asked = child(primary, "minNormalizedMeasure")
    return number(text(asked), -1, 1) if asked is not None else 1.0


def _mapped(primary: Element | None, said: str, *, unsaid: bool) -> Iterator[str]:
    for row in children(primary, "mapInfo") if primary is not None else ():
        if is_true(row, said) or (unsaid and not attribute(row, said)):
            yield attribute(row, "targetObjectiveID")
