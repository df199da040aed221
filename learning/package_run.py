"""A run (実行) of a package: what its parts report is kept; when the package is finished by its rule, so is the lesson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db, insert
from kernel.errors import NotFoundError
from kernel.secret import digest

from courses.lessons.lesson_kind import PackageFinish, package_finish
from courses.models import Lesson
from courses.packages import package as packages
from courses.packages import rollup
from courses.packages.manifest import Part, pages, parts_from, rollup_from

from participation.models import Enrolment, EnrolmentState

from learning import progress, run_time
from learning.models import CompletionStatus, PackageRun, SuccessStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from courses.packages.models import Package

LONGEST_CODE = 16


@dataclass(frozen=True)
class Shown:
    """A package as its lesson shows it: its parts, how far each one got, and the one that is open."""

    package: Package
    parts: Sequence[Part]
    runs: Mapping[str, PackageRun]
    open: Part

    @property
    def pages(self) -> list[Part]:
        """Return the parts that have a page."""
        return pages(self.parts)

    @property
    def has_own_rule(self) -> bool:
        """Tell whether the package decides by a rule of its own when it is finished."""
        whole = rollup_from(self.package.rollup)
        return any(one.says_anything for one in (whole, *(part.rollup for part in self.parts)))

    @property
    def shown(self) -> list[Part]:
        """Return the parts of the table of contents, from top to bottom."""
        return [part for part in self.parts if not part.hidden or part in self.pages]

    @property
    def session(self) -> int:
        """Return the mark of a session of the open part that begins now, in ms; later than the last one, also where the clock went back."""
        run = self.runs.get(self.open.identifier)
        return _session_after(run.session if run else 0)

    @property
    def after(self) -> Part | None:
        """Return the part that comes after the open one."""
        return self._beside(1)

    @property
    def before(self) -> Part | None:
        """Return the part that comes before the open one."""
        return self._beside(-1)

    def _beside(self, step: int) -> Part | None:
        there = self.pages.index(self.open) + step
        return self.pages[there] if 0 <= there < len(self.pages) else None

    @property
    def ways(self) -> dict[str, Any]:
        """Return where a request for another part may lead (adl.nav, SCORM 2004 RTE 4.4): to identifiers, empty for none."""
        return {
            "continue": self.after.identifier if self.after else "",
            "previous": self.before.identifier if self.before else "",
            "choice": [part.identifier for part in self.pages],
        }

    @property
    def scores(self) -> list[tuple[Part, PackageRun]]:
        """Return the parts that reported a score, with their runs."""
        rows = ((part, self.runs.get(part.identifier)) for part in self.pages)
        return [(part, run) for part, run in rows if run and run.score is not None]

    def state_of(self, part: Part) -> str:
        """Return how far somebody got in a part, in a word; empty where it was not opened yet."""
        run = self.runs.get(part.identifier)
        return run.standing if run else ""


def _session_after(last: int) -> int:
    return max(int(clock.now().timestamp() * 1000), last + 1)


def runs_of(enrolment_id: int, lesson_id: int) -> dict[str, PackageRun]:
    """Return the runs of a lesson's package by the identifiers of its parts."""
    rows = db.session.scalars(
        sa.select(PackageRun).where(PackageRun.enrolment_id == enrolment_id, PackageRun.lesson_id == lesson_id)
    )
    return {row.part: row for row in rows}


def shown(enrolment: Enrolment, lesson: Lesson, wanted: str = "") -> Shown:
    """Return the package of a lesson, open at a part: the wanted one, else where somebody was, else the first that is left.

    Raises NotFoundError for a lesson that shows none, or a part that it has not.
    """
    package = packages.package_of(lesson, enrolment.edition_id)
    parts, runs = parts_from(package.outline), runs_of(enrolment.id, lesson.id)
    return Shown(package, parts, runs, _opened(pages(parts), runs, wanted))


def _opened(choices: Sequence[Part], runs: Mapping[str, PackageRun], wanted: str) -> Part:
    if wanted:
        return part_in(choices, wanted)
    begun = [runs[part.identifier] for part in choices if part.identifier in runs]
    last = max((run for run in begun if not run.finished_at), key=lambda run: run.seen_at, default=None)
    left = [part for part in choices if part.identifier not in runs or not runs[part.identifier].finished_at]
    if last:
        return part_in(choices, last.part)
    return left[0] if left else choices[0]


def part_in(parts: Sequence[Part], identifier: str) -> Part:
    """Return the part of that identifier. Raises NotFoundError."""
    found = next((part for part in parts if part.identifier == identifier and part.path), None)
    if found is None:
        raise NotFoundError
    return found


def lesson_of(enrolment_id: int, lesson_id: int) -> tuple[Enrolment, Lesson]:
    """Return an enrolment and one of its lessons. Raises NotFoundError, also once somebody has withdrawn."""
    enrolment = db.session.scalar(
        sa.select(Enrolment).where(Enrolment.id == enrolment_id, Enrolment.state != EnrolmentState.WITHDRAWN)
    )
    lesson = db.session.scalar(
        sa.select(Lesson).options(joinedload(Lesson.module)).join(Lesson.module).where(Lesson.id == lesson_id)
    )
    if enrolment is None or lesson is None or lesson.module.edition_id != enrolment.edition_id:
        raise NotFoundError
    return enrolment, lesson


