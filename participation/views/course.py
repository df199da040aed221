"""The page of a course: why it exists, what one learns, when it is held, and the one button to take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for

from kernel.errors import NotFoundError

from people.access import Permission, actor, public, requires, visitor

from courses import completion_rule
from courses import edition as editions
from courses.course import published_course
from courses.markdown import rendered
from courses.models import Format
from courses.training_session import coming_sessions, state_of

from catalog import motivation

from participation import enrolment as enrolments
from participation.enrolment import Offer
from participation.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from participation.models import Enrolment


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


@blueprint.get("/courses/<slug>/lessons")
@requires(Permission.TAKE_PART)
def lessons(slug: str) -> ResponseReturnValue:
    """Read the lessons of the edition that one is enrolled in, even if the course is no longer offered."""
    mine = enrolments.open_enrolment_in(actor().staff_id, slug)
    edition = editions.whole(mine.edition_id)
    return render_template("participation/lessons.html", slug=slug, edition=edition, mine=mine, rendered=rendered)


@blueprint.post("/enrolments/<int:enrolment_id>/start")
@requires(Permission.TAKE_PART)
def start(enrolment_id: int) -> ResponseReturnValue:
    """Begin to learn at the own pace."""
    mine, slug = _mine(enrolment_id)
    enrolments.start(mine)
    return redirect(url_for("participation.lessons", slug=slug))


@blueprint.post("/enrolments/<int:enrolment_id>/finish")
@requires(Permission.TAKE_PART)
def finish(enrolment_id: int) -> ResponseReturnValue:
    """Finish a course taken at the own pace."""
    mine, _slug = _mine(enrolment_id)
    enrolments.finish(mine)
    flash(f"「{mine.edition.title}」を修了しました。おつかれさまでした。")
    return redirect(url_for("participation.me"))


def _mine(enrolment_id: int) -> tuple[Enrolment, str]:
    """Return an enrolment of the actor and the address of its course. Raises NotFoundError."""
    mine = enrolments.own_enrolment(actor(), enrolment_id)
    if mine.staff_id != actor().staff_id:
        raise NotFoundError
    return mine, enrolments.course_slug(mine)
