"""Pages of nomination: the list of an organisation, wishes, offers of a place that came free, and substitution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.errors import InvalidError, NotFoundError
from kernel.forms import accepted, answer
from kernel.text import number_in

from people import membership
from people.access import A_TABLE, actor, holds, requires
from people.access_log import shows
from people.organisation import by_code_or_name
from people.permission import Permission

from courses.sessions.session_state import state_of
from courses.sessions.training_session import hosted, session_for

from participation import enrolment as enrolments
from participation.blueprint import blueprint
from participation.forms import StaffListForm, because
from participation.joint import eligibility, nomination, nomination_list, order, substitution, waiting_list
from participation.joint import wish as wishes
from participation.joint.forms import NoteForm, WishForm
from participation.prerequisite import first_courses

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kernel.tables.office_table import FileText

    from people.models import Organisation
    from people.recognition import ListedLine

    from courses.sessions.models import TrainingSession


def list_of(session_id: int) -> tuple[TrainingSession, Organisation]:
    """Return a session and the organisation whose list the address means: the named one, else the own one."""
    session, named = session_for(actor(), session_id), number_in(request.args.get("organisation", ""))
    return session, nomination.nominating(actor(), session, named or nomination.nominating_for(actor(), session))


def _back(session_id: int, organisation_id: int) -> ResponseReturnValue:
    return redirect(url_for("participation.nominations", session_id=session_id, organisation=organisation_id))


@blueprint.route("/office/nominations/<int:session_id>", methods=["GET", "POST"])
@requires(Permission.ENROL_STAFF)
@shows("推薦名簿")
def nominations(session_id: int) -> ResponseReturnValue:
    """Show the list of an organisation and choose people for it; leave a note for the host."""
    session, organisation = list_of(session_id)
    listed = nomination.listed(actor(), session, organisation)
    form, text = NoteForm(note=listed.note), request.args.get("q", "")[:100]

    def write() -> Organisation:
        nomination.write_note(actor(), session, organisation, form.note.value)
        return organisation

    if written := accepted(form, write):
        flash("連絡事項を保存しました。")
        return _back(session_id, written.id)
    session, organisation = list_of(session_id)
    listed = nomination.listed(actor(), session, organisation)
    found = membership.managed_memberships(actor(), text, Permission.ENROL_STAFF)
    is_own = organisation.id in actor().scope(Permission.ENROL_STAFF)
    return answer(
        "participation/nominations.html", form, session=session, state=state_of(session), text=text, is_own=is_own,
        listed=listed,
        lacks=eligibility.LACKS,
        candidates=eligibility.candidates(actor(), session, found, organisation.id) if is_own else [],
    )  # fmt: skip


@blueprint.get("/sessions/<int:session_id>/on-behalf")
@requires(Permission.PLAN_SESSIONS)
def on_behalf(session_id: int) -> ResponseReturnValue:
    """Lead the host to the list of an organisation that it takes in."""
    hosted(actor(), session_id)
    try:
        meant = by_code_or_name(request.args.get("organisation", ""))
    except InvalidError as refusal:
        flash(refusal.message)
        return redirect(url_for("participation.allocation_page", session_id=session_id))
    return _back(session_id, meant.id)


@blueprint.post("/office/nominations/<int:session_id>/add/<int:membership_id>")
@requires(Permission.ENROL_STAFF)
def nominate(session_id: int, membership_id: int) -> ResponseReturnValue:
    """Put one of the own staff at the end of the list."""
    session, organisation = list_of(session_id)
    nomination.nominate(actor(), session, organisation, membership_id, because())
    return _back(session_id, organisation.id)


@blueprint.route("/office/nominations/<int:session_id>/list", methods=["GET", "POST"])
@requires(Permission.ENROL_STAFF)
@holds(A_TABLE)
def nominate_list(session_id: int) -> ResponseReturnValue:
    """Put the people of a pasted list or a file at the end: look at what would happen, then do it and report each line."""
    session, organisation = list_of(session_id)
    form = StaffListForm()
    is_last_step = "nominate" in request.form

    def read() -> tuple[FileText, list[ListedLine]]:
        listed, act = form.listed, nomination_list.nominate_all if is_last_step else nomination_list.preview
        return listed, act(actor(), session, organisation, listed.text, form.because.value)

    found = None if "again" in request.form else accepted(form, read)
    session, organisation = list_of(session_id)
    if found is None:
        return answer(
            "participation/nominate_list.html", form, session=session, organisation=organisation,
            first=first_courses(session.edition.course_id) if actor().may(Permission.ENROL_STAFF, organisation.id) else [],
        )  # fmt: skip
    page = "participation/nominated_list.html" if is_last_step else "participation/nominate_preview.html"
    return render_template(
        page,
        session=session,
        organisation=organisation,
        listed=found[0],
        lines=found[1],
        because=form.because.value,
    )


@blueprint.post("/nominations/<int:nomination_id>/remove")
@requires(Permission.ENROL_STAFF)
def remove_nomination(nomination_id: int) -> ResponseReturnValue:
    """Take somebody off the list."""
    row = nomination.remove(actor(), nomination_id)
    flash(f"{row.staff.name}さんを推薦から外しました。")
    return _back(row.session_id, row.organisation_id)


@blueprint.post("/nominations/<int:nomination_id>/move")
@requires(Permission.ENROL_STAFF)
def move_nomination(nomination_id: int) -> ResponseReturnValue:
    """Move somebody in the order, by the button that was pressed."""
    pressed = request.form.get("direction", "")
    way = next((one for one in order.Way if one.value == pressed), order.Way.UP)
    row = order.move(actor(), nomination_id, way)
    return _back(row.session_id, row.organisation_id)


@blueprint.post("/nominations/<int:nomination_id>/accept")
@requires(Permission.TAKE_PART)
def accept_offer(nomination_id: int) -> ResponseReturnValue:
    """Take the place that is offered."""
    taken = waiting_list.accept(actor(), nomination_id)
    flash("席を確保しました。")
    return redirect(url_for("participation.session_page", session_id=taken.session_id))


@blueprint.post("/nominations/<int:nomination_id>/decline")
@requires(Permission.TAKE_PART)
def decline_offer(nomination_id: int) -> ResponseReturnValue:
    """Leave the place that is offered to the next."""
    row = waiting_list.decline(actor(), nomination_id)
    flash("席の案内を辞退しました。次の人に案内します。")
    return redirect(url_for("participation.session_page", session_id=row.session_id))


@blueprint.post("/nominations/<int:nomination_id>/withdraw")
@requires(Permission.TAKE_PART)
def withdraw_nomination(nomination_id: int) -> ResponseReturnValue:
    """Take somebody off the waiting list."""
    row = waiting_list.withdraw_nomination(actor(), nomination_id)
    flash("待機を取り下げました。")
    return redirect(url_for("participation.session_page", session_id=row.session_id))


@blueprint.post("/sessions/<int:session_id>/wish")
@requires(Permission.TAKE_PART)
def wish(session_id: int) -> ResponseReturnValue:
    """Wish to be nominated."""
    session, form = session_for(actor(), session_id), WishForm()
    if not form.validate():
        raise InvalidError("、".join(message for messages in form.errors.values() for message in messages))
    wishes.wish(actor(), session, form.note.value)
    flash("希望を研修担当に伝えました。推薦されるかどうかは、研修担当が決めます。")
    return redirect(url_for("participation.session_page", session_id=session_id))


@blueprint.post("/sessions/<int:session_id>/unwish")
@requires(Permission.TAKE_PART)
def unwish(session_id: int) -> ResponseReturnValue:
    """Take back the own wish."""
    wishes.unwish(actor(), session_for(actor(), session_id))
    flash("希望を取り下げました。")
    return redirect(url_for("participation.session_page", session_id=session_id))


@blueprint.get("/enrolments/<int:enrolment_id>/substitute")
@requires(Permission.ENROL_STAFF)
@shows("代理の選択")
def choose_substitute(enrolment_id: int) -> ResponseReturnValue:
    """Find a colleague who takes somebody's place."""
    enrolment, text = enrolments.own_enrolment(actor(), enrolment_id), request.args.get("q", "")[:100]
    if enrolment.session_id is None:
        raise NotFoundError
    session = session_for(actor(), enrolment.session_id)
    found = membership.managed_memberships(actor(), text, Permission.ENROL_STAFF)
    people = eligibility.candidates(actor(), session, found, enrolment.organisation_id, but=enrolment.staff_id)
    return render_template(
        "participation/substitute.html",
        enrolment=enrolment,
        session=session,
        people=people,
        text=text,
        lacks=eligibility.LACKS,
    )


@blueprint.post("/enrolments/<int:enrolment_id>/substitute/<int:membership_id>")
@requires(Permission.ENROL_STAFF)
def substitute(enrolment_id: int, membership_id: int) -> ResponseReturnValue:
    """Let a colleague take somebody's place, in one step."""
    person = enrolments.own_entrant(actor(), membership_id)
    taken = substitution.substitute(actor(), enrolments.own_enrolment(actor(), enrolment_id), person, because())
    flash(f"{person.name}さんに席を替わりました。")
    return redirect(url_for("participation.session_page", session_id=taken.session_id))
