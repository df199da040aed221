"""Calendar files and private feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.download import download
from kernel.errors import NotFoundError

from people.access import actor, by_password, confirmed, public, requires, signed_in
from people.permission import Permission

from participation import enrolment as enrolments
from participation import roster
from participation.blueprint import blueprint
from participation.calendar import feed
from participation.joint import nominees

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def _place() -> feed.Place:
    settings = current_app.extensions["settings"]
    return feed.Place(str(settings.public_url), str(settings.mail.sender))


@blueprint.get("/sessions/<int:session_id>/calendar.ics")
@signed_in
def session_calendar(session_id: int) -> ResponseReturnValue:
    """Download a session for one's own calendar."""
    session = nominees.own_session(actor(), session_id)
    if session.is_draft:
        raise NotFoundError
    shows_link = bool(enrolments.place_in(session_id, actor().staff_id)) or roster.is_host(actor(), session)
    day = clock.local(session.starts_at)
    content = feed.file_of(session, _place(), shows_link=shows_link)
    return download(content, "text/calendar", f"開催回_{day:%Y%m%d}.ics")


@blueprint.post("/account/calendar")
@requires(Permission.TAKE_PART)
@by_password
@confirmed
def make_calendar() -> ResponseReturnValue:
    """Make the private address of a calendar and show it once."""
    organisation_id = _organisation_id()
    token = feed.make_feed(actor(), organisation_id)
    address = f"{_place().url}{url_for('participation.calendar_feed', token=token)}"
    return render_template("participation/calendar.html", address=address, is_own=organisation_id is None)


@blueprint.post("/account/calendar/end")
@requires(Permission.TAKE_PART)
def end_calendar() -> ResponseReturnValue:
    """End the private address of a calendar."""
    feed.end_feed(actor(), _organisation_id())
    flash("カレンダーのURLを無効にしました。")
    return redirect(url_for("front.me"))


def _organisation_id() -> int | None:
    """Return the own organisation where its calendar is meant, None for the person's."""
    if request.form.get("of") != "organisation":
        return None
    return actor().own_organisation(Permission.ENROL_STAFF)


@blueprint.get("/calendars/<token>.ics")
@public
def calendar_feed(token: str) -> ResponseReturnValue:
    """Give a calendar to the calendar programme that knows its private address."""
    return download(feed.feed(token, _place()), "text/calendar", "tomomanabi.ics")
