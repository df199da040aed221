"""The record of a package is what the package said last."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from factories import Office
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lessons import begins, packaged
from made_packages import one_page

from kernel.database import db

from learning import package_run
from learning.models import PackageRun

WORDS = st.tuples(
    st.booleans(), st.sampled_from(["completed", "incomplete", "unknown"]), st.sampled_from(["passed", "failed", "unknown"]),
    st.one_of(st.none(), st.integers(0, 100)),
)  # fmt: skip


@pytest.mark.parametrize("ground", ["sqlite", "postgresql"])
@settings(
    max_examples=25, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(words=st.lists(WORDS, min_size=1, max_size=6))
def test_the_record_is_what_the_package_said_last(request, ground, words):
    place = request.getfixturevalue(ground)
    if not hasattr(request.node, "mine"):
        place.lay()
    with place.app.app_context():
        try:
            check_the_record(request.node, words)
        finally:
            db.session.remove()
            db.engine.dispose()


def check_the_record(node, words):
    if not hasattr(node, "mine"):
        office = Office.of("133035")
        node.mine = begins(office.staff, packaged(office.coordinator, {"一": one_page()}))
    enrolment, lesson = package_run.lesson_of(node.mine[0], node.mine[1][0])
    db.session.execute(sa.delete(PackageRun))
    for moment, (said, completion, success, score) in enumerate(words, 1):
        cmi = {"core": {"score": {"raw": score}}} if score is not None else {}
        report = {"said": said, "completionStatus": completion, "successStatus": success, "runtimeData": {"cmi": cmi}}
        package_run.keep(enrolment, lesson, "i", moment, report)
    last = db.session.scalars(sa.select(PackageRun)).one()
    own = [(completion, success) for said, completion, success, _score in words if said]
    scores = [score for *_rest, score in words if score is not None]
    is_done = [
        success == "passed" or (completion == "completed" and success != "failed") for completion, success in own
    ]
    assert last.score == (scores[-1] if scores else None)
    assert (last.finished_at is not None) == any(is_done), (
        "only its own word finishes it, and what was finished stays so"
    )
    known = [success for _completion, success in own if success != "unknown"]
    assert last.success.value == (known[-1] if known else "unknown")
    db.session.rollback()
