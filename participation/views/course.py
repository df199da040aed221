"""The page of a course: why it exists, what one learns, when it is held, and the one button to take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for

from people.access import Permission, actor, public, requires, visitor

from courses import completion_rule
from courses.course import published_course
from courses.models import Format
from courses.training_session import coming_sessions, state_of

from catalog import motivation

from participation import enrolment as enrolments
from participation.enrolment import Offer
from participation.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/courses/<slug>")
@public
def course(slug: str) -> ResponseReturnValue:
    """Show a published course."""
    found, edition = published_course(slug)
    person = visitor()
    return render_template(
        "participation/course.html",
        course=found,
        edition=edition,
        motivations=motivation.motivations_of(found.id),
        sessions=[] if edition.format is Format.E_LEARNING else coming_sessions(found, person),
        mine=enrolments.open_enrolment(person.staff_id, found.id) if person else None,
        state_of=state_of,
        rule=completion_rule.sentence(edition),
    )


@blueprint.post("/courses/<slug>/enrol")
@requires(Permission.TAKE_PART)
def enrol(slug: str) -> ResponseReturnValue:
    """Take an e-learning course."""
    found, edition = published_course(slug)
    enrolments.enrol(actor(), enrolments.entrant(actor()), Offer(found, edition))
    flash("受講を申し込みました。すぐに始められます。")
    return redirect(url_for("participation.course", slug=slug))
