"""Rollup: when a package is finished, by what its manifest says of its parts (SCORM 2004 4th Edition SN 3.7, 4.5, 4.6).

The order in which parts may be opened is not followed here; what they count for is. A package without rules of its own
is finished when all its parts are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from courses.packages.manifest import pages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from courses.packages.manifest import Part, Rollup


@dataclass(frozen=True)
class Status:
    """How far somebody got in a part, or in all that is inside one. None of `satisfied` is unknown, `measure` is -1 to 1."""

    attempted: bool = False
    completed: bool = False
    satisfied: bool | None = None
    measure: float | None = None

    @property
    def is_finished(self) -> bool:
        """Tell whether it counts as finished: complete and not failed."""
        return self.completed and self.satisfied is not False


UNTOUCHED = Status()
CONDITIONS: dict[str, Callable[[Status], bool]] = {
    "satisfied": lambda one: one.satisfied is True,
    "objectivestatusknown": lambda one: one.satisfied is not None,
    "objectivemeasureknown": lambda one: one.measure is not None,
    "completed": lambda one: one.completed,
    "activityprogressknown": lambda one: one.attempted,
    "attempted": lambda one: one.attempted,
}
"""What a rule can ask of a child (SN 3.7.1); limits of attempts and of time are not kept here, and so never met."""


@dataclass
class _Activity:
    """A part in the tree: what the manifest says of it, and what is inside."""

    rollup: Rollup
    part: Part | None = None
    inside: list[_Activity] = field(default_factory=list)

    @property
    def is_passed_through(self) -> bool:
        """Tell whether it only holds others: not shown, and without a rule of its own, its children count as its parent's."""
        return self.part is not None and self.part.hidden and bool(self.inside) and not self.rollup.says_anything

    @property
    def counts(self) -> bool:
        """Tell whether anybody could finish it: it has a page that is shown, or something inside that has."""
        if not self.rollup.tracked:
            return False
        if not self.inside:
            return self.part is not None and bool(self.part.path) and not self.part.hidden
        return any(one.counts for one in self.inside)

    @property
    def children(self) -> list[_Activity]:
        """Return what counts for it."""
        found: list[_Activity] = []
        for one in self.inside:
            found += one.children if one.is_passed_through else [one]
        return [one for one in found if one.counts]


def finished(root: Rollup, parts: Sequence[Part], states: Mapping[str, Status]) -> bool:
    """Tell whether a package is finished. `states` are those of the parts that were opened, by identifier.

    A rule of the whole decides: passed by its rule it is finished, complete by its rule too; without one it is to be
    complete and not failed. Where nothing counts by the manifest, all pages do.
    """
    top = _tree(root, parts)
    if not top.children:
        return all(states.get(part.identifier, UNTOUCHED).is_finished for part in pages(parts))
    if not any(one.rollup.says_anything for one in _all(top)):
        return all(
            states.get(one.part.identifier, UNTOUCHED).is_finished for one in _all(top) if _is_page(one) and one.part
        )
    status = _status(top, states, _shared(top, states))
    if root.decides_success and status.satisfied:
        return True
    return status.completed if root.decides_completion else status.is_finished


def _is_page(one: _Activity) -> bool:
    return not one.inside and one.counts


def _tree(root: Rollup, parts: Sequence[Part]) -> _Activity:
    top = _Activity(root)
    way = [top]
    for part in parts:
        one = _Activity(part.rollup, part)
        del way[part.depth + 1 :]
        way[-1].inside.append(one)
        way.append(one)
    return top


def _all(top: _Activity) -> list[_Activity]:
    return [top, *(one for child in top.inside for one in _all(child))]


def _shared(top: _Activity, states: Mapping[str, Status]) -> dict[str, bool]:
    """Return what parts wrote into objectives that others read (mapInfo, SN 3.10): passed by one is passed."""
    said: dict[str, bool] = {}
    for one in _all(top):
        status = states.get(one.part.identifier, UNTOUCHED) if one.part else UNTOUCHED
        for name in one.rollup.writes if status.satisfied is not None else ():
            said[name] = said.get(name, False) or status.satisfied is True
    return said


