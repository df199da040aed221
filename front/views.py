"""The pages on which everything meets: front page, course page, my page, the office's week."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, render_template, url_for

from kernel import clock
from kernel.download import download
from kernel.errors import NotFoundError
from kernel.forms import accepted, answer

from people.access import actor, confirmed, public, requires, signed_in, visitor
from people.access_log import shows, taken_out
from people.permission import Permission

from courses import completion_rule
from courses.course import published_course
from courses.sessions.session_state import state_of
from courses.sessions.training_session import coming_sessions

from catalog import curriculum, facets, motivation, roundtable

from participation import enrolment as enrolments
from participation.mailing import delivery
from participation.notices import inbox

from review import outcome

from front import condition, due, personal_data
from front.blueprint import blueprint
from front.forms import EraseForm
from front.week import week_of

VALID_FOR = dt.timedelta(days=180)
"""How long anybody may rely on what security.txt says: less than a year (RFC 9116, 2.5.5)."""

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kernel.settings import Settings


@blueprint.get("/courses/<slug>")
@public
def course(slug: str) -> ResponseReturnValue:
    """Show a published course."""
    found, edition = published_course(slug)
    person = visitor()
    return render_template(
        "front/course.html",
        course=found,
        edition=edition,
        motivations=motivation.motivations_of(found.id),
        sessions=[] if edition.format.is_own_pace else coming_sessions(found, person),
        mine=enrolments.open_enrolment(person.staff_id, found.id) if person else None,
        state_of=state_of,
        rule=completion_rule.sentence(edition),
    )


@blueprint.get("/me")
@signed_in
def me() -> ResponseReturnValue:
    """Show the own record."""
    return render_template("front/me.html", record=due.record_of(actor()), unread=inbox.unread(actor()))


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """Show the front page."""
    return render_template(
        "front/home.html",
        curricula=curriculum.published_curricula(),
        voices=roundtable.first_voices(),
        so_far=outcome.so_far(len(facets.current().course_ids)),
    )


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Tell programmes whether pages can be served, and what somebody should look at; healthz only says that it runs."""
    if not condition.is_ready():
        return {"status": "not ready", "attention": ["schema"]}, 503
    troubled = sorted({sign.key for sign in condition.signs(_settings()) if not sign.is_well})
    return {"status": "attention" if troubled else "ok", "attention": troubled}


@blueprint.get("/.well-known/security.txt")
@public
def security() -> ResponseReturnValue:
    """Say where a weakness is reported (RFC 9116). Raises NotFoundError where this installation named nobody."""
    settings = _settings()
    if not settings.security_contact:
        raise NotFoundError
    expires = clock.at(clock.today() + VALID_FOR, dt.time()).isoformat()
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {expires}",
        "Preferred-Languages: ja, en",
        f"Canonical: {settings.public_url}{url_for('front.security')}",
    )
    return "\n".join((*lines, "")), {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/admin/condition")
@requires(Permission.MANAGE_ORGANISATIONS)
def condition_page() -> ResponseReturnValue:
    """Show how the parts of the installation are."""
    return render_template("front/condition.html", signs=condition.signs(_settings()), given_up=delivery.given_up())


@blueprint.post("/admin/condition/resend")
@requires(Permission.MANAGE_ORGANISATIONS)
def resend() -> ResponseReturnValue:
    """Try the mails again that were given up."""
    flash(f"{delivery.resend()}件のメールを、もう一度送ります。いまも正しい内容のものだけが送られます。")
    return redirect(url_for("front.condition_page"))


@blueprint.get("/me/personal-data.json")
@signed_in
@confirmed
def own_data() -> ResponseReturnValue:
    """Give somebody all that is held of them."""
    taken_out("保存している情報.json")
    content = personal_data.disclosed(actor().staff_id).encode()
    return download(content, "application/json", "保存している情報.json")


@blueprint.route("/office/staff/<int:membership_id>/erase", methods=["GET", "POST"])
@requires(Permission.ERASE)
@confirmed
@shows("個人情報の消去")
def erase_person(membership_id: int) -> ResponseReturnValue:
    """Erase the personal data of somebody who has left, after a question that asks for the name."""
    form = EraseForm()
    if accepted(form, lambda: personal_data.erase_former(actor(), membership_id, form.name.value)):
        flash("個人情報を消去しました。受講の件数は、氏名なしで残ります。")
        return redirect(url_for("people.former_staff"))
    return answer("front/erase.html", form, person=personal_data.former(actor(), membership_id))


def _settings() -> Settings:
    return current_app.extensions["settings"]  # type: ignore[no-any-return]


@blueprint.get("/office")
@requires(Permission.ENROL_STAFF, Permission.MANAGE_STAFF)
@shows("今週すること")
def office() -> ResponseReturnValue:
    """Show what waits for the coordinator this week."""
    return render_template("front/office.html", week=week_of(actor()))
