"""Pages about the product for everybody: what it is, how to join, help, privacy, accessibility, terms, contact; and the frame of all pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, render_template

from kernel.text import phrases

from people import retention
from people.access import actor, public

from participation.notices import inbox

from review import outcome

from front.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kernel.settings import Operator


blueprint.add_app_template_filter(phrases)


@blueprint.app_template_global()
def unread_notices() -> int:
    """Return how many notices wait for who is signed in: the header of every page shows it."""
    return inbox.unread(actor())


@blueprint.app_template_global()
def operator() -> Operator:
    """Return who runs this installation."""
    return current_app.extensions["settings"].operator  # type: ignore[no-any-return]


@blueprint.get("/about")
@public
def about() -> ResponseReturnValue:
    """Say what this is, who runs it and who takes part."""
    return render_template("front/information/about.html", towns=outcome.taking_part())


@blueprint.get("/joining")
@public
def joining() -> ResponseReturnValue:
    """Say how an organisation, and one of its staff, joins."""
    return render_template("front/information/joining.html")


@blueprint.get("/help")
@public
def help() -> ResponseReturnValue:  # noqa: A001 - the page's name
    """Say how this is used, for each role."""
    return render_template("front/information/help.html")


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """Say which personal data is held, what for and how long."""
    return render_template(
        "front/information/privacy.html",
        keep_years=current_app.extensions["settings"].keep_years,
        kinds=retention.KINDS,
    )


@blueprint.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """Say what is done so that everybody can use this, and what our own test found (JIS X 8341-3)."""
    return render_template("front/information/accessibility.html")


@blueprint.get("/terms")
@public
def terms() -> ResponseReturnValue:
    """Say what holds for who uses this, and under what licences it stands."""
    return render_template("front/information/terms.html")


@blueprint.get("/contact")
@public
def contact() -> ResponseReturnValue:
    """Say whom to ask."""
    return render_template("front/information/contact.html")
