"""Pages on which the host previews and decides the allocation, and gives places against the rule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.download import download
from kernel.errors import NotFoundError
from kernel.fields import options
from kernel.forms import accepted, answer
from kernel.page import SEEN, seen_as
from kernel.secret import digest

from people.access import actor, requires
from people.access_log import shows
from people.permission import Permission

from courses.sessions.session_state import state_of
from courses.sessions.training_session import hosted, session_for

from participation import prerequisite
from participation.blueprint import blueprint
from participation.joint import allocation, decision, exceptional_place, nominees
from participation.joint.forms import OverrideForm
from participation.joint.models import NominationState

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.sessions.models import TrainingSession


@blueprint.get("/sessions/<int:session_id>/allocation")
@requires(Permission.PLAN_SESSIONS)
@shows("割当の案")
def allocation_page(session_id: int) -> ResponseReturnValue:
    """Show the host who is nominated: the preview of the allocation before, the result after the decision."""
    session = hosted(actor(), session_id)
    given = nominees.nominations_by_organisation(actor(), session)
    decided = decision.decided(session_id)
    call, result = decision.replayed(session, decided)
    is_shown = decided is not None or state_of(session).is_allocating
    return render_template(
        "participation/allocation.html",
        session=session,
        state=state_of(session),
        given=given,
        notes=nominees.notes_to_host(session_id),
        exceptions=_exceptions(session_id, given),
        is_shown=is_shown,
        turns={turn.id: turn for turn in (*result.places, *result.waiting)} if is_shown else {},
        placed={turn.id for turn in result.places} if is_shown else set(),
        weights={one.code: one.weight for one in call.organisations},
        code_of=decision.code_of,
        decided=decided,
        overrides=exceptional_place.overrides_of(session_id),
        seed_digest=digest(session.seed),
        seen=seen_as(allocation.call_as_json(call)),
    )


def _exceptions(session_id: int, given: list[nominees.OrganisationNominees]) -> list[tuple[str, str]]:
    """Return who of the nominees lacks a course that comes first, and why they may come nevertheless."""
    said = prerequisite.reasons(session_id)
    people = [row for one in given for row in one.nominations if row.staff_id in said]
    return [(f"{row.organisation.name} {row.staff.name}", said[row.staff_id]) for row in people]


@blueprint.get("/sessions/<int:session_id>/allocation.json")
@requires(Permission.ENROL_STAFF)
def allocation_file(session_id: int) -> ResponseReturnValue:
    """Download what the decision was made from, as `flask participation allocate` reads it."""
    session = session_for(actor(), session_id)
    decided = decision.decided(session.id)
    if decided is None:
        raise NotFoundError
    content = json.dumps(decided.call, ensure_ascii=False, indent=2).encode()
    return download(content, "application/json", f"割当の記録_{clock.local(session.starts_at):%Y%m%d}.json")


@blueprint.post("/sessions/<int:session_id>/allocation/decide")
@requires(Permission.PLAN_SESSIONS)
def decide(session_id: int) -> ResponseReturnValue:
    """Decide on the allocation."""
    decided = decision.decide(actor(), hosted(actor(), session_id).id, request.form.get(SEEN))
    flash(
        f"割当を決定しました。{len(decided.result['places'])}人に席があり、{len(decided.result['waiting'])}人が待機です。"
    )
    return redirect(url_for("participation.allocation_page", session_id=session_id))


@blueprint.route("/sessions/<int:session_id>/allocation/override", methods=["GET", "POST"])
@requires(Permission.PLAN_SESSIONS)
@shows("例外の席")
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
    having_a_place = {NominationState.PLACED, NominationState.OFFERED}
    form.nomination_id.choices = options(
        (row.id, f"{row.organisation.name} {row.staff.name}({row.state.label})")
        for row in people
        if row.state in without
    )
    form.instead_of_id.choices = options(
        [
            (0, "替わらない（空いている席を使う）"),
            *((row.id, f"{row.organisation.name} {row.staff.name}") for row in people if row.state in having_a_place),
        ]
    )
    return form
