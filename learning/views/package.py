"""Packages at work: the frame in which a part runs, what it reports, and a trial for the author."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import current_app, flash, redirect, render_template, request, url_for

from kernel.errors import InvalidError

from people.access import actor, requires
from people.actor import note_seen
from people.permission import Permission

from courses.packages import package as packages
from courses.packages.manifest import parts_from
from courses.packages.place import address_of, apart, check_home, page_of, policy, signed, unsigned

from learning import package_run, run_time
from learning.blueprint import blueprint
from learning.package_run import Shown, part_in
from learning.path import path_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from people.permission import Actor

    from courses.models import Lesson

    from participation.models import Enrolment

LARGEST_REPORT = 1024 * 1024
WHAT_THE_FRAME_MAY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'"


def frame_for(enrolment: Enrolment, lesson: Lesson, here: Shown) -> str:
    """Return the address of the frame in which the open part runs; empty where packages do not run here."""
    run = {"enrolment": enrolment.id, "lesson": lesson.id, "part": here.open.identifier, "began": here.session}
    token = signed("run", run, actor().sign_in_id)
    return address_of(here.package.digest, "learning.package_frame", token=token)


@blueprint.post("/learn/<int:enrolment_id>/<int:lesson_id>/again")
@requires(Permission.TAKE_PART)
def begin_part_again(enrolment_id: int, lesson_id: int) -> ResponseReturnValue:
    """Let a part of a package start from its beginning."""
    path, part = path_of(actor(), enrolment_id), request.args.get("part", "")
    package_run.begin_again(path.enrolment, path.lesson(lesson_id), part)
    flash("はじめから始めます。")
    return redirect(url_for("learning.lesson", enrolment_id=enrolment_id, lesson_id=lesson_id, part=part))


def frame_for_trial(here: Shown) -> str:
    """Return the address of the frame in which the open part runs for who only tries it: nothing of it is kept."""
    trial = {"package": here.package.digest, "part": here.open.identifier}
    token = signed("run", trial, actor().sign_in_id)
    return address_of(here.package.digest, "learning.package_frame", token=token)


def framing(page: str) -> ResponseReturnValue:
    """Return a page that shows a package: windows that the package opens may find it."""
    answer = current_app.make_response(page)
    answer.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    return answer


@blueprint.get("/packages/run/<token>")
@apart
def package_frame(token: str) -> ResponseReturnValue:
    """Show the frame of a part: the run-time of its standard, what its session starts from, and its page."""
    said, who = unsigned("run", token)
    if "package" in said:  # a trial
        packages.check_shown_to(who, said["package"])
        package = packages.package(said["package"])
        part = part_in(parts_from(package.outline), said["part"])
        here = Shown(package, parts_from(package.outline), {}, part)
        start = {**run_time.start(package.standard, part, None, "trial"), "shared": {}}
    else:
        enrolment, lesson = package_run.lesson_of(said["enrolment"], said["lesson"])
        here = package_run.shown(enrolment, lesson, said["part"])
        start = package_run.start(enrolment, here, current_app.config["SECRET_KEY"])
    check_home(here.package.digest)
    return _frame(token, who, here, start)


def _frame(token: str, who: Actor, here: Shown, start: dict[str, Any]) -> ResponseReturnValue:
    package, part = here.package, here.open
    answer = current_app.make_response(
        render_template(
            "learning/package_frame.html",
            part=part,
            run={
                "standard": package.standard.value,
                "reports": part.reports,
                "start": start,
                "stores": [
                    {"targetID": name, "readSharedData": reads, "writeSharedData": writes}
                    for name, reads, writes in part.stores
                ],
                "ways": here.ways,
                "keep": url_for("learning.keep_run", token=token),
                "page": page_of(package.digest, part, who),
                "shown_by": current_app.extensions["settings"].public_origin,
            },
        )
    )
    answer.headers["Content-Security-Policy"] = policy(WHAT_THE_FRAME_MAY)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/packages/run/<token>")
@apart
def keep_run(token: str) -> ResponseReturnValue:
    """Keep what a part reports: JSON, sent as plain text, because that is what a browser sends while it leaves."""
    request.max_content_length = LARGEST_REPORT
    body = request.get_data()  # before anything is held: it may come in slowly
    said, who = unsigned("run", token)
    try:
        report = json.loads(body)
    except (ValueError, RecursionError) as error:
        message = "教材パッケージの記録を読み取れませんでした。"
        raise InvalidError(message) from error
    kept = None
    if "package" not in said:
        enrolment, lesson = package_run.lesson_of(said["enrolment"], said["lesson"])
        report = report if isinstance(report, dict) else {}
        kept = package_run.keep(enrolment, lesson, said["part"], said["began"], report)
    note_seen(who.sign_in_id or 0)
    return {
        "result": True,
        "errorCode": 0,
        "state": kept.state if kept else "",
        "finished": bool(kept and kept.lesson_finished),
        "older": bool(kept and kept.is_older),
    }
