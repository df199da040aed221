"""Pages of scores: what the own staff's quizzes and packages came to, and a further attempt for who has used up all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.page import page_number, page_of

from people.access import actor, requires
from people.access_log import shows
from people.permission import Permission

from learning import score
from learning.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/office/scores")
@requires(Permission.ENROL_STAFF)
@shows("確認テストの得点の一覧")
def scores() -> ResponseReturnValue:
    """List the own staff's enrolments that came to a score."""
    text = request.args.get("q", "")[:100]
    rows = page_of(score.enrolments_with_scores(actor(), text), page_number(request.args.get("page")), size=50)
    return render_template("learning/scores.html", rows=rows, text=text)


@blueprint.get("/office/scores/<int:enrolment_id>")
@requires(Permission.ENROL_STAFF)
@shows("確認テストの得点")
def enrolment_scores(enrolment_id: int) -> ResponseReturnValue:
    """Show what each quiz and each package of an enrolment came to."""
    enrolment = score.enrolment_of(actor(), enrolment_id)
    scores, home = score.scores_of(enrolment), score.file_of(enrolment)
    return render_template("learning/enrolment_scores.html", enrolment=enrolment, scores=scores, home=home)


@blueprint.post("/office/scores/<int:enrolment_id>/<int:lesson_id>")
@requires(Permission.ENROL_STAFF)
def grant_attempt(enrolment_id: int, lesson_id: int) -> ResponseReturnValue:
    """Let somebody try a quiz once more."""
    score.grant_attempt(actor(), enrolment_id, lesson_id)
    flash("もう1回受けられるようにしました。本人のテストのページに表示されます。")
    return redirect(url_for("learning.enrolment_scores", enrolment_id=enrolment_id))
