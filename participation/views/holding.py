"""Pages on which the host looks after a session: change and cancel it, move a meeting, decide on the allocation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Response, flash, redirect, render_template, url_for

from kernel.errors import NotFoundError
from kernel.forms import EmptyForm, accepted, answer, options

from people.access import Permission, actor, requires

from courses.forms import ReasonForm
from courses.meeting import meeting_of
from courses.session_forms import MeetingForm, SessionForm, held_at, planned_by
from courses.training_session import hosted, session_for, state_of

from participation import allocation, decision, exceptional_place, holding, nominees
from participation.forms import OverrideForm
from participation.models import NominationState
from participation.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.models import TrainingSession


@blueprint.route("/sessions/<int:session_id>/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def edit_session(session_id: int) -> ResponseReturnValue:
    """Change a session; more places go to those who wait."""
    session = hosted(actor(), session_id)
    form = SessionForm(data=planned_by(session))

    if accepted(
        form,
        lambda: holding.change(actor(), session, form.command(session.host_id, session.starts_at, session.ends_at)),
    ):
        flash("開催回を変更しました。")
        return redirect(url_for("participation.session_page", session_id=session_id))
    session = hosted(actor(), session_id)
    return answer(
        "courses/session_form.html", form, course=session.edition.course, edition=session.edition, session=session
    )


@blueprint.route("/sessions/<int:session_id>/cancel", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def cancel_session(session_id: int) -> ResponseReturnValue:
    """Cancel a session, with a reason."""
    session = hosted(actor(), session_id)
    form = ReasonForm()

    if accepted(form, lambda: holding.cancel(actor(), session, form.reason.data or "")):
        flash("開催回を中止しました。理由を、席のある人と推薦されている人に知らせます。")
        return redirect(url_for("participation.session_page", session_id=session_id))
    return answer("courses/cancel_session.html", form, session=hosted(actor(), session_id))


@blueprint.route("/meetings/<int:meeting_id>/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def edit_meeting(meeting_id: int) -> ResponseReturnValue:
    """Hold one meeting at another time or place."""
    meeting = meeting_of(actor(), meeting_id)
    form = MeetingForm(data=held_at(meeting))

    if accepted(form, lambda: holding.move_meeting(actor(), meeting, form.move())):
        flash("日時と会場を変更しました。")
        return redirect(url_for("participation.session_page", session_id=meeting.session_id))
    return answer("courses/meeting_form.html", form, meeting=meeting_of(actor(), meeting_id))


@blueprint.route("/meetings/<int:meeting_id>/cancel", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def cancel_meeting(meeting_id: int) -> ResponseReturnValue:
    """Cancel one meeting of several, with a reason."""
    meeting, form = meeting_of(actor(), meeting_id), ReasonForm()

    if accepted(form, lambda: holding.cancel_meeting(actor(), meeting, form.reason.data or "")):
        flash("この会だけを中止しました。ほかの会は予定どおりです。")
        return redirect(url_for("participation.session_page", session_id=meeting.session_id))
    return answer("courses/cancel_meeting.html", form, meeting=meeting_of(actor(), meeting_id))


@blueprint.get("/sessions/<int:session_id>/allocation")
@requires(Permission.PLAN_SESSIONS)
def allocation_page(session_id: int) -> ResponseReturnValue:
    """Show the host who is nominated: the preview of the allocation before, the result after the decision."""
    session = hosted(actor(), session_id)
    given = nominees.nominations_by_organisation(actor(), session)
    decided = decision.decided(session_id)
    call, result = decision.replayed(session, decided)
    return render_template(
        "participation/allocation.html",
        session=session,
        state=state_of(session),
        given=given,
        turns={turn.id: turn for turn in (*result.places, *result.waiting)},
        placed={turn.id for turn in result.places},
        weights={one.code: one.weight for one in call.organisations},
        code_of=decision.code_of,
        decided=decided,
        overrides=exceptional_place.overrides_of(session_id),
        seed_digest=allocation.digest(session.seed),
    )


@blueprint.get("/sessions/<int:session_id>/allocation.json")
@requires(Permission.ENROL_STAFF)
def allocation_file(session_id: int) -> ResponseReturnValue:
    """Download what the decision was made from, as `flask participation allocate` reads it."""
    session = session_for(actor(), session_id)
    decided = decision.decided(session.id)
    if decided is None:
        raise NotFoundError
    name = f"allocation-{session_id}.json"
    return Response(
        json.dumps(decided.call, ensure_ascii=False, indent=2),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.post("/sessions/<int:session_id>/allocation/decide")
@requires(Permission.PLAN_SESSIONS)
def decide(session_id: int) -> ResponseReturnValue:
    """Decide on the allocation."""
    decided = decision.decide(actor(), hosted(actor(), session_id).id)
    flash(
        f"割当を決定しました。{len(decided.result['places'])}人に席があり、{len(decided.result['waiting'])}人が待機です。"
    )
    return redirect(url_for("participation.allocation_page", session_id=session_id))


@blueprint.route("/sessions/<int:session_id>/call-off", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def call_off(session_id: int) -> ResponseReturnValue:
    """Say that a session is not run because too few come."""
    session, form = hosted(actor(), session_id), EmptyForm()
    if accepted(form, lambda: holding.call_off(actor(), session_id)):
        flash("不開催にしました。")
        return redirect(url_for("participation.session_page", session_id=session_id))
    return answer("participation/call_off.html", form, session=hosted(actor(), session.id))


@blueprint.post("/sessions/<int:session_id>/close")
@requires(Permission.PLAN_SESSIONS)
def close_session(session_id: int) -> ResponseReturnValue:
    """Close a session whose attendance is entered."""
    decision.close(actor(), hosted(actor(), session_id).id)
    flash("この開催回を完了にしました。")
    return redirect(url_for("participation.session_page", session_id=session_id))


@blueprint.route("/sessions/<int:session_id>/allocation/override", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
def override(session_id: int) -> ResponseReturnValue:
    """Give a place against the rule, with a reason."""
    form = _override_form(hosted(actor(), session_id))
    if made := accepted(form, lambda: exceptional_place.override(actor(), session_id, form.command())):
        flash("例外の席を決めました。理由は、推薦した団体の研修担当に表示されます。")
        return redirect(url_for("participation.allocation_page", session_id=made.session_id))
    return answer("participation/override.html", form, session=hosted(actor(), session_id))


def _override_form(session: TrainingSession) -> OverrideForm:
    form = OverrideForm()
    people = [row for given in nominees.nominations_by_organisation(actor(), session) for row in given.nominations]
    without = {NominationState.WAITING, NominationState.EXPIRED, NominationState.DECLINED}
    holding = {NominationState.PLACED, NominationState.OFFERED}
    form.nomination_id.choices = options(
        (row.id, f"{row.organisation.name} {row.staff.name}({row.state.label})")
        for row in people
        if row.state in without
    )
    form.instead_of_id.choices = options(
        [
            (0, "替わらない(空いている席を使う)"),
            *((row.id, f"{row.organisation.name} {row.staff.name}") for row in people if row.state in holding),
        ]
    )
    return form
