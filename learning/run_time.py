"""The run-time data (SCORM Run-Time Environment) of a part of a package: what a session reports, and what the next starts from.

The names are those of the standard: SCORM 1.2 RTE 3.4 (`cmi.core...`) and SCORM 2004 4th Edition RTE 4.2. What is read
is the commit of scorm-again; what is written is what it loads.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from courses.models import Standard

from learning.models import Completion, Success

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courses.manifest import Part

    from learning.models import PackageRun

NOBODY = "受講者"
"""The name that a package is told: what others wrote learns nobody's name."""
LONGEST_LOCATION = 1000
MOST_SECONDS = 10_000 * 3600
SUSPENDED = {"suspend", "logout"}


@dataclass(frozen=True)
class Report:
    """What a session reports of a part. `score` is in percent, `seconds` the time of all sessions."""

    completion: Completion
    success: Success
    score: float | None
    seconds: float
    location: str
    data: dict[str, Any]

    @property
    def is_finished(self) -> bool:
        """Tell whether the part counts as finished: passed, or complete and not failed."""
        if self.success is Success.PASSED:
            return self.completion is not Completion.INCOMPLETE
        return self.completion is Completion.COMPLETED and self.success is not Success.FAILED


def _dict(said: Any, name: str) -> dict[str, Any]:
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, dict) else {}


def _number(said: Any) -> float | None:
    try:
        number = float(said)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < MOST_SECONDS else None


def read(standard: Standard, part: Part, said: Mapping[str, Any]) -> Report:
    """Read a commit. What is missing or no value of its kind is unknown; nothing a package writes is an error."""
    data = _plain(_dict(said, "runtimeData"))
    cmi = _dict(data, "cmi")
    completion = next((one for one in Completion if one.value == said.get("completionStatus")), Completion.UNKNOWN)
    success = next((one for one in Success if one.value == said.get("successStatus")), Success.UNKNOWN)
    if standard is Standard.SCORM_12:
        raw = _number(_dict(_dict(cmi, "core"), "score").get("raw"))
        score = raw
        is_over = completion is Completion.COMPLETED or success is not Success.UNKNOWN
        if part.mastery is not None and raw is not None and is_over:  # SCORM 1.2 RTE 3.4.4, mastery_score
            success = Success.PASSED if raw >= part.mastery else Success.FAILED
        if success is Success.PASSED:
            completion = Completion.COMPLETED
    else:
        scaled = _number(_dict(cmi, "score").get("scaled"))
        score = None if scaled is None else scaled * 100
        progress = _number(cmi.get("progress_measure"))
        if part.threshold is not None and progress is not None:  # SCORM 2004 RTE 4.2.4.1
            completion = Completion.COMPLETED if progress >= part.threshold else Completion.INCOMPLETE
        if part.mastery is not None and scaled is not None:  # SCORM 2004 RTE 4.2.22.1
            success = Success.PASSED if scaled >= part.mastery else Success.FAILED
    where = _dict(cmi, "core").get("lesson_location") if standard is Standard.SCORM_12 else cmi.get("location")
    seconds = min(max(_number(said.get("totalTimeSeconds")) or 0, 0), MOST_SECONDS)
    return Report(completion, success, score, seconds, str(where or "")[:LONGEST_LOCATION], data)


def _plain(data: Any) -> Any:
    """Return data without the character that no database keeps."""
    if isinstance(data, dict):
        return {_plain(name): _plain(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return data.replace("\x00", "") if isinstance(data, str) else data


def opened() -> Report:
    """Return the report of a page that reports nothing: to open it is to finish it."""
    return Report(Completion.COMPLETED, Success.UNKNOWN, None, 0, "", {})


def start(standard: Standard, part: Part, run: PackageRun | None, learner: str) -> dict[str, Any]:
    """Return what a session starts from: what the last one left, what the manifest says, and who learns, by a code.

    `learner` is a code that says nothing to anybody else.
    """
    cmi = _dict(copy.deepcopy(run.data), "cmi") if run else {}
    core = cmi.setdefault("core", {}) if standard is Standard.SCORM_12 else cmi
    entry = "ab-initio" if run is None or not run.data else _entry(core.get("exit"))
    for name in ("exit", "session_time"):
        core.pop(name, None)
    core |= {"credit": "credit", "entry": entry}
    seconds = run.seconds if run else 0
    if standard is Standard.SCORM_12:
        core |= {
            "student_id": learner, "student_name": NOBODY, "lesson_mode": "normal",
            "total_time": _as_timespan(seconds),
        }  # fmt: skip
        cmi["launch_data"] = part.launch_data
        cmi["student_data"] = {
            "mastery_score": "" if part.mastery is None else f"{part.mastery:g}",
            "max_time_allowed": part.max_time, "time_limit_action": part.time_limit_action,
        }  # fmt: skip
    else:
        cmi |= {
            "learner_id": learner, "learner_name": NOBODY, "mode": "normal", "launch_data": part.launch_data,
            "total_time": f"PT{seconds:.0f}S", "max_time_allowed": part.max_time,
            "scaled_passing_score": "" if part.mastery is None else f"{part.mastery:g}",
            "completion_threshold": "" if part.threshold is None else f"{part.threshold:g}",
            "time_limit_action": part.time_limit_action or "continue,no message",
        }  # fmt: skip
    return {"cmi": cmi}


def _entry(left: Any) -> str:
    """Return how a further session enters: it goes on where the last one was suspended, or broke off."""
    return "resume" if left in SUSPENDED or not left else ""


def _as_timespan(seconds: float) -> str:
    """Return a duration as SCORM 1.2 writes it (CMITimespan)."""
    whole = int(seconds)
    return f"{whole // 3600:04d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