def _status(one: _Activity, states: Mapping[str, Status], shared: Mapping[str, bool]) -> Status:
    """Return the status of an activity: its own for a page, from its children (SN 4.6) for what holds others."""
    children = [(child.rollup, _status(child, states, shared)) for child in one.children]
    if not children:
        status = states.get(one.part.identifier, UNTOUCHED) if one.part else UNTOUCHED
    else:
        status = Status(
            attempted=any(state.attempted for _rollup, state in children),
            completed=_completed(one.rollup, children),
            satisfied=_satisfied(one.rollup, children),
            measure=_measure(children),
        )
    read = [shared[name] for name in one.rollup.reads if name in shared]
    return Status(status.attempted, status.completed, any(read), status.measure) if read else status


def _completed(rollup: Rollup, children: Sequence[tuple[Rollup, Status]]) -> bool:
    """Return whether what holds these children is complete: by its rules, else when all that count are."""
    said = _by_rules(rollup, "incomplete", "completed", [state for _rollup, state in children])
    if said is not None:
        return said
    counted = [
        state for child, state in children
        if child.for_completion and (state.attempted or not child.only_if_attempted("completed"))
    ]  # fmt: skip
    done = sum(state.completed for state in counted)
    return bool(counted) and done >= (min(rollup.select, len(counted)) or len(counted))


def _satisfied(rollup: Rollup, children: Sequence[tuple[Rollup, Status]]) -> bool | None:
    """Return whether what holds these children is passed: by its measure, else by its rules, else when all that count are."""
    if rollup.passing is not None:
        measure = _measure(children)
        return None if measure is None else measure >= rollup.passing
    said = _by_rules(rollup, "notsatisfied", "satisfied", [state for _rollup, state in children])
    if said is not None or rollup.decides_success:
        return said
    counted = [
        state for child, state in children
        if child.for_success and (state.attempted or not child.only_if_attempted("satisfied"))
    ]  # fmt: skip
    asked = min(rollup.select, len(counted)) or len(counted)
    if counted and sum(state.satisfied is True for state in counted) >= asked:
        return True
    return False if counted and sum(state.attempted for state in counted) >= asked else None


def _measure(children: Sequence[tuple[Rollup, Status]]) -> float | None:
    """Return the weighted mean of what the children measured (SN 4.6.1); what measured nothing counts as 0."""
    if all(state.measure is None for _rollup, state in children):
        return None
    weight = sum(child.weight for child, _state in children)
    return sum(child.weight * (state.measure or 0) for child, state in children) / weight if weight else None


def _by_rules(rollup: Rollup, no: str, yes: str, children: Sequence[Status]) -> bool | None:
    """Return what the rules of an action come to; the one that denies comes first (SN 4.6.2); None where none holds."""
    said: bool | None = None
    for action, answer in ((no, False), (yes, True)):
        rules = [rule for rule in rollup.rules if rule["action"] == action]
        if any(_holds(rule, children) for rule in rules):
            said = answer
        elif rules and action == yes and said is None:
            said = False
    return said


def _holds(rule: Mapping[str, Any], children: Sequence[Status]) -> bool:
    """Tell whether a rule holds for so many of the children as it asks for (SN 4.6, RB.1.4)."""
    counted = [_meets(rule, state) for state in children]
    true = sum(counted)
    holds: dict[str, bool] = {
        "all": true == len(counted) > 0,
        "any": true > 0,
        "none": true == 0,
        "atleastcount": true >= rule["least"],
        "atleastpercent": bool(counted) and true / len(counted) >= rule["least"],
    }
    return holds.get(str(rule["of"]), False)


def _is(condition: str, state: Status) -> bool:
    return condition in CONDITIONS and CONDITIONS[condition](state)


def _meets(rule: Mapping[str, Any], state: Status) -> bool:
    met = [_is(name, state) is not negated for name, negated in rule["conditions"]]
    return any(met) if rule["any"] else bool(met) and all(met)
