"""What a manifest asks of a part: a passing score, a share, a time; after SCORM 1.2 CAM 2.3 and SCORM 2004 CAM 3.4, 5.1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from courses.packages.models import PackageStandard
from courses.packages.scorm import rollup_rules
from courses.packages.scorm.imsxml import attribute, child, is_true, number, text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SCORES = {PackageStandard.SCORM_12: "0から100まで", PackageStandard.SCORM_2004: "-1から1まで"}
_SECONDS = r"\d{1,2}(\.\d{1,2})?"
DURATION = {
    PackageStandard.SCORM_12: re.compile(rf"\d{{2,4}}:[0-5]\d:{_SECONDS}"),
    PackageStandard.SCORM_2004: re.compile(rf"P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?({_SECONDS}S)?)?"),
}
"""How a duration is written: CMITimespan (SCORM 1.2 RTE 3.4.4) and timeinterval (SCORM 2004 RTE 4.1.1.7)."""
TIME_LIMIT_ACTIONS = {"exit,message", "exit,no message", "continue,message", "continue,no message"}


def rules(root: Element, item: Element, standard: PackageStandard) -> tuple[dict[str, Any], list[str]]:
    """Return what the manifest asks of a part, by the fields of `courses.packages.manifest.Part`, and remarks upon what is odd."""
    remarks = []
    said: dict[str, Any] = {
        "launch_data": text(child(item, "dataFromLMS"))[:4096],
        "max_time": text(child(item, "maxtimeallowed")),
        "time_limit_action": text(child(item, "timelimitaction")),
    }
    if standard is PackageStandard.SCORM_12:
        asked = child(item, "masteryscore")
        said["mastery"] = number(text(asked), 0, 100)
    else:
        sequencing = rollup_rules.sequencing(root, item)
        primary = child(sequencing, "objectives", "primaryObjective") if sequencing is not None else None
        by_measure = primary is not None and is_true(primary, "satisfiedByMeasure")
        asked = child(primary, "minNormalizedMeasure") if primary is not None and by_measure else None
        said["mastery"] = (number(text(asked), -1, 1) if asked is not None else 1.0) if by_measure else None
        said["threshold"] = _threshold(item)
        controls = child(sequencing, "deliveryControls") if sequencing is not None else None
        said["says_completion"] = controls is not None and is_true(controls, "completionSetByContent")
        limit = child(sequencing, "limitConditions") if sequencing is not None else None
        said["max_time"] = attribute(limit, "attemptAbsoluteDurationLimit") if limit is not None else ""
        said["objectives"] = rollup_rules.objectives(sequencing)
        said["stores"] = rollup_rules.stores(item)
    if asked is not None and text(asked) and said["mastery"] is None:
        remarks.append(f"合格点「{text(asked)[:20]}」は{SCORES[standard]}の数ではないため、使いません。")
    for field, is_right in (
        ("max_time", bool(DURATION[standard].fullmatch(said["max_time"]))),
        ("time_limit_action", said["time_limit_action"] in TIME_LIMIT_ACTIONS),
    ):
        if said[field] and not is_right:
            remarks.append(f"時間の指定「{said[field][:30]}」は読み取れないため、使いません。")
            said[field] = ""
    return said, remarks


def _threshold(item: Element) -> float | None:
    asked = child(item, "completionThreshold")
    if asked is None:
        return None
    by_measure = is_true(asked, "completedByMeasure")  # 4th edition; in the 3rd the text is the number
    said = attribute(asked, "minProgressMeasure") if by_measure else text(asked)
    return number(said or "1.0", 0, 1) if said or by_measure else None
