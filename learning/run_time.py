"""The run-time data (SCORM Run-Time Environment) of a part of a package: what a session reports, and what the next starts from.

The names are those of the standard: SCORM 1.2 RTE 3.4 (`cmi.core...`) and SCORM 2004 4th Edition RTE 4.2. What is read
is the commit of scorm-again; what is written is what it loads.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kernel.errors import InvalidError

from courses.packages.models import PackageStandard

from learning.models import CompletionStatus, SuccessStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from courses.packages.manifest import Part

    from learning.models import PackageRun

NOBODY = "受講者"
"""The name that a package is told: what others wrote learns nobody's name."""
LONGEST_LOCATION = 1000
DIGITS = 7
"""How many digits of a score are kept (real(10,7): SCORM 2004 RTE 4.1.1.6)."""
DEEPEST = 50
"""Levels of data that are read; the data models of SCORM have six."""
MOST_SECONDS = 10_000 * 3600
SUSPENDED = {"suspend", "logout"}
CONTAINERS = frozenset(
    {
        "core",
        "score",
        "student_data",
        "student_preference",
        "learner_preference",
        "objectives",
        "interactions",
        "comments_from_learner",
    }
)


@dataclass(frozen=True)
class Report:
    """What a session reports of a part. `score` is in percent, `seconds` the time of all sessions."""

    completion: CompletionStatus
    success: SuccessStatus
    score: float | None
    seconds: float
    location: str
    data: dict[str, Any]
    is_said: bool = True
    """Whether the package says so itself, by a commit of its own or the end of its session, and the status counts."""

    @property
    def columns(self) -> dict[str, Any]:
        """Return what is kept of it in a run, by column."""
        return {name: value for name, value in vars(self).items() if name != "is_said"}

    @property
    def is_finished(self) -> bool:
        """Tell whether the part counts as finished: passed, or complete and not failed."""
        if self.success is SuccessStatus.PASSED:
            return self.completion is not CompletionStatus.INCOMPLETE
        return self.completion is CompletionStatus.COMPLETED and self.success is not SuccessStatus.FAILED


def _dict(said: Any, name: str) -> dict[str, Any]:
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, dict) else {}


def _number(said: Any) -> float | None:
    try:
        number = float(said)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < MOST_SECONDS else None


def _term(terms: type[CompletionStatus | SuccessStatus], said: Any) -> Any:
    return next((one for one in terms if one.value == said), terms("unknown"))


def _percent(score: dict[str, Any]) -> float | None:
    """Return a score in percent: as it is scaled, else raw between its bounds, which are 0 and 100 where none are said."""
    scaled, raw = _number(score.get("scaled")), _number(score.get("raw"))
    if scaled is not None:
        return round(scaled * 100, DIGITS)
    least, most = _number(score.get("min")) or 0.0, _number(score.get("max"))
    most = 100.0 if most is None else most
    return None if raw is None or most <= least else round((raw - least) * 100 / (most - least), DIGITS)


def read(standard: PackageStandard, part: Part, said: Mapping[str, Any]) -> Report:
    """Read a commit. What is missing or no value of its kind is unknown; nothing a package writes is an error.

    `ended` in it says that the package ended its session. Raises InvalidError for data that is too deep to be any.
    """
    data = _plain(_dict(said, "runtimeData"))
    cmi = _dict(data, "cmi")
    completion, success = (
        _term(CompletionStatus, said.get("completionStatus")),
        _term(SuccessStatus, said.get("successStatus")),
    )
    of_12 = standard is PackageStandard.SCORM_12
    score = _dict(_dict(cmi, "core") if of_12 else cmi, "score")
    has_ended = said.get("ended") is True
    if of_12:
        if has_ended and _dict(cmi, "core").get("lesson_status") in (None, "", "not attempted"):
            completion = CompletionStatus.COMPLETED  # SCORM 1.2 RTE 3.4.4, lesson_status: silence is completion
        completion, success = _after_1_2(part, completion, success, _number(score.get("raw")))
    else:
        progress = _number(cmi.get("progress_measure"))
        completion, success = _after_2004(part, completion, success, _number(score.get("scaled")), progress)
        if completion is CompletionStatus.UNKNOWN and has_ended and not part.says_completion:
            # SCORM 2004 SN 4.5, UP.4: silence is completion, unless it speaks of it
            completion = CompletionStatus.COMPLETED
    where = _dict(cmi, "core").get("lesson_location") if of_12 else cmi.get("location")
    data |= {"shared": _texts(_plain(_dict(said, "sharedData"))), "ended": has_ended}
    seconds = min(max(_number(said.get("totalTimeSeconds")) or 0, 0), MOST_SECONDS)
    return Report(
        completion, success, _percent(score), seconds, str(where or "")[:LONGEST_LOCATION], data,
        said.get("said", True) is not False,
    )  # fmt: skip


def _texts(said: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in said.items() if isinstance(value, str)}


def _after_1_2(
    part: Part, completion: CompletionStatus, success: SuccessStatus, raw: float | None
) -> tuple[CompletionStatus, SuccessStatus]:
    """Return the status after SCORM 1.2 RTE 3.4.4: a mastery score decides once the package has ended its judgement."""
    is_over = completion is CompletionStatus.COMPLETED or success is not SuccessStatus.UNKNOWN
    if part.mastery is not None and raw is not None and is_over:
        success = SuccessStatus.PASSED if raw >= part.mastery else SuccessStatus.FAILED
    return (CompletionStatus.COMPLETED if success is SuccessStatus.PASSED else completion), success