def start(enrolment: Enrolment, here: Shown, secret: str) -> dict[str, Any]:
    """Return what the next session of the open part starts from.

    The package knows the learner by a code of this enrolment only.
    """
    learner = digest(f"{secret} learner {enrolment.id}")[:LONGEST_CODE]
    return {
        **run_time.start(here.package.standard, here.open, here.runs.get(here.open.identifier), learner),
        "shared": run_time.shared(here.runs.values()),
    }


def begin_again(enrolment: Enrolment, lesson: Lesson, part_id: str) -> None:
    """Forget the place and the data of a part, so that it starts from its beginning.

    Its score stays until there is a new one, and what was finished stays finished. Raises NotFoundError for a part that
    the package has not.
    """
    package = packages.package_of(lesson, enrolment.edition_id)
    part_in(pages(parts_from(package.outline)), part_id)
    run = _locked(enrolment.id, lesson.id, part_id)
    run.data, run.location, run.session = {}, "", _session_after(run.session)
    if run.finished_at is None:
        run.completion, run.success = CompletionStatus.UNKNOWN, SuccessStatus.UNKNOWN
    db.session.flush()


@dataclass(frozen=True)
class Kept:
    """What came of a commit: the state of the part, whether the lesson and by it the course are finished.

    `is_older`: another window began later and has spoken since; nothing was kept but that the part is finished.
    """

    state: str
    lesson_finished: bool
    course_completed: bool
    is_older: bool


def keep(enrolment: Enrolment, lesson: Lesson, part_id: str, began: int, said: Mapping[str, Any]) -> Kept:
    """Keep what a part reports in the session that began at a moment (in ms).

    A part that is finished stays finished, whatever it reports later. Raises NotFoundError for a part that the package
    has not.
    """
    package = packages.package_of(lesson, enrolment.edition_id)
    parts = pages(parts_from(package.outline))
    part = part_in(parts, part_id)
    report = run_time.read(package.standard, part, said) if part.reports else run_time.opened()
    progress.touch(enrolment, lesson.id)
    run = _locked(enrolment.id, lesson.id, part_id)
    is_older = began < run.session
    _write(run, report, began)
    finished = _is_finished(lesson, package, runs_of(enrolment.id, lesson.id))
    completed = finished and progress.mark_finished(enrolment, lesson.id)
    return Kept(run.standing, finished, completed, is_older)


def _is_finished(lesson: Lesson, package: Package, runs: Mapping[str, PackageRun]) -> bool:
    """Tell whether a lesson is finished by its package: by the rule of the package, or by what its author chose instead."""
    parts = parts_from(package.outline)
    done = [one.identifier in runs and runs[one.identifier].finished_at is not None for one in pages(parts)]
    return {
        PackageFinish.ALL: all(done),
        PackageFinish.ANY: any(done),
        PackageFinish.LAST: done[-1],
        PackageFinish.OWN: rollup.finished(
            rollup_from(package.rollup), parts, {name: _status_of(run) for name, run in runs.items()}
        ),
    }[package_finish(lesson)]


def _status_of(run: PackageRun) -> rollup.Status:
    """Return the status of a run as the rollup counts it: what was finished once stays so."""
    satisfied = True if run.finished_at else False if run.success is SuccessStatus.FAILED else None
    completed = run.finished_at is not None or run.completion is CompletionStatus.COMPLETED
    measure = None if run.score is None else run.score / 100
    return rollup.Status(attempted=True, completed=completed, satisfied=satisfied, measure=measure)


def _locked(enrolment_id: int, lesson_id: int, part: str) -> PackageRun:
    """Return the run of a part, made where there is none, and hold it until the transaction ends."""
    key = {"enrolment_id": enrolment_id, "lesson_id": lesson_id, "part": part}
    db.session.execute(
        insert(PackageRun)
        .values(**key, session=0, **run_time.unopened().columns, seen_at=clock.now())
        .on_conflict_do_nothing(index_elements=list(key))
    )
    return db.session.get_one(PackageRun, key, with_for_update=True, populate_existing=True)


def _write(run: PackageRun, report: run_time.Report, began: int) -> None:
    """Write a report into its run: place, data and score always, the status where the package says it itself.

    The last word counts, but a part that was finished stays finished. Of an older session nothing counts any more but
    that it finished the part.
    """
    is_newest = began >= run.session
    if is_newest:
        run.session, run.seen_at = began, clock.now()
        run.location, run.data, run.seconds = report.location, report.data, max(run.seconds, report.seconds)
    if is_newest and report.score is not None:
        run.score = report.score
    if report.is_said and (is_newest or (report.is_finished and run.finished_at is None)):
        if report.completion is not CompletionStatus.UNKNOWN:
            run.completion = report.completion
        if report.success is not SuccessStatus.UNKNOWN:
            run.success = report.success
    if report.is_said and report.is_finished and run.finished_at is None:
        run.finished_at = clock.now()
    db.session.flush()
