"""Pages of the file edition: saved for oneself, and its return code entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, url_for

from kernel.download import download
from kernel.forms import accepted, answer

from people.access import actor, requires
from people.permission import Permission

from courses import edition as editions
from courses.export.standalone import why_not
from courses.export.views import page_with_files
from courses.files.archive import packed

from catalog.motivation import first_voice

from learning import take_home
from learning.blueprint import blueprint
from learning.forms import ReturnCodeForm
from learning.path import Path, path_of
from learning.views.player import completed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/learn/<int:enrolment_id>/file")
@requires(Permission.TAKE_PART)
def file_edition(enrolment_id: int) -> ResponseReturnValue:
    """Say how a course is taken as a file, and take the return code."""
    return _page(path_of(actor(), enrolment_id), ReturnCodeForm(formdata=None))


def _page(path: Path, form: ReturnCodeForm) -> ResponseReturnValue:
    reason = why_not(editions.whole(path.edition.id))
    home = take_home.home_of(path)
    return answer("learning/file_edition.html", form, path=path, home=home, why_not=reason)


@blueprint.post("/learn/<int:enrolment_id>/file/save")
@requires(Permission.TAKE_PART)
def save_file(enrolment_id: int) -> ResponseReturnValue:
    """Give the course as a file for oneself."""
    path = path_of(actor(), enrolment_id)
    returns = take_home.issue(path)
    files = page_with_files(
        editions.whole(path.edition.id), "disk",
        voice=first_voice(path.edition.course_id), returns=returns, whom=actor().name,
    )  # fmt: skip
    return download(packed(files), "application/zip", f"{path.edition.title}（ファイルで受ける）.zip")


@blueprint.post("/learn/<int:enrolment_id>/file")
@requires(Permission.TAKE_PART)
def hand_in_code(enrolment_id: int) -> ResponseReturnValue:
    """Take a return code: the course is completed by it, where nothing else is asked for."""
    form, path = ReturnCodeForm(), path_of(actor(), enrolment_id)
    done = accepted(form, lambda: (take_home.hand_in(path, form.code.value),))
    if done is None:
        return _page(path_of(actor(), enrolment_id), form)
    if done[0]:
        return completed(path)
    flash("修了コードを受け取り、レッスンを終わりにしました。")
    return redirect(url_for("learning.overview", enrolment_id=enrolment_id))