def _after_2004(
    part: Part, completion: CompletionStatus, success: SuccessStatus, scaled: float | None, progress: float | None
) -> tuple[CompletionStatus, SuccessStatus]:
    """Return the status after SCORM 2004 RTE 4.2.4.1 and 4.2.22.1: where a measure is asked for, only it decides."""
    if part.threshold is not None:
        completion = (
            CompletionStatus.UNKNOWN if progress is None
            else CompletionStatus.COMPLETED if progress >= part.threshold else CompletionStatus.INCOMPLETE
        )  # fmt: skip
    if part.mastery is not None:
        success = (
            SuccessStatus.UNKNOWN
            if scaled is None
            else SuccessStatus.PASSED
            if scaled >= part.mastery
            else SuccessStatus.FAILED
        )
    return completion, success


def _plain(data: Any, depth: int = 0) -> Any:
    """Return data without what no database keeps: the character NUL, half of a pair of characters, no number.

    Raises InvalidError for data that is deeper than any data model.
    """
    if depth > DEEPEST:
        message = "教材パッケージの記録を読み取れませんでした。"
        raise InvalidError(message)
    if isinstance(data, dict):
        return {_plain(name): _plain(value, depth + 1) for name, value in data.items()}
    if isinstance(data, list):
        return [_plain(value, depth + 1) for value in data]
    if isinstance(data, str):
        return data.replace("\x00", "").encode("utf-8", "replace").decode()
    return data if not isinstance(data, float) or math.isfinite(data) else ""


def opened() -> Report:
    """Return the report of a page that reports nothing: to open it is to finish it."""
    return Report(CompletionStatus.COMPLETED, SuccessStatus.UNKNOWN, None, 0, "", {})


def unopened() -> Report:
    """Return the report of a part that was not opened yet."""
    return Report(CompletionStatus.UNKNOWN, SuccessStatus.UNKNOWN, None, 0, "", {})


def shared(runs: Iterable[PackageRun]) -> dict[str, str]:
    """Return the data that the parts of a package share (adl.data, SCORM 2004 4th Edition RTE 4.3): what was said last."""
    return {
        name: value
        for run in sorted(runs, key=lambda run: run.seen_at)
        for name, value in _dict(run.data, "shared").items()
    }


def start(standard: PackageStandard, part: Part, run: PackageRun | None, learner: str) -> dict[str, Any]:
    """Return what a session starts from: what the last one left, what the manifest says, and who learns, by a code.

    A session that ended as over (`exit` normal or time-out, SCORM 2004 RTE 4.2.8) is followed by a new attempt, which
    starts afresh. `learner` is a code that says nothing to anybody else.
    """
    if run and standard is PackageStandard.SCORM_2004 and _is_over(run.data):
        run = None
    cmi = _whole(_dict(copy.deepcopy(run.data), "cmi")) if run else {}
    if not cmi and part.objectives:
        cmi["objectives"] = {str(number): {"id": one} for number, one in enumerate(part.objectives)}
    core = cmi
    if standard is PackageStandard.SCORM_12:
        core = cmi["core"] = _dict(cmi, "core")
    entry = "ab-initio" if run is None or not run.data else _entry(core.get("exit"))
    for name in ("exit", "session_time"):
        core.pop(name, None)
    core |= {"credit": "credit", "entry": entry}
    seconds = run.seconds if run else 0
    if standard is PackageStandard.SCORM_12:
        core |= {
            "student_id": learner, "student_name": NOBODY, "lesson_mode": "normal",
            "total_time": _as_timespan(seconds),
        }  # fmt: skip
        cmi["launch_data"] = part.launch_data
        cmi["student_data"] = {
            "mastery_score": _as_decimal(part.mastery),
            "max_time_allowed": part.max_time, "time_limit_action": part.time_limit_action,
        }  # fmt: skip
    else:
        cmi |= {
            "learner_id": learner, "learner_name": NOBODY, "mode": "normal", "launch_data": part.launch_data,
            "total_time": f"PT{seconds:.0f}S", "max_time_allowed": part.max_time,
            "scaled_passing_score": _as_decimal(part.mastery),
            "completion_threshold": _as_decimal(part.threshold),
            "time_limit_action": part.time_limit_action or "continue,no message",
        }  # fmt: skip
    return {"cmi": cmi}


def _is_over(data: dict[str, Any]) -> bool:
    return data.get("ended") is True and _dict(data, "cmi").get("exit") in {"normal", "time-out"}


def _whole(cmi: dict[str, Any]) -> dict[str, Any]:
    """Return what a session left without containers that hold no data: one sloppy write must not end all later sessions."""
    return {
        name: value for name, value in cmi.items() if name not in CONTAINERS or isinstance(value, dict | list)
    }  # fmt: skip


def _entry(left: Any) -> str:
    """Return how a further session enters: it goes on where the last one was suspended, or broke off."""
    return "resume" if not left or str(left) in SUSPENDED else ""


def _as_decimal(number: float | None) -> str:
    return "" if number is None else f"{number:.7f}".rstrip("0").rstrip(".")


def _as_timespan(seconds: float) -> str:
    """Return a duration as SCORM 1.2 writes it (CMITimespan)."""
    whole = int(seconds)
    return f"{whole // 3600:04d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
