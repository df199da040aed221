"""Small packages, each the sign of a kind of fault, run to their right value in the browser."""

from __future__ import annotations

import itertools
from pathlib import Path

import sqlalchemy as sa
from pages import STAFF
from test_package_journeys import begins, part_of, publishes, run, state_of

from kernel.database import db

from participation.models import EnrolmentState

from learning.models import PackageRun, SuccessStatus

CASES = Path(__file__).parent.parent / "data" / "cases" / "packages"
NUMBERS = itertools.count(1)
OWN_COMMIT = 6500
"""Milliseconds in which the frame has kept by itself what a part set (it does so after five seconds)."""


def opens(visit, name):
    """Publish a case as a course and open its lesson."""
    slug = f"case-{name}-{next(NUMBERS)}"
    publishes({"教材": (CASES / f"{name}.zip").read_bytes()}, slug)
    return slug, begins(visit(STAFF), slug)


def test_a_value_on_the_way_is_no_completion_and_the_last_word_counts(visit, behind):
    slug, learner = opens(visit, "completed-then-failed")
    part_of(learner).get_by_role("button").wait_for()
    learner.page.wait_for_timeout(OWN_COMMIT)
    assert run().finished_at is None, "the part has neither committed nor ended"
    part_of(learner).get_by_role("button").press("Enter")
    learner.page.wait_for_timeout(500)
    last = run()
    assert (last.success, last.score, last.finished_at) == (SuccessStatus.FAILED, 33, None)
    assert state_of(slug) is EnrolmentState.IN_PROGRESS


def test_a_part_that_looks_for_another_run_time_first_finds_its_own(visit, behind):
    slug, learner = opens(visit, "looks-for-2004-first")
    part_of(learner).get_by_text("できました").wait_for()
    assert state_of(slug) is EnrolmentState.COMPLETED


def test_long_data_and_places_are_kept_and_what_is_refused_is_told(visit, behind):
    _slug, learner = opens(visit, "probe12")
    part_of(learner).get_by_role("heading").wait_for()
    frame = next(frame for frame in learner.page.frames if frame.name == "part" or "probe" in frame.content())
    sets = "([name, length]) => String(A.LMSSetValue(name, 'あ'.repeat(length)))"
    assert frame.evaluate(sets, ["cmi.suspend_data", 64000]) == "true"
    assert frame.evaluate(sets, ["cmi.core.lesson_location", 5000]) == "true"
    assert frame.evaluate("() => String(A.LMSCommit(''))") == "true"
    kept = run().data["cmi"]
    assert (len(kept["suspend_data"]), len(kept["core"]["lesson_location"])) == (64000, 5000)
    assert frame.evaluate(sets, ["cmi.suspend_data", 80000]) == "false"
    assert learner.sees("規格の決まりに合わないため保存できませんでした")


def test_a_write_to_a_container_is_refused_and_later_starts_work(visit, behind):
    slug, learner = opens(visit, "container-write")
    part_of(learner).get_by_text("Initialize: true").wait_for()
    learner.page.wait_for_timeout(OWN_COMMIT)
    learner.goes_to("/me").goes_to(f"/courses/{slug}").presses("学習を")
    part_of(learner).get_by_text("Initialize: true").wait_for()


def test_what_an_earlier_version_kept_of_such_a_write_is_dropped(visit, behind):
    slug, learner = opens(visit, "container-write")
    part_of(learner).get_by_text("Initialize: true").wait_for()
    learner.page.wait_for_timeout(OWN_COMMIT)
    db.session.execute(sa.update(PackageRun).values(data={"cmi": {"comments_from_learner": "感想"}}))
    db.session.commit()
    learner.goes_to("/me").goes_to(f"/courses/{slug}").presses("学習を")
    part_of(learner).get_by_text("Initialize: true").wait_for()
