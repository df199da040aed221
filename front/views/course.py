"""The page of a course: what it tells everybody is drawn once, what it is to the reader is asked each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import get_template_attribute, render_template

from kernel.errors import NotFoundError

from people.access import public, visitor
from people.permission import Permission

from courses import completion_rule
from courses.catalogue_version import Kept
from courses.course import any_published_course
from courses.offer import is_for_one_of
from courses.sessions.session_state import state_of
from courses.sessions.training_session import coming_sessions

from catalog import course_request, motivation, retirement

from front import due
from front.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.models import Format

DRAWN = "front/course_told.html"
MOST_KEPT = 300
TOLD: Kept[dict[str, Told]] = Kept(dict, seconds=600)
"""What courses tell, by address, until the catalogue changes; an organisation that is named anew, within ten minutes."""


@dataclass(frozen=True)
class Told:
    """What a course tells everybody: its facts, and the parts of its page as HTML."""

    course_id: int
    is_for_all: bool
    slug: str
    title: str
    summary: str
    format: Format
    minutes: int | None
    rule: str
    has_lessons: bool
    band: str
    content: str
    reasons: str


@blueprint.get("/courses/<slug>")
@public
def course(slug: str) -> ResponseReturnValue:
    """Show a published course, or that it is published no more."""
    person = visitor()
    try:
        told = _told(slug)
    except NotFoundError:
        retired, title = retirement.retirement_of(slug, person.organisation_ids if person else ())
        return render_template("front/retired.html", retirement=retired, title=title), 410
    if not told.is_for_all and not (person and is_for_one_of(told.course_id, person.organisation_ids)):
        raise NotFoundError
    sessions = [] if told.format.is_own_pace else coming_sessions(told.course_id, person)
    can_be_taken = (
        told.has_lessons if told.format.is_own_pace else any(state_of(one).can_be_entered for one in sessions)
    )
    hosts = person is not None and (person.may(Permission.PLAN_SESSIONS) or person.may(Permission.WRITE_COURSES))
    return render_template(
        "front/course.html",
        told=told,
        sessions=sessions,
        can_be_taken=can_be_taken,
        waits=course_request.waiting(person, told.course_id) if person and not can_be_taken else None,
        waiting=course_request.waiting_for(told.course_id) if hosts and not can_be_taken else [],
        standing=due.standing_of(person, told.course_id) if person else None,
        state_of=state_of,
    )


def _told(slug: str) -> Told:
    """Return what a published course tells. Raises NotFoundError."""
    kept = TOLD.current()
    told = kept.get(slug)
    if told is None:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        told = kept[slug] = _drawn(slug)
    return told


def _drawn(slug: str) -> Told:
    found, edition = any_published_course(slug)
    motivations = motivation.motivations_of(found.id)
    return Told(
        course_id=found.id,
        is_for_all=found.is_for_all,
        slug=slug,
        title=edition.title,
        summary=edition.summary,
        format=edition.format,
        minutes=edition.minutes,
        rule=completion_rule.sentence(edition),
        has_lessons=any(module.lessons for module in edition.modules),
        band=get_template_attribute(DRAWN, "band")(found, edition, motivations),
        content=get_template_attribute(DRAWN, "content")(edition),
        reasons=get_template_attribute(DRAWN, "reasons")(found, edition, motivations),
    )
